import { readFunctionVariables } from '#shared/config/function.ts';
import { eventVariables, omsVariables } from '#shared/config/oms.ts';
import { ConfigurationError, type VariableSet } from '#shared/config/read.ts';
import { stateVariables } from '#shared/config/state.ts';
import type { Problem } from '#shared/errors/base.ts';
import { variables as createSyncTask } from '../../../functions/create-sync-task/variables.ts';
import { variables as onObjectCreated } from '../../../functions/on-object-created/variables.ts';
import { variables as reconcile } from '../../../functions/reconcile/variables.ts';
import { variables as redrive } from '../../../functions/redrive/variables.ts';
import { variables as showObject } from '../../../functions/show-object/variables.ts';
import { variables as showStatus } from '../../../functions/show-status/variables.ts';
import { variables as startSyncTask } from '../../../functions/start-sync-task/variables.ts';
import { nearest } from '../../cli/nearest.ts';
import type { FunctionConfig } from '../../serverless/config.ts';
import { environmentName } from '../../serverless/environment.ts';
import { listedRouteProblems } from './listed-routes.ts';

/** Variables that each function reads, by its key in serverless.yml. */
export const FUNCTION_VARIABLES: Readonly<Record<string, VariableSet>> = {
  'create-sync-event': eventVariables,
  'create-sync-task': createSyncTask,
  'show-sync-task': omsVariables,
  'list-sync-tasks': omsVariables,
  'start-sync-task': startSyncTask,
  'stop-sync-task': omsVariables,
  'delete-sync-task': omsVariables,
  'show-sync-task-statistics': omsVariables,
  'on-object-created': onObjectCreated,
  redrive,
  reconcile,
  'show-object': showObject,
  'show-status': showStatus,
};
const EVERY: VariableSet = { ...createSyncTask, ...onObjectCreated, ...reconcile };

/** Stands for the function's own project, which nobody knows before it is deployed. */
const SOME_PROJECT = '0'.repeat(32);

/**
 * The variables of every function, read as the function itself will read them: what it would refuse at its start, when
 * notifications already wait for it. A mistake that several functions share is told of the first.
 *
 * @param env of the deployment, to name the variable that a person has set
 */
export function functionVariableProblems(
  functions: Readonly<Record<string, FunctionConfig>>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string[] {
  const seen = new Set<string>();
  return Object.entries(functions).flatMap(([key, fn]) => {
    const given: Readonly<Record<string, string>> = { ...fn.encryptedEnvironment, ...fn.environment };
    const variables = FUNCTION_VARIABLES[key] ?? ofGiven(given);
    return [...mistakes(variables, given), ...misspelt(variables, given)].flatMap(({ path, message }) => {
      const name = /^\w+/.exec(path)?.[0] ?? path;
      const kind = name in fn.encryptedEnvironment ? 'encryptedEnvironment' : 'environment';
      const outside = environmentName(name);
      const says = (env[outside] ?? '') === (given[name] ?? '') && env[outside] !== undefined ? `, by ${outside}` : '';
      const identity = `${path} ${message}`;
      if (seen.has(identity)) return [];
      seen.add(identity);
      return [`functions.${key}.${kind}.${path}${says}: ${message}`];
    });
  });
}

/** Variables of a foreign function: only those with names of ours are known. */
function ofGiven(given: Readonly<Record<string, string>>): VariableSet {
  return { ...stateVariables, ...Object.fromEntries(Object.entries(EVERY).filter(([, { name }]) => given[name])) };
}

interface Mistake {
  readonly path: string;
  readonly message: string;
}

function mistakes(variables: VariableSet, given: Readonly<Record<string, string>>): readonly Mistake[] {
  const alone = detailsOf(variables, given);
  if (alone.length === 0) return [];
  // Problems of variables taken together are told when each alone is right.
  const bad = alone.map(({ path }) => /^\w+/.exec(path)?.[0] ?? path);
  const others = Object.fromEntries(Object.entries(given).filter(([name]) => !bad.includes(name)));
  const together = detailsOf(variables, others).filter((one) => !bad.some((name) => textOf(one).includes(name)));
  const details = [...alone, ...together];
  // One prefix tells enough of a bucket that is watched as a whole.
  const first = details.find(({ rule }) => rule === 'watched_source');
  return (
    details
      .filter((problem) => problem.rule !== 'watched_source' || problem === first)
      // Only a deployment needs it, and says so (deployable.ts).
      .filter(({ path, rule }) => !(path === 'STATE_BUCKET' && rule === 'required'))
  );
}

function textOf({ path, message }: Problem): string {
  return `${path} ${message}`;
}

function detailsOf(variables: VariableSet, given: Readonly<Record<string, string>>): readonly Problem[] {
  const lookUp = (name: string): string | undefined => given[name] || undefined;
  try {
    const config = readFunctionVariables(variables, lookUp, SOME_PROJECT);
    return variables === reconcile ? listedRouteProblems(config['routes'], { region: config['region'] }, lookUp) : [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.details ?? [];
    throw error;
  }
}

/** A name that no reader looks for changes nothing, without a word. */
function misspelt(variables: VariableSet, given: Readonly<Record<string, string>>): readonly Mistake[] {
  const known = Object.values(variables).map(({ name }) => name);
  return Object.keys(given).flatMap((path) => {
    const meant = known.includes(path) ? undefined : nearest(path, known);
    return meant === undefined ? [] : [{ path, message: `is read by nothing: did you mean ${meant}?` }];
  });
}
