import type { omsVariables } from '#shared/config/oms.ts';
import { checkOmsConfig, type OmsConfig } from '#shared/config/oms.ts';
import { type ConfigOf, readConfig, type VariableSet } from '#shared/config/read.ts';
import type { Problem } from '#shared/errors/base.ts';
import type { Invocation } from './invocation.ts';
import type { Middleware } from './stack.ts';

/** The variables of a function that calls OMS, with more of its own. */
export type FunctionVariables = VariableSet & typeof omsVariables;

/**
 * Reads a function's variables once per instance. A failed reading is not kept: it is reported by every invocation
 * until the variables are right.
 *
 * @param check problems that concern more than one of the function's own variables
 */
export function configReader<S extends FunctionVariables>(
  variables: S,
  check: (config: ConfigOf<S>) => readonly Problem[] = () => [],
): (invocation: Invocation) => ConfigOf<S> {
  let config: ConfigOf<S> | undefined;
  return (invocation) => {
    config ??= readConfig(
      variables,
      (name) => invocation.variable(name) ?? (name === 'OMS_PROJECT_ID' ? invocation.projectId : undefined),
      (read) => [...checkOmsConfig(read as OmsConfig), ...check(read)],
    );
    return config;
  };
}

/**
 * Makes the secrets among the variables known to the log, before anything else is done: a request may be refused, and be
 * logged, before the variables are read, and wrong variables are secrets nevertheless.
 */
export function variableSecrets(variables: VariableSet): Middleware {
  const names = Object.values(variables).flatMap(({ name, secret }) => (secret ? [name] : []));
  return {
    before: function concealVariables({ context }) {
      context.log.conceal(names.flatMap((name) => [context.variable(name), context.variable(name)?.trim()]));
    },
  };
}
