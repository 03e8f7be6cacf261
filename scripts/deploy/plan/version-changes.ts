import type { WireConfig, WireVersion } from '../client/wire.ts';
import { readDescription, readVersionName } from '../fingerprint.ts';
import type { VersionChange } from '../types.ts';
import { readVariables } from './differences.ts';

interface Version {
  /** Undefined where the service does not show it. */
  readonly config: WireConfig | undefined;
  /** The version as the list of versions has it. */
  readonly version: WireVersion | undefined;
}

const ENCRYPTED = 'encryptedEnvironment';
const VARIABLES = 'environment';

/** Whether a field is a variable of a function, or all of them. */
export function isVariable(field: string): boolean {
  return field === ENCRYPTED || field === VARIABLES || field.startsWith(`${VARIABLES}.`);
}

/** Settings by their names in serverless.yml. */
const SETTINGS: Readonly<Record<string, (config: WireConfig) => unknown>> = {
  runtime: ({ runtime }) => runtime,
  handler: ({ handler }) => handler,
  timeout: ({ timeout }) => timeout,
  memorySize: ({ memory_size }) => memory_size,
  agency: ({ xrole }) => xrole,
  executionAgency: ({ app_xrole }) => app_xrole,
  initializer: ({ initializer_handler }) => initializer_handler,
  initializerTimeout: ({ initializer_handler, initializer_timeout }) => initializer_handler && initializer_timeout,
  concurrency: ({ strategy_config }) => strategy_config?.concurrency,
  logs: ({ log_group_id, log_stream_id }) => `${log_group_id} ${log_stream_id}`,
  vpc: ({ func_vpc }) => `${func_vpc?.vpc_id ?? ''} ${func_vpc?.subnet_id ?? ''}`,
};

/** Changes when one version serves in place of another: names of fields, never a value. */
export function versionChanges(from: Version, to: Version & { readonly config: WireConfig }): VersionChange[] {
  if (!from.config)
    return [
      { field: VARIABLES, change: 'unknown' },
      { field: ENCRYPTED, change: 'unknown' },
    ];
  const [old, next] = [from.config, to.config];
  const settings = Object.keys(SETTINGS).filter((field) => SETTINGS[field]?.(old) !== SETTINGS[field]?.(next));
  const fields = hasOtherCode(from, to) ? ['code', ...settings] : settings;
  return [
    ...fields.map((field): VersionChange => ({ field, change: 'changed' })),
    ...variableChanges(old.user_data, next.user_data),
    ...encryptedChanges(from.version, to.version),
  ];
}

/** Compares names, because a digest may belong to other bytes with the same content. */
function hasOtherCode(from: Version, to: Version): boolean {
  const [one, other] = [from, to].map(({ version }) => readVersionName(version?.version ?? '')?.code);
  if (one !== undefined && other !== undefined) return one !== other;
  return from.config?.digest !== to.config?.digest;
}

function variableChanges(from: string, to: string): VersionChange[] {
  const [old, next] = [readVariables(from), readVariables(to)];
  if (!old || !next) return from === to ? [] : [{ field: VARIABLES, change: 'unknown' }];
  return [...new Set([...Object.keys(old), ...Object.keys(next)])]
    .filter((name) => old[name] !== next[name])
    .sort()
    .map((name) => {
      const change = old[name] === undefined ? 'added' : next[name] === undefined ? 'removed' : 'changed';
      return { field: `${VARIABLES}.${name}`, change };
    });
}

/** They are never shown; a version's description has their fingerprint, unless something else published it. */
function encryptedChanges(from: WireVersion | undefined, to: WireVersion | undefined): VersionChange[] {
  const [old, next] = [from, to].map((one) => readDescription(one?.version_description ?? ''));
  if (old?.owner === undefined || next?.owner === undefined) return [{ field: ENCRYPTED, change: 'unknown' }];
  if (old.fingerprint === next.fingerprint) return [];
  const change = old.fingerprint === undefined ? 'added' : next.fingerprint === undefined ? 'removed' : 'changed';
  return [{ field: ENCRYPTED, change }];
}
