import { systemClock } from '#shared/http/clock.ts';
import { deleteFunction } from './apply/apply-plan.ts';
import { Progress } from './apply/progress.ts';
import { FunctionGraphClient } from './client/functiongraph.ts';
import { forEachLimited } from './plan/limited.ts';
import { deployedFunctions } from './service.ts';
import type { DeployResult, FunctionOutcome, RemoveOptions } from './types.ts';

/** Functions at a time. */
const CONCURRENCY = 4;

/**
 * Deletes the functions of a service and stage, their triggers first. Buckets, agencies, log streams and API groups are
 * not ours and stay; EventGrid keeps a subscription of a deleted trigger, which the console shows.
 *
 * @throws ApiError where it cannot be found out what there is; what fails later is in the result
 */
export async function removeService(options: RemoveOptions): Promise<DeployResult> {
  const { target, onEvent, signal, concurrency = CONCURRENCY } = options;
  const client = new FunctionGraphClient(target, signal);
  const functions = await deployedFunctions(client, options);
  const clock = target.clock ?? systemClock;
  const start = clock.now();
  const outcomes: FunctionOutcome[] = [];
  await forEachLimited(functions, concurrency, async ({ key, name, urn }, index) => {
    if (signal?.aborted) {
      outcomes[index] = { key, name, outcome: 'skipped', ms: 0 };
      return;
    }
    const progress = new Progress(key, clock, onEvent);
    outcomes[index] = await progress.run(name, async () => {
      progress.step('delete');
      await deleteFunction(client, urn, clock);
      return undefined;
    });
  });
  return { ok: outcomes.every(({ outcome }) => outcome === 'done'), ms: clock.now() - start, functions: outcomes };
}
