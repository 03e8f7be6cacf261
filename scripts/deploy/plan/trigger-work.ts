import type { WireTrigger } from '../client/wire.ts';
import { type DesiredTrigger, MANAGED_TYPES, routeShape, SWITCHED_TYPES } from '../desired/triggers.ts';

/** The work on one trigger, in the plan's words, with what it takes to do it. */
export type TriggerWork =
  | { readonly action: 'unchanged'; readonly desired: DesiredTrigger; readonly actual: WireTrigger }
  | { readonly action: 'create'; readonly desired: DesiredTrigger }
  /** Switched on or off. */
  | { readonly action: 'update'; readonly desired: DesiredTrigger; readonly actual: WireTrigger }
  | {
      readonly action: 'replace';
      readonly desired: DesiredTrigger;
      readonly actual: WireTrigger;
      readonly changes: readonly string[];
    }
  | { readonly action: 'delete'; readonly actual: WireTrigger };

/**
 * Compares the triggers that a function is to have with those of its alias. What a deployment does not look after is
 * left alone; of two that are the same, one is too many.
 *
 * @param secretsChanged whether passwords of triggers are others than those that were sent last
 */
export function triggerWork(
  desired: readonly DesiredTrigger[],
  actual: readonly WireTrigger[],
  secretsChanged: boolean,
): TriggerWork[] {
  const left = actual.filter((one) => MANAGED_TYPES.has(one.trigger_type_code) && !isLeaving(one));
  const take = (fits: (one: WireTrigger) => boolean): WireTrigger | undefined => {
    const index = left.findIndex(fits);
    return index < 0 ? undefined : left.splice(index, 1)[0];
  };
  // Every exact match first, so that no trigger is replaced by what is there already, or by what only ends like it.
  const exact: (WireTrigger | undefined)[] = desired.map(() => undefined);
  const old: (WireTrigger | undefined)[] = desired.map(() => undefined);
  for (const isSame of [isEqual, isPrefixed])
    for (const [index, one] of desired.entries())
      if (!(secretsChanged && one.secretFields.some((field) => one.eventData[field] !== undefined)))
        exact[index] ??= take((other) => isOfType(one, other) && differences(one, other, isSame).length === 0);
  for (const isSame of [isEqual, isPrefixed])
    for (const [index, one] of desired.entries())
      if (!exact[index])
        old[index] ??= take((other) => isOfType(one, other) && hasIdentity(one, identityOf(other), isSame));
  const work = desired.map((one, index): TriggerWork => {
    const same = exact[index];
    if (same) return { action: hasStatus(one, same) ? 'unchanged' : 'update', desired: one, actual: same };
    const former = old[index];
    if (!former) return { action: 'create', desired: one };
    const changes = differences(one, former, isPrefixed);
    return { action: 'replace', desired: one, actual: former, changes: changes.length > 0 ? changes : ['password'] };
  });
  return [...work, ...left.map((one): TriggerWork => ({ action: 'delete', actual: one }))];
}

/** Listed while its deletion is under way, with a status of the service's own: as good as gone. */
function isLeaving({ trigger_status: status }: WireTrigger): boolean {
  return /^delet/i.test(status);
}

function isOfType(desired: DesiredTrigger, { trigger_type_code: type }: WireTrigger): boolean {
  return desired.type === type;
}

function hasStatus(desired: DesiredTrigger, { trigger_status: status }: WireTrigger): boolean {
  return !SWITCHED_TYPES.has(desired.type) || status === '' || status === desired.status;
}

type Sameness = (wanted: string, found: string) => boolean;
const isEqual: Sameness = (wanted, found) => wanted === found;
/** The service may put something in front of a trigger's name: what is sent is "just the name suffix". */
const isPrefixed: Sameness = (wanted, found) => found.endsWith(wanted);

/** The field with the name of the trigger itself. */
function nameFieldOf(type: string): string {
  return type === 'EVENTGRID' ? 'trigger_name' : 'name';
}

/** Only a timer's identity is its name. */
function hasIdentity({ type, identity }: DesiredTrigger, found: string, isSame: Sameness): boolean {
  return type === 'TIMER' ? isSame(identity, found) : identity === found;
}

/**
 * Fields of event data that differ. Not all of them are returned, so what is absent counts as equal; a trigger of which
 * nothing is returned is not this one.
 */
function differences(desired: DesiredTrigger, { event_data: found }: WireTrigger, isSame: Sameness): string[] {
  const names = Object.keys(desired.eventData).filter((name) => !desired.secretFields.includes(name));
  if (!names.some((name) => isReturned(found[name]))) return names;
  return names.filter((name) => {
    const wanted = desired.eventData[name];
    // An empty text is written as none at all.
    if (!isReturned(found[name])) return false;
    if (name === nameFieldOf(desired.type)) return !isSame(String(wanted), String(found[name]));
    return canonical(wanted, found[name]) !== canonical(found[name], wanted);
  });
}

function isReturned(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Numbers and flags as text, lists without order, of objects what the other one has, too. */
function canonical(value: unknown, other: unknown): string {
  if (Array.isArray(value)) return JSON.stringify(value.map(String).sort());
  if (typeof value === 'object' && value !== null) {
    const others = typeof other === 'object' && other !== null ? (other as Record<string, unknown>) : {};
    const own = value as Record<string, unknown>;
    const shared = Object.keys(own).filter((name) => isReturned(own[name]) && isReturned(others[name]));
    return JSON.stringify(shared.sort().map((name) => [name, canonical(own[name], others[name])]));
  }
  return String(value);
}

/** Identity by which a trigger in the cloud is recognised as an earlier form of one in serverless.yml. */
export function identityOf({ trigger_type_code: type, event_data: data }: WireTrigger): string {
  const text = (name: string): string => {
    const value = data[name];
    return typeof value === 'string' ? value : '';
  };
  switch (type) {
    case 'APIG':
    case 'DEDICATEDGATEWAY':
      return routeShape(text('req_method'), text('path'));
    case 'TIMER':
      return text('name');
    case 'KAFKA':
      return text('instance_id');
    case 'SMN':
      return text('topic_urn');
    default:
      return text('bucket');
  }
}

/** Name for people of a trigger that serverless.yml does not have. */
export function labelOf(trigger: WireTrigger): string {
  return identityOf(trigger) || trigger.trigger_id;
}
