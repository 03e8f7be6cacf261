import type { WireTrigger } from '../client/wire.ts';
import type { DesiredTrigger } from '../desired/triggers.ts';
import { DeployError } from '../errors.ts';
import { labelOf, triggerWork } from '../plan/trigger-work.ts';
import type { FunctionWork } from '../plan/work.ts';
import { bodyOf, establish, exchange, isConflict, removeTrigger, untilGone } from './exchange.ts';
import { PATIENCE, until } from './patience.ts';
import { type ForeignTrigger, type TriggerContext, triggerKey } from './trigger-context.ts';

/**
 * Brings the triggers of an alias to what they are to be: new ones first, so that no event is missed, then those that
 * are replaced with a gap, then what is left over goes. Done is what the service lists.
 *
 * @param urn of the alias
 */
export async function applyTriggers(work: FunctionWork, urn: string, context: TriggerContext): Promise<void> {
  const { client, step } = context;
  const leaving = new Set<WireTrigger>();
  for (const one of work.triggers)
    if (one.action === 'delete' || (one.action === 'replace' && isBeside(one.desired))) leaving.add(one.actual);

  for (const one of work.triggers) {
    switch (one.action) {
      case 'create':
        await create(one.desired, urn, leaving, context);
        break;
      case 'replace':
        if (isBeside(one.desired)) await create(one.desired, urn, leaving, context);
        else await exchange(one.desired, { urn, triggers: [one.actual] }, urn, context);
        break;
      case 'update':
        step(`trigger ${one.desired.type} ${one.desired.label}`);
        await client.updateTriggerStatus(urn, one.actual, one.desired.status);
        break;
    }
  }
  if (work.triggers.some(({ action }) => action !== 'unchanged' && action !== 'delete'))
    await settle(work.desired.triggers, urn, context);
  for (const trigger of leaving) {
    step(`delete trigger ${trigger.trigger_type_code} ${labelOf(trigger)}`);
    await removeTrigger(urn, trigger, client, context);
  }
  if (leaving.size > 0 && !(await untilGone(urn, [...leaving], client, context)))
    throw new DeployError(
      'Deploy.TriggerStays',
      `${[...leaving].map((one) => `${one.trigger_type_code} ${labelOf(one)}`).join(', ')}: the service took the deletion and lists the trigger still. Look again later: ${context.repair}`,
    );
}

/**
 * Looks whether the triggers are listed, and are on or off as they are to be: a Kafka trigger is DISABLED after its
 * creation, whatever that asked for.
 */
async function settle(triggers: readonly DesiredTrigger[], urn: string, context: TriggerContext): Promise<void> {
  const { client, sleep, step } = context;
  let missing: readonly DesiredTrigger[] = [];
  const settled = await until(PATIENCE.short, sleep, async () => {
    const work = triggerWork(triggers, await client.listTriggers(urn), false);
    const switched = work.flatMap((one) => (one.action === 'update' ? one : []));
    for (const { desired, actual } of switched) {
      step(`${desired.status === 'ACTIVE' ? 'enable' : 'disable'} trigger ${desired.type} ${desired.label}`);
      await client.updateTriggerStatus(urn, actual, desired.status);
    }
    missing = [...switched, ...work.flatMap((one) => (one.action === 'create' ? one : []))].map((one) => one.desired);
    return missing.length === 0;
  });
  if (settled) return;
  const names = missing.map(({ type, label, status }) => `${type} ${label} (${status})`);
  throw new DeployError(
    'Deploy.TriggerUnsettled',
    `${names.join(', ')}: the service took the trigger and does not list it so. Look again later: ${context.repair}`,
  );
}

/** Whether old and new may be there together. */
function isBeside({ gap }: DesiredTrigger): boolean {
  return gap === undefined;
}

/** Types whose name, path or bucket another function may have for good. */
const SHARED_TYPES: ReadonlySet<string> = new Set(['APIG', 'DEDICATEDGATEWAY', 'OBS']);

/** Where the service takes no second one, what is to go anyway goes first. */
async function create(
  desired: DesiredTrigger,
  urn: string,
  leaving: Set<WireTrigger>,
  context: TriggerContext,
): Promise<void> {
  context.step(`trigger ${desired.type} ${desired.label}`);
  try {
    await context.client.createTrigger(urn, bodyOf(desired), context);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const foreign = context.foreign.get(triggerKey(desired));
    if (foreign) {
      await takeOver(desired, urn, foreign, context);
      return;
    }
    const own = [...leaving].filter(
      ({ trigger_type_code: type }) => type === desired.type || error.code === 'FSS.1306',
    );
    for (const trigger of own) leaving.delete(trigger);
    if (own.length > 0) await exchange(desired, { urn, triggers: own }, urn, context);
    // Perhaps it is in the way of one whose deletion an earlier deployment asked for, and which is not listed any more.
    else await establish(desired, urn, SHARED_TYPES.has(desired.type) ? PATIENCE.short : PATIENCE.deletion, context);
  }
}

async function takeOver(
  desired: DesiredTrigger,
  urn: string,
  { urn: ownerUrn, trigger, owner, goes }: ForeignTrigger,
  context: TriggerContext,
): Promise<void> {
  if (!goes)
    throw new DeployError(
      'Deploy.TriggerTaken',
      `${desired.type} ${desired.label} belongs to ${owner}, which serverless.yml does not have: deploy with --prune, which deletes it.`,
    );
  await exchange(desired, { urn: ownerUrn, triggers: [trigger] }, urn, context);
}
