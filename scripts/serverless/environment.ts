import { type ConfigOf, ConfigurationError, readConfig, type VariableSet } from '#shared/config/read.ts';
import type { Problem } from '#shared/errors/base.ts';
import { UsageError } from '../cli/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names that serverless.yml reads and that do not follow the rule, and those of the vendor's SDKs. */
const ENVIRONMENT_NAMES: Readonly<Record<string, string>> = {
  OMS_ENDPOINT: 'OMS_SYNC_OMS_ENDPOINT',
  OMS_ACCESS_KEY: 'HUAWEICLOUD_SDK_AK',
  OMS_SECRET_KEY: 'HUAWEICLOUD_SDK_SK',
};
/** Defaults of serverless.yml. */
const DEFAULTS: Environment = { OMS_REGION: 'cn-north-4' };

/** The variable of the environment by which serverless.yml sets a variable of a function. */
export function environmentName(variable: string): string {
  return ENVIRONMENT_NAMES[variable] ?? `OMS_SYNC_${variable.replace(/^OMS_/, '')}`;
}

/**
 * A function's variables for a command: as serverless.yml would set them from this environment.
 *
 * @throws UsageError with every problem, by the names that a person sets
 */
export function readEnvironment<S extends VariableSet>(
  variables: S,
  env: Environment,
  check?: (config: ConfigOf<S>) => readonly Problem[],
): ConfigOf<S> {
  try {
    return readConfig(variables, (name) => env[environmentName(name)] || DEFAULTS[name] || undefined, check);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const names = Object.values(variables).map(({ name }) => name);
    const pattern = new RegExp(`\\b(?:${names.join('|')})\\b`, 'g');
    throw new UsageError(
      error.message.replace("The function's variables are", 'the environment is').replace(pattern, environmentName),
    );
  }
}
