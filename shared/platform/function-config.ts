import { readFunctionVariables } from '#shared/config/function.ts';
import type { omsVariables } from '#shared/config/oms.ts';
import type { ConfigOf, VariableSet } from '#shared/config/read.ts';
import type { Invocation } from './invocation.ts';
import type { Middleware } from './stack.ts';

export type FunctionVariables = VariableSet & typeof omsVariables;

/**
 * Reads a function's variables once per instance. A failed reading is not kept: it is reported by every invocation
 * until the variables are right.
 */
export function configReader<S extends FunctionVariables>(variables: S): (invocation: Invocation) => ConfigOf<S> {
  let config: ConfigOf<S> | undefined;
  return (invocation) => {
    config ??= readFunctionVariables(variables, (name) => invocation.variable(name), invocation.projectId);
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
