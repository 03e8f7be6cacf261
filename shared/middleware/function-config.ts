import type { omsVariables } from '#shared/config/oms.ts';
import { checkOmsConfig, type OmsConfig } from '#shared/config/oms.ts';
import { type ConfigOf, readConfig, secretsOf, type VariableSet } from '#shared/config/read.ts';
import type { Invocation } from './invocation.ts';

/** The variables of a function that calls OMS, with more of its own. */
export type FunctionVariables = VariableSet & typeof omsVariables;

/**
 * Reads a function's variables once per instance. A failed reading is not kept: it is reported by every invocation
 * until the variables are right.
 */
export function configReader<S extends FunctionVariables>(variables: S): (invocation: Invocation) => ConfigOf<S> {
  let config: ConfigOf<S> | undefined;
  return (invocation) => {
    config ??= readConfig(
      variables,
      (name) => invocation.variable(name) ?? (name === 'OMS_PROJECT_ID' ? invocation.projectId : undefined),
      (read) => checkOmsConfig(read as OmsConfig),
    );
    invocation.log.conceal(secretsOf(variables, config));
    return config;
  };
}
