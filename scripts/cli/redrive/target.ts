import { checkTogether, readFunctionVariables } from '#shared/config/function.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import { variables } from '../../../functions/redrive/variables.ts';
import { ENDPOINTS_FILE, type EndpointsFile, readEndpoints } from '../../local/endpoints-file.ts';
import { routesOf } from '../../local/sync-task.ts';
import { type Environment, environmentName, readEnvironment } from '../../serverless/environment.ts';
import { loadServerless } from '../../serverless/load.ts';
import { noKeys, type Stage } from '../stage.ts';

type Config = ConfigOf<typeof variables>;

/** Where to redrive, and with which keys. */
export interface Target {
  /** Name for people: the local cloud, or the environment. */
  readonly what: string;
  /** What the local cloud has written. */
  readonly local?: { readonly file: string; readonly endpoints: EndpointsFile };
  readonly config: Config;
  readonly credentials: KeyPair;
}

/**
 * Where to redrive: the local cloud of the file; else what the environment says, where it has keys; else the local cloud
 * that runs.
 *
 * @param declared what serverless.yml gives the function where the environment says nothing
 * @throws CliError where there is none; UsageError naming the environment's variables where these are wrong
 */
export async function findTarget(
  file: string | undefined,
  env: Environment,
  stage?: Pick<Stage, 'name' | 'local'>,
  declared: (stage: string) => Promise<Environment> = declaredVariables,
): Promise<Target> {
  if (file !== undefined) return localTarget(file, await readEndpoints(file));
  if (stage?.local) return localTarget(ENDPOINTS_FILE, stage.local);
  if (env['HUAWEICLOUD_SDK_AK'] && stage?.name !== 'local')
    return environmentTarget(env, await declared(stage?.name ?? 'dev'));
  throw noKeys(stage?.name ?? 'dev', 'HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK');
}

function localTarget(file: string, endpoints: EndpointsFile): Target {
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
    local: { file, endpoints },
    config: readFunctionVariables(variables, (name) => values[name], undefined),
    credentials: { accessKey, secretKey },
  };
}

/**
 * The variables of the function as a deployment from this folder has them. What is written into the file and not into
 * the environment counts as much: read with another encoding, documents name other objects, and below another prefix
 * there are none.
 */
async function declaredVariables(stage: string): Promise<Environment> {
  const { functions } = await loadServerless(stage);
  return functions['redrive']?.environment ?? {};
}

function environmentTarget(env: Environment, declared: Environment): Target {
  const fallback = Object.entries(declared).map(([name, value]) => [environmentName(name), value] as const);
  const given = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
  const config = readEnvironment(variables, Object.fromEntries([...fallback, ...given]), checkTogether);
  const { accessKey = '', secretKey = '' } = config;
  const securityToken = env['HUAWEICLOUD_SDK_SECURITY_TOKEN'];
  return {
    what: `${config.stateBucket} by the environment`,
    config,
    credentials: { accessKey, secretKey, ...(securityToken ? { securityToken } : {}) },
  };
}
