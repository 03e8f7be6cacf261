import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkOmsConfig, type OmsConfig } from '#shared/config/oms.ts';
import { type ConfigOf, ConfigurationError, readConfig } from '#shared/config/read.ts';
import { checkStateConfig, type StateConfig } from '#shared/config/state.ts';
import { variables } from '../../functions/redrive/redrive.ts';
import { UsageError } from '../local/options.ts';
import type { Endpoints } from '../local/stack.ts';
import { routesOf } from '../local/sync-task.ts';
import { ROOT } from '../serverless/config.ts';

export type Config = ConfigOf<typeof variables>;

/** Where to redrive, and with which keys. */
export interface Target {
  /** For people: the local cloud, or the environment. */
  readonly what: string;
  readonly config: Config;
  readonly credentials: { readonly accessKey: string; readonly secretKey: string; readonly securityToken?: string };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a running local cloud says what it has. */
export const ENDPOINTS_FILE = join(ROOT, '.local', 'endpoints.json');

/** Names that serverless.yml reads and that do not follow the rule, and those of the vendor's SDKs. */
const ENVIRONMENT_NAMES: Readonly<Record<string, string>> = {
  OMS_ENDPOINT: 'OMS_SYNC_OMS_ENDPOINT',
  OMS_ACCESS_KEY: 'HUAWEICLOUD_SDK_AK',
  OMS_SECRET_KEY: 'HUAWEICLOUD_SDK_SK',
};
/** As serverless.yml has them. */
const DEFAULTS: Readonly<Record<string, string>> = { OMS_REGION: 'cn-north-4', STATE_BUCKET: 'oms-sync-state' };

/** The variable of the environment by which serverless.yml sets a variable of the function. */
export function environmentName(variable: string): string {
  return ENVIRONMENT_NAMES[variable] ?? `OMS_SYNC_${variable.replace(/^OMS_/, '')}`;
}

/**
 * Where to redrive: the local cloud of the file; else what the environment says, where it has keys; else the local cloud
 * that runs.
 *
 * @throws UsageError where there is none, ConfigurationError naming the environment's variables
 */
export async function findTarget(file: string | undefined, env: Environment): Promise<Target> {
  if (file !== undefined) return localTarget(file, await readEndpoints(file));
  if (env['HUAWEICLOUD_SDK_AK']) return environmentTarget(env);
  const endpoints = await readEndpoints(ENDPOINTS_FILE).catch((error: unknown) => {
    if (error instanceof NoFileError) return undefined;
    throw error;
  });
  if (endpoints) return localTarget(ENDPOINTS_FILE, endpoints);
  throw new UsageError(
    'no local cloud runs (npm start), and HUAWEICLOUD_SDK_AK is not set for another one (--help tells more)',
  );
}

class NoFileError extends UsageError {}

async function readEndpoints(file: string): Promise<Endpoints> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new NoFileError(`${file} does not exist: npm start writes it when it is ready`);
    throw new UsageError(`${file} cannot be read: ${message}`);
  }
  try {
    const value = JSON.parse(text) as Endpoints;
    if (typeof value.obs === 'string' && typeof value.oms === 'string') return value;
  } catch {
    // Said below.
  }
  throw new UsageError(`${file} is not the file of a local cloud`);
}

function localTarget(file: string, endpoints: Endpoints): Target {
  const { access_key: accessKey, secret_key: secretKey, region, obs, oms } = endpoints;
  const values: Environment = {
    OMS_REGION: region,
    OMS_ENDPOINT: oms,
    OMS_PROJECT_ID: endpoints.project_id,
    STATE_BUCKET: endpoints.state_bucket,
    STATE_ENDPOINT: obs,
    STATE_REGION: region,
    ROUTES: routesOf(endpoints.sync_task_id, obs, region),
  };
  return {
    what: `the local cloud of ${file}`,
    config: readVariables((name) => values[name]),
    credentials: { accessKey, secretKey },
  };
}

function environmentTarget(env: Environment): Target {
  const config = renaming(() => readVariables((name) => env[environmentName(name)] || DEFAULTS[name]));
  const { accessKey = '', secretKey = '' } = config;
  const securityToken = env['HUAWEICLOUD_SDK_SECURITY_TOKEN'];
  return {
    what: `${config.stateBucket} by the environment`,
    config,
    credentials: { accessKey, secretKey, ...(securityToken ? { securityToken } : {}) },
  };
}

function readVariables(lookUp: (name: string) => string | undefined): Config {
  return readConfig(
    variables,
    (name) => lookUp(name) || undefined,
    (config) => [...checkOmsConfig(config as OmsConfig), ...checkStateConfig(config as StateConfig)],
  );
}

/** Says what is wrong by the names that a person sets here. */
function renaming<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const names = Object.values(variables).map(({ name }) => name);
    const pattern = new RegExp(`\\b(?:${names.join('|')})\\b`, 'g');
    throw new UsageError(
      error.message.replace("The function's variables are", 'the environment is').replace(pattern, environmentName),
    );
  }
}
