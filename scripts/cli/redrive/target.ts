import { checkTogether } from '#shared/config/function.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import { variables } from '../../../functions/redrive/variables.ts';
import { type Environment, environmentName, readEnvironment } from '../../serverless/environment.ts';
import { loadServerless } from '../../serverless/load.ts';
import { noKeys, type Stage } from '../stage.ts';

/** Where to redrive, and with which keys. */
export interface Target {
  /** Name for people: the local cloud, or the environment. */
  readonly what: string;
  readonly config: ConfigOf<typeof variables>;
  readonly credentials: KeyPair;
}

/**
 * Where to redrive: what the environment of the stage says, and serverless.yml where that says nothing.
 *
 * @param declared variables of the function by serverless.yml
 * @throws CliError without keys; UsageError naming the environment's variables where these are wrong
 */
export async function findTarget(
  { name, env, local }: Stage,
  declared: (stage: string, env: Environment) => Promise<Environment> = declaredVariables,
): Promise<Target> {
  if (!local && (name === 'local' || !env['HUAWEICLOUD_SDK_AK']))
    throw noKeys(name, 'HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK');
  const fallback = Object.entries(await declared(name, env)).map(
    ([one, value]) => [environmentName(one), value] as const,
  );
  const given = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
  const config = readEnvironment(variables, Object.fromEntries([...fallback, ...given]), checkTogether);
  const { accessKey = '', secretKey = '' } = config;
  const securityToken = env['HUAWEICLOUD_SDK_SECURITY_TOKEN'];
  return {
    what: local ? `the local cloud of ${local.file}` : `${config.stateBucket} by the environment`,
    config,
    credentials: { accessKey, secretKey, ...(securityToken ? { securityToken } : {}) },
  };
}

/**
 * The variables of the function as a deployment from this folder has them. What is written into the file and not into
 * the environment counts as much: read with another encoding, documents name other objects, and below another prefix
 * there are none.
 */
async function declaredVariables(stage: string, env: Environment): Promise<Environment> {
  const { functions } = await loadServerless(stage, env);
  return functions['redrive']?.environment ?? {};
}
