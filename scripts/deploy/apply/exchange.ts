import type { WireBody } from '../client/functiongraph.ts';
import type { WireTrigger } from '../client/wire.ts';
import type { DesiredTrigger } from '../desired/triggers.ts';
import { ApiError, DeployError, RefusedError } from '../errors.ts';
import { identityOf, labelOf, triggerWork } from '../plan/trigger-work.ts';
import { PATIENCE, pauses, until } from './patience.ts';
import type { TriggerContext } from './trigger-context.ts';

/** Triggers with the alias that they are bound to. */
export interface BoundTriggers {
  readonly urn: string;
  readonly triggers: readonly WireTrigger[];
}

/**
 * Whether the service says that two triggers cannot be there at once: one of the same name, path, topic or bucket
 * exists, or there are ten. B of the error table: 409; FSS.1108, FSS.1306, FSS.1307.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/ErrorCode.html
 */
export function isConflict(error: unknown): error is RefusedError {
  return (
    error instanceof RefusedError && (error.status === 409 || ['FSS.1108', 'FSS.1306', 'FSS.1307'].includes(error.code))
  );
}

/**
 * Deletes, waits until what was deleted is gone, then creates; where that fails for good, what was deleted is put back.
 * Whether the service deletes at once is not documented, and its own list need not tell when a name is free: both are
 * waited for.
 *
 * @throws the refusal of the new trigger, with the old one in its place; DeployError `Deploy.TriggerLost` with neither
 */
export async function exchange(
  desired: DesiredTrigger,
  old: BoundTriggers,
  urn: string,
  context: TriggerContext,
): Promise<void> {
  const { client, steady, step } = context;
  const removed: WireTrigger[] = [];
  try {
    for (const trigger of old.triggers) {
      step(`delete trigger ${nameOf(trigger)}`);
      // The first may be stopped before; from then on there is a gap, which nobody may keep open.
      await removeTrigger(old.urn, trigger, removed.length === 0 ? client : steady, context);
      removed.push(trigger);
    }
    // Whoever still lists it after this long may yet have freed its name.
    await untilGone(old.urn, removed, steady, context);
    step(`trigger ${desired.type} ${desired.label}`);
    await establish(desired, urn, PATIENCE.deletion, context, removed);
  } catch (error) {
    if (removed.length > 0) await putBack(desired, { urn: old.urn, triggers: removed }, error, context);
    throw error;
  }
}

/** Asks for a deletion. A conflict may be one that another function or an interrupted deployment asked for. */
export async function removeTrigger(
  urn: string,
  trigger: WireTrigger,
  client: TriggerContext['client'],
  context: TriggerContext,
): Promise<void> {
  try {
    await client.deleteTrigger(urn, trigger);
  } catch (error) {
    if (!isConflict(error) || !(await untilGone(urn, [trigger], client, context))) throw error;
  }
}

/** @returns false where the service lists one of them until patience ends, or does not answer */
export async function untilGone(
  urn: string,
  triggers: readonly WireTrigger[],
  client: TriggerContext['client'],
  { sleep }: TriggerContext,
): Promise<boolean> {
  const ids = new Set(triggers.map(({ trigger_id }) => trigger_id));
  try {
    return await until(PATIENCE.deletion, sleep, async () => {
      const listed = await client.listTriggers(urn);
      return !listed.some(({ trigger_id }) => ids.has(trigger_id));
    });
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

/** Tries for what may pass, of failures other than a conflict. */
const TRIES = 3;

/**
 * Creates a trigger, although its predecessor may take a while to give way. A creation whose answer is lost is not made
 * again before a look whether it was done: a second one would be another trigger.
 *
 * @param patience milliseconds for which a conflict is taken for one that passes
 * @param leaving triggers that may be listed still, and are not the new one
 */
export async function establish(
  desired: DesiredTrigger,
  urn: string,
  patience: number,
  { steady, sleep, secrets }: TriggerContext,
  leaving: readonly WireTrigger[] = [],
): Promise<void> {
  const old = new Set(leaving.map(({ trigger_id }) => trigger_id));
  const isThere = async (): Promise<boolean> => {
    const fresh = (await steady.listTriggers(urn)).filter(({ trigger_id }) => !old.has(trigger_id));
    const action = triggerWork([desired], fresh, false)[0]?.action;
    return action === 'unchanged' || action === 'update';
  };
  let tries = 0;
  for (const pause of pauses(patience)) {
    try {
      await steady.createTrigger(urn, bodyOf(desired), { secrets });
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (await isThere().catch(() => false)) return;
      if (!isConflict(error)) tries += 1;
      if (pause === undefined || tries >= TRIES) throw error;
      await sleep(pause);
    }
  }
}

/** @throws DeployError where one of them cannot be put back */
async function putBack(
  desired: DesiredTrigger,
  { urn, triggers }: BoundTriggers,
  reason: unknown,
  context: TriggerContext,
): Promise<void> {
  const lost: string[] = [];
  let failure: unknown;
  for (const trigger of triggers) {
    context.step(`restore trigger ${nameOf(trigger)}`);
    try {
      await establish(formerOf(trigger, desired), urn, PATIENCE.short, context, triggers);
    } catch (error) {
      lost.push(nameOf(trigger));
      failure = error;
    }
  }
  if (lost.length === 0) return;
  throw new DeployError(
    'Deploy.TriggerLost',
    `${lost.join(', ')}: the old trigger is deleted, its replacement was not created (${messageOf(reason)}), and it could ` +
      `not be put back (${messageOf(failure)}). No event arrives that way until this repairs it: ${context.repair}`,
    { cause: reason },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}

function nameOf(trigger: WireTrigger): string {
  return `${trigger.trigger_type_code} ${labelOf(trigger)}`;
}

/** Body of CreateFunctionTrigger. */
export function bodyOf({ type, status, eventData }: DesiredTrigger): WireBody {
  return { trigger_type_code: type, trigger_status: status, event_data: eventData };
}

/** Fields that the service adds to a trigger of API Gateway. */
const ADDED: ReadonlySet<string> = new Set(['triggerid', 'api_id', 'api_name', 'invoke_url', 'roma_app_id']);

/**
 * A trigger as it was. Passwords are those of its successor: the API never returns them, and there are no others.
 */
function formerOf(trigger: WireTrigger, { type, secretFields, eventData }: DesiredTrigger): DesiredTrigger {
  const passwords = trigger.trigger_type_code === type ? secretFields : [];
  const data = Object.entries(trigger.event_data).filter(([name]) => !ADDED.has(name));
  return {
    type: trigger.trigger_type_code,
    label: labelOf(trigger),
    status: trigger.trigger_status === 'DISABLED' ? 'DISABLED' : 'ACTIVE',
    eventData: {
      ...Object.fromEntries(data),
      ...Object.fromEntries(
        passwords.filter((name) => eventData[name] !== undefined).map((name) => [name, eventData[name]]),
      ),
    },
    secretFields,
    identity: identityOf(trigger),
    gap: undefined,
  };
}
