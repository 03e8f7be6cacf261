import type { Problem } from '#shared/errors/base.ts';
import { type BucketCredentials, checkBucketCredentials } from './bucket-credentials.ts';
import { checkOmsConfig, type OmsConfig } from './oms.ts';
import { type ConfigOf, readConfig, type VariableSet } from './read.ts';
import { checkStateConfig, type StateConfig } from './state.ts';

/**
 * Reads the variables of a function, each and together: at its start, and before it is deployed.
 *
 * @param lookUp the text of a variable; undefined where it is absent or empty
 * @param projectId the function's own
 * @throws ConfigurationError listing every problem at once
 */
export function readFunctionVariables<S extends VariableSet>(
  variables: S,
  lookUp: (name: string) => string | undefined,
  projectId: string | undefined,
): ConfigOf<S> {
  return readConfig(
    variables,
    (name) => lookUp(name) ?? (name === 'OMS_PROJECT_ID' ? projectId : undefined),
    checkTogether,
  );
}

export function checkTogether(config: ConfigOf<VariableSet>): Problem[] {
  return [
    ...('authToken' in config ? checkOmsConfig(config as unknown as OmsConfig) : []),
    ...('stateBucket' in config ? checkStateConfig(config as unknown as StateConfig) : []),
    ...('srcAccessKey' in config ? checkBucketCredentials(config as unknown as BucketCredentials) : []),
  ];
}
