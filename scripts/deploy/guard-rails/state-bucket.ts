import { readConfig } from '#shared/config/read.ts';
import { statePrefixes, stateVariables } from '#shared/config/state.ts';
import type { FunctionConfig } from '../../serverless/config.ts';
import { watchers } from './watched-buckets.ts';

/**
 * Dead letters, checkpoints and reports inside of a bucket that triggers a function: each would be an upload to
 * replicate. And failed invocations where redrive does not look for them.
 */
export function stateBucketProblems(functions: Readonly<Record<string, FunctionConfig>>): string[] {
  return Object.entries(functions).flatMap(([key, fn]) => {
    const state = stateOf(fn);
    if (!state) return [];
    const field = `functions.${key}.environment`;
    const inside = state.prefixes.flatMap(([variable, prefix]) =>
      watchers(functions, state.bucket, prefix).map(
        (watcher) =>
          `${field}.${variable}: ${prefix} of bucket ${state.bucket} is written to, but ${watcher.key} is triggered by ` +
          `${watcher.whole}: what is written would be replicated, so use another bucket for state`,
      ),
    );
    // One prefix tells enough of a bucket that is watched as a whole.
    return [...inside.slice(0, 1), ...unseenFailures(key, fn, state)];
  });
}

interface State {
  readonly bucket: string;
  readonly prefixes: readonly (readonly [variable: string, prefix: string])[];
  readonly failedInvocations: string;
}

/** Undefined where there is no state bucket, or where the function itself will say what is wrong with its variables. */
function stateOf({ environment }: FunctionConfig): State | undefined {
  try {
    const config = readConfig(stateVariables, (name) => environment[name] || undefined);
    if (config.stateBucket === undefined) return undefined;
    return {
      bucket: config.stateBucket,
      prefixes: statePrefixes(config),
      failedInvocations: config.failedInvocationsPrefix,
    };
  } catch {
    return undefined;
  }
}

function unseenFailures(key: string, { async: policy }: FunctionConfig, state: State): string[] {
  const destination = policy.onFailure;
  if (destination?.type !== 'OBS' || destination.bucket !== state.bucket) return [];
  if (typeof destination.prefix !== 'string' || destination.prefix.startsWith(state.failedInvocations)) return [];
  return [
    `functions.${key}.async.onFailure.prefix is ${JSON.stringify(destination.prefix)}, but redrive looks below ` +
      `${state.failedInvocations} (FAILED_INVOCATIONS_PREFIX): begin it with that`,
  ];
}
