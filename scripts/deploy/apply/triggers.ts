import type { FunctionGraphClient, WireBody } from '../client/functiongraph.ts';
import type { WireTrigger } from '../client/wire.ts';
import { confidential } from '../desired/function.ts';
import type { DesiredTrigger } from '../desired/triggers.ts';
import { DeployError, RefusedError } from '../errors.ts';
import { identityOf, labelOf } from '../plan/trigger-work.ts';
import type { FunctionWork } from '../plan/work.ts';

/** A trigger of another function, which has what this one wants. */
export interface ForeignTrigger {
  /** Of the alias that it is bound to. */
  readonly urn: string;
  readonly trigger: WireTrigger;
  /** Name of the function. */
  readonly owner: string;
  /** Whether the plan deletes it; otherwise its owner is an orphan that stays. */
  readonly goes: boolean;
}

export interface TriggerContext {
  readonly client: FunctionGraphClient;
  /** Does not stop: for the moment in which an old trigger is gone and the new one is not there yet. */
  readonly steady: FunctionGraphClient;
  /** By type and identity. */
  readonly foreign: ReadonlyMap<string, ForeignTrigger>;
  readonly step: (step: string) => void;
}

export function triggerKey({ type, identity }: { readonly type: string; readonly identity: string }): string {
  return `${type} ${identity}`;
}

/**
 * What the service answers where two triggers cannot be there at once: one of the same name, path, topic or bucket
 * exists, or there are ten. B of the error table: 409; FSS.1108, FSS.1306, FSS.1307.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/ErrorCode.html
 */
function isConflict(error: unknown): error is RefusedError {
  return (
    error instanceof RefusedError && (error.status === 409 || ['FSS.1108', 'FSS.1306', 'FSS.1307'].includes(error.code))
  );
}

/**
 * Brings the triggers of an alias to what they are to be: new ones first, so that no event is missed, then those that
 * are replaced with a gap, then what is left over goes.
 *
 * @param urn of the alias
 */
export async function applyTriggers(work: FunctionWork, urn: string, context: TriggerContext): Promise<void> {
  const { client, step } = context;
  const secrets = confidential(work.desired);
  const leaving = new Set<WireTrigger>();
  for (const one of work.triggers)
    if (one.action === 'delete' || (one.action === 'replace' && isBeside(one.desired))) leaving.add(one.actual);

  for (const one of work.triggers) {
    switch (one.action) {
      case 'create':
        await create(one.desired, urn, leaving, context, secrets);
        break;
      case 'replace':
        if (isBeside(one.desired)) await create(one.desired, urn, leaving, context, secrets);
        else await exchange(one.desired, [one.actual], urn, context, secrets);
        break;
      case 'update':
        step(`trigger ${one.desired.type} ${one.desired.label}`);
        await client.updateTriggerStatus(urn, one.actual, one.desired.status);
        break;
    }
  }
  for (const trigger of leaving) {
    step(`delete trigger ${trigger.trigger_type_code} ${labelOf(trigger)}`);
    await client.deleteTrigger(urn, trigger);
  }
}

/** Whether old and new may be there together. */
function isBeside({ gap }: DesiredTrigger): boolean {
  return gap === undefined;
}

/** Where the service takes no second one, what is to go anyway goes first. */
async function create(
  desired: DesiredTrigger,
  urn: string,
  leaving: Set<WireTrigger>,
  context: TriggerContext,
  secrets: { readonly secrets: readonly string[] },
): Promise<void> {
  context.step(`trigger ${desired.type} ${desired.label}`);
  try {
    await context.client.createTrigger(urn, bodyOf(desired), secrets);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const foreign = context.foreign.get(triggerKey(desired));
    if (foreign) {
      await takeOver(desired, urn, foreign, context, secrets);
      return;
    }
    const own = [...leaving].filter(
      ({ trigger_type_code: type }) => type === desired.type || error.code === 'FSS.1306',
    );
    if (own.length === 0) throw error;
    for (const trigger of own) leaving.delete(trigger);
    await exchange(desired, own, urn, context, secrets);
  }
}

async function takeOver(
  desired: DesiredTrigger,
  urn: string,
  { urn: ownerUrn, trigger, owner, goes }: ForeignTrigger,
  { steady, step }: TriggerContext,
  secrets: { readonly secrets: readonly string[] },
): Promise<void> {
  if (!goes)
    throw new DeployError(
      'Deploy.TriggerTaken',
      `${desired.type} ${desired.label} belongs to ${owner}, which serverless.yml does not have: deploy with --prune, which deletes it.`,
    );
  step(`delete trigger ${desired.type} ${desired.label} of ${owner}`);
  await steady.deleteTrigger(ownerUrn, trigger);
  step(`trigger ${desired.type} ${desired.label}`);
  await steady.createTrigger(urn, bodyOf(desired), secrets);
}

/** Deletes, then creates; where that fails, what was deleted is put back. */
async function exchange(
  desired: DesiredTrigger,
  old: readonly WireTrigger[],
  urn: string,
  { client, steady, step }: TriggerContext,
  secrets: { readonly secrets: readonly string[] },
): Promise<void> {
  const removed: WireTrigger[] = [];
  try {
    for (const trigger of old) {
      step(`delete trigger ${trigger.trigger_type_code} ${labelOf(trigger)}`);
      // The first may be stopped before; from then on there is a gap, which nobody may keep open.
      await (removed.length === 0 ? client : steady).deleteTrigger(urn, trigger);
      removed.push(trigger);
    }
    step(`trigger ${desired.type} ${desired.label}`);
    await steady.createTrigger(urn, bodyOf(desired), secrets);
  } catch (error) {
    for (const trigger of removed) {
      step(`restore trigger ${trigger.trigger_type_code} ${labelOf(trigger)}`);
      // What comes back lacks what the API never returns, a password for example; the error that counts is the first.
      await steady.createTrigger(urn, restoreBody(trigger), secrets).catch(() => undefined);
    }
    throw error;
  }
}

function bodyOf({ type, status, eventData }: DesiredTrigger): WireBody {
  return { trigger_type_code: type, trigger_status: status, event_data: eventData };
}

/** Fields that the service adds to a trigger of API Gateway. */
const ADDED: ReadonlySet<string> = new Set(['triggerid', 'api_id', 'api_name', 'invoke_url', 'roma_app_id']);

function restoreBody(trigger: WireTrigger): WireBody {
  const data = Object.entries(trigger.event_data).filter(([name]) => !ADDED.has(name));
  return {
    trigger_type_code: trigger.trigger_type_code,
    ...(trigger.trigger_status === '' ? {} : { trigger_status: trigger.trigger_status }),
    event_data: Object.fromEntries(data),
  };
}

/** The key by which a trigger in the cloud is looked for. */
export function actualTriggerKey(trigger: WireTrigger): string {
  return triggerKey({ type: trigger.trigger_type_code, identity: identityOf(trigger) });
}
