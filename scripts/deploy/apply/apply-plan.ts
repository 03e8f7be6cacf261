import { type Clock, systemClock } from '#shared/http/clock.ts';
import { FunctionGraphClient } from '../client/functiongraph.ts';
import { DeployError } from '../errors.ts';
import { forEachLimited } from '../plan/limited.ts';
import { type PlanWork, workOf } from '../plan/work.ts';
import type { ApplyOptions, DeployPlan, DeployResult, FunctionOutcome } from '../types.ts';
import { applyFunction } from './function.ts';
import { PATIENCE, until } from './patience.ts';
import { Progress } from './progress.ts';
import { actualTriggerKey, type ForeignTrigger } from './trigger-context.ts';

/** Functions at a time. */
const CONCURRENCY = 4;
/** Versions to keep besides the one that serves. */
const KEEP_VERSIONS = 5;

/**
 * Does what a plan says. Functions do not wait for each other, and the failure of one does not stop the others; what
 * serverless.yml no longer has is deleted last, and only when nothing failed.
 *
 * @param plan of planDeployment, not a copy of it
 * @returns how each function ended; rejects for what is wrong with the call itself alone
 */
export async function applyPlan(plan: DeployPlan, options: ApplyOptions): Promise<DeployResult> {
  const { target, onEvent, signal, concurrency = CONCURRENCY } = options;
  const work = workOf(plan);
  const clock = target.clock ?? systemClock;
  const start = clock.now();
  const context = {
    client: new FunctionGraphClient(target, signal),
    steady: new FunctionGraphClient(target),
    alias: work.alias,
    keepVersions: options.keepVersions ?? work.keepVersions ?? KEEP_VERSIONS,
    foreign: foreignTriggers(work),
    now: () => clock.now(),
    sleep: (ms: number) => clock.sleep(ms),
    repair: (key: string) => `npx oms-sync deploy -f ${key} --stage ${plan.stage} --region ${plan.region}`,
    // All versions of one deployment have one time: a rollback finds by it what the deployment changed.
    deployed: start,
  };
  const outcomes = new Map<string, FunctionOutcome>();
  const skip = ({ key, name }: { readonly key: string; readonly name: string }): void => {
    outcomes.set(key, { key, name, outcome: 'skipped', ms: 0 });
  };

  await forEachLimited(work.functions, concurrency, async (one) => {
    const { key, name, action } = one.planned;
    if (action === 'unchanged') {
      const version = one.actual?.live?.alias.version;
      outcomes.set(key, { key, name, outcome: 'unchanged', ms: 0, ...(version === undefined ? {} : { version }) });
    } else if (signal?.aborted) {
      skip(one.planned);
    } else {
      const progress = new Progress(key, clock, onEvent);
      outcomes.set(key, await progress.run(name, () => applyFunction(one, context, (step) => progress.step(step))));
    }
  });

  const deletions = work.orphans.filter(({ planned }) => planned.action === 'delete');
  for (const { planned, urn } of deletions) {
    if (signal?.aborted || !isFine([...outcomes.values()])) {
      skip(planned);
      continue;
    }
    const progress = new Progress(planned.key, clock, onEvent);
    const outcome = await progress.run(planned.name, async () => {
      progress.step('delete');
      await deleteFunction(context.client, urn, clock);
      return undefined;
    });
    outcomes.set(planned.key, outcome);
  }
  const functions = plan.functions.flatMap(({ key }) => outcomes.get(key) ?? []);
  return { ok: isFine(functions), ms: clock.now() - start, functions };
}

/**
 * Deletes a function; its triggers first, for those of EventGrid and API Gateway live in services of their own.
 *
 * @throws DeployError where the service shows it long after
 */
export async function deleteFunction(client: FunctionGraphClient, urn: string, clock: Clock): Promise<void> {
  await client.deleteAllTriggers(urn);
  await client.deleteFunction(urn);
  const isGone = await until(
    PATIENCE.deletion,
    (ms) => clock.sleep(ms),
    async () => (await client.showConfig(urn)) === undefined,
  );
  if (!isGone)
    throw new DeployError(
      'Deploy.FunctionStays',
      'The service took the deletion and shows the function still. Run the same command again later.',
    );
}

function isFine(outcomes: readonly FunctionOutcome[]): boolean {
  return outcomes.every(({ outcome }) => outcome === 'done' || outcome === 'unchanged');
}

/** Triggers that other functions give up, or hold and should not: a route may move from one function to another. */
function foreignTriggers({ functions, orphans }: PlanWork): Map<string, ForeignTrigger> {
  const found = new Map<string, ForeignTrigger>();
  for (const { planned, live } of orphans) {
    if (!live) continue;
    const goes = planned.action === 'delete';
    for (const trigger of live.triggers)
      found.set(actualTriggerKey(trigger), { urn: live.alias.alias_urn, trigger, owner: planned.name, goes });
  }
  for (const { triggers, actual, planned } of functions) {
    const urn = actual?.live?.alias.alias_urn;
    if (urn === undefined) continue;
    for (const one of triggers)
      if (one.action === 'delete')
        found.set(actualTriggerKey(one.actual), { urn, trigger: one.actual, owner: planned.name, goes: true });
  }
  return found;
}
