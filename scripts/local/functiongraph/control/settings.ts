import { given } from '../../records.ts';
import { ApiError } from '../errors.ts';
import { type Fields, invalid } from './fields.ts';
import type { LogPlace, Settings } from './model.ts';

/**
 * Those that the vendor names, and `Node.js20.15` and `Node.js22.18`, which its schema lacks.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0108.html
 */
const NODE_RUNTIME = /^Node\.js(6\.10|8\.10|10\.16|12\.13|14\.18|16\.17|18\.15|20\.15|22\.18)$/;
const MEMORY = [128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 8192, 10_240] as const;
/** "Letters, digits, underscores and hyphens, starting with a letter and ending with a letter or digit", at most 60. */
const NAME = /^[A-Za-z](?:[\w-]{0,58}[A-Za-z0-9])?$/;
const HANDLER = /^[^.][^.]*(?:\.[^.]+)*\.[A-Za-z_$][\w$]*$/;
const VARIABLE = /^[A-Za-z]\w*$/;
const MAX_VARIABLES = 20;
const MAX_VARIABLE_TEXT = 4096;

/** Taken and shown, because nothing here depends on them. */
const OTHERS = [
  'func_vpc',
  'network_controller',
  'pre_stop_handler',
  'pre_stop_timeout',
  'enterprise_project_id',
  'type',
  'enable_dynamic_memory',
  'is_stateful_function',
  'enable_auth_in_header',
  'ephemeral_storage',
  'enable_lts_log',
  'lts_custom_tag',
  'domain_names',
  'domain_id',
  'peering_cidr',
] as const;

/** Fields without a counterpart here, with the vendor's answer when they are absent. */
const MISSING: readonly (readonly [field: string, status: number, code: string, message: string])[] = [
  ['mount_config', 404, 'FSS.1050', 'The mounted resource cannot be found.'],
  ['custom_image', 400, 'FSS.1035', 'The image does not exist.'],
  ['gpu_memory', 400, 'FSS.0400', 'Invalid parameter: gpu_memory is not available in the local cloud'],
  ['gpu_type', 400, 'FSS.0400', 'Invalid parameter: gpu_type is not available in the local cloud'],
];

/** Reads name and group of a function. Throws ApiError 400 FSS.1002, FSS.1004. */
export function readName(body: Fields): { name: string; package: string } {
  const name = body.requiredText('func_name', { code: 'FSS.1002' });
  if (!NAME.test(name))
    throw invalid(
      'func_name',
      'is not 1 to 60 letters, digits, - and _, with a letter first and a letter or digit last',
      'FSS.1002',
    );
  const group = body.requiredText('package', { code: 'FSS.1004' });
  if (!NAME.test(group)) throw invalid('package', 'is not a group name', 'FSS.1004');
  return { name, package: group };
}

/**
 * Reads how a function is to run; what is left out is empty. Whether the service keeps it is not documented, and a
 * client that counts on it would lose its variables where it does not.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0111.html
 */
export function readSettings(body: Fields): Settings {
  refuseMissing(body);
  const runtime = body.requiredText('runtime', { code: 'FSS.1005' });
  if (!NODE_RUNTIME.test(runtime))
    throw invalid('runtime', 'is none of the Node.js runtimes, which run here', 'FSS.1005');
  const handler = body.requiredText('handler', { code: 'FSS.1003', max: 128 });
  if (!HANDLER.test(handler)) throw invalid('handler', 'is not file.export', 'FSS.1003');
  const memorySize = body.requiredInteger('memory_size', 128, 10_240, 'FSS.1007');
  if (!(MEMORY as readonly number[]).includes(memorySize))
    throw invalid('memory_size', `is none of ${MEMORY.join(', ')}`, 'FSS.1007');
  const timeout = body.requiredInteger('timeout', 3, 259_200, 'FSS.1008');
  const description = body.text('description', { code: 'FSS.1019', max: 512 }) ?? '';
  const initializer = emptyAsAbsent(body.text('initializer_handler', { max: 128 }));
  if (initializer !== undefined && !HANDLER.test(initializer))
    throw invalid('initializer_handler', 'is not file.export');
  const initializerTimeout = body.integer('initializer_timeout', 1, 300);
  const userData = readVariables(body, 'user_data');
  const encryptedUserData = readVariables(body, 'encrypted_user_data');
  for (const name of Object.keys(encryptedUserData))
    if (Object.hasOwn(userData, name))
      throw invalid('encrypted_user_data', `has the name ${name}, which user_data has, too`, 'FSS.1009');
  const xrole = emptyAsAbsent(body.text('xrole', { max: 64 }));
  const appXrole = emptyAsAbsent(body.text('app_xrole', { max: 64 }));
  return {
    runtime,
    handler,
    memorySize,
    timeout,
    description,
    ...given({ initializer, initializerTimeout, xrole, appXrole }),
    userData,
    encryptedUserData,
    others: readOthers(body),
  };
}

export function readLogPlace(body: Fields): LogPlace | undefined {
  const place = body.fields('log_config');
  if (!place) return undefined;
  const named = (name: string): string | undefined => emptyAsAbsent(place.text(name, { max: 128 }));
  return given({
    groupId: named('group_id'),
    groupName: named('group_name'),
    streamId: named('stream_id'),
    streamName: named('stream_name'),
  });
}

/** Instances of a function at most. Each takes one request at a time, or 400 FSS.1026: Node.js event functions do. */
export function readInstances(body: Fields): number | undefined {
  const strategy = body.fields('strategy_config', 'FSS.1026');
  if (!strategy) return undefined;
  if ((strategy.integer('concurrent_num', 1, 1000, 'FSS.1026') ?? 1) !== 1)
    throw invalid('concurrent_num', 'is not 1, which is all that the local cloud has', 'FSS.1026');
  return strategy.integer('concurrency', -1, 1000, 'FSS.1026');
}

/**
 * Variables are JSON in a string. Errors may hold names, never values.
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0154.html
 */
function readVariables(body: Fields, field: 'user_data' | 'encrypted_user_data'): Record<string, string> {
  const code = 'FSS.1009';
  const value = body.get(field);
  if (value === undefined || value === '') return {};
  if (typeof value !== 'string') throw invalid(field, 'is not JSON in a string', code);
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    throw invalid(field, 'is not JSON in a string', code);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw invalid(field, 'is not a JSON object', code);
  const entries = Object.entries(parsed as Record<string, unknown>);
  if (entries.length > MAX_VARIABLES) throw invalid(field, `has ${entries.length} entries`, 'FSS.1017');
  let size = 0;
  for (const [index, [name, content]] of entries.entries()) {
    if (typeof content !== 'string')
      throw invalid(field, `holds something other than a string as entry ${index + 1}`, code);
    size += name.length + content.length;
    // The name itself is not shown: whoever mixes up names and values must not find the value in a log.
    if (!VARIABLE.test(name)) throw invalid(field, `has an invalid name as entry ${index + 1}`, code);
    if (name.startsWith('RUNTIME_')) throw invalid(field, `has the reserved name ${name}`, code);
  }
  if (size > MAX_VARIABLE_TEXT)
    throw invalid(field, `has ${size} characters; the limit is ${MAX_VARIABLE_TEXT}`, 'FSS.1018');
  return Object.fromEntries(entries) as Record<string, string>;
}

function readOthers(body: Fields): Record<string, unknown> {
  const others: Record<string, unknown> = {};
  for (const name of OTHERS) {
    const value = body.get(name);
    if (value === undefined) continue;
    if (depth(value, MAX_DEPTH) > MAX_DEPTH) throw invalid(name, 'is nested too deeply');
    others[name] = value;
  }
  return others;
}

/** Depth of values that are stored as sent; the vendor's own fields have three levels. */
const MAX_DEPTH = 8;

function depth(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (limit < 0) return 1;
  return 1 + Math.max(0, ...Object.values(value).map((inner) => depth(inner, limit - 1)));
}

function refuseMissing(body: Fields): void {
  for (const [field, status, code, message] of MISSING) if (body.has(field)) throw new ApiError(status, code, message);
  const dependencies = body.get('depend_version_list');
  if (Array.isArray(dependencies) && dependencies.length > 0)
    throw new ApiError(404, 'FSS.1056', 'The dependency does not exist.');
}

function emptyAsAbsent(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
