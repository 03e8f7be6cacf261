import type { KeyEncoding } from '#shared/encoding/decode.ts';
import { OBJECT_NAMES, readChange } from './change.ts';
import { classifyEventName, type EventKind, reportedEventName } from './event-name.ts';
import {
  type Fields,
  field,
  isFields,
  isListWith,
  joinPath,
  lengthOf,
  optionalText,
  optionalTime,
  RecordRejection,
  requiredFields,
  requiredText,
  withField,
} from './fields.ts';
import { type Selection, selectEntries } from './select.ts';
import type { EventSource, RecordCollector, RecordOutcome } from './source.ts';

/** EventGrid's name for object notifications of OBS. */
const SOURCE = 'HC.OBS.DWR';
/** Its name for audit records of buckets, which carry no object. */
const AUDIT_SOURCE = 'HC.OBS';

/**
 * Whether a value has the attributes by which EventGrid routes.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#required-attributes
 */
function isCloudEvent(value: unknown): boolean {
  return optionalText(value, 'source') !== undefined && optionalText(value, 'type') !== undefined;
}

/** One element of `data` with its place: `recordPath` names it in results, `path` is where it stands. */
interface Item {
  readonly value: unknown;
  readonly recordPath: string;
  readonly path: string;
}

/**
 * Classifies an item. The envelope's type is what was subscribed to, the item's name what happened: where one of
 * them is known to be no creation, it is none, and where one of them is not known, it may be one.
 */
function kindOf(item: unknown, type: string): EventKind {
  const envelope = classifyEventName(type);
  if (!envelope.created) return envelope;
  const named = classifyEventName(optionalText(item, 'eventName') ?? type);
  return named.created && envelope.doubt !== undefined ? { ...named, doubt: envelope.doubt } : named;
}

function readItem(item: Item, event: Fields, type: string, keyEncoding: KeyEncoding): RecordOutcome {
  const { value, recordPath, path } = item;
  const kind = kindOf(value, type);
  if (!kind.created) return { ignored: { path: recordPath, reason: kind.reason, eventName: kind.eventName } };
  if (!isFields(value)) {
    const rule = value === undefined ? 'required' : 'type';
    throw new RecordRejection({ path, rule, message: 'The event must carry an object here.' });
  }
  // The key is the object's. `subject` repeats it, but is an envelope attribute that a transformation may rewrite.
  // Its sequencer is always `1`, and orders nothing.
  const { sequencer: _, ...change } = readChange(requiredFields(value, 'obs', path), joinPath(path, 'obs'), {
    source: 'eventgrid',
    eventName: kind.eventName,
    doubt: event['source'] === SOURCE ? kind.doubt : 'unknown_source',
    keyEncoding,
    path: recordPath,
    // The item's own `eventTime` is UTC+8 labelled Z: eight hours in the future.
    time: optionalTime(event, 'time'),
    eventId: optionalText(event, 'id'),
    region: optionalText(value, 'eventRegion'),
  });
  return { change };
}

function readEvent(event: unknown, path: string, keyEncoding: KeyEncoding, into: RecordCollector): void {
  const envelopeType = optionalText(event, 'type');
  const source = optionalText(event, 'source');
  const data = field(event, 'data');
  const isOfObs = source === SOURCE || [data].flat().some((item) => field(item, 'obs') !== undefined);
  // An item is read in its place whatever stands beside it, so that a dead letter of it alone reads the same.
  const isList = Array.isArray(data) && (isOfObs || (source !== AUDIT_SOURCE && data.length > 0));
  if (source !== undefined && envelopeType !== undefined && isFields(event) && isList) {
    for (let index = 0; index < data.length; index++) {
      const at = `${joinPath(path, 'data')}[${index}]`;
      into.add(at, () => readItem({ value: data[index], recordPath: at, path: at }, event, envelopeType, keyEncoding));
    }
    return;
  }
  into.add(path, () => {
    if (!isFields(event)) throw new RecordRejection({ path, rule: 'type', message: 'The event must be an object.' });
    const from = requiredText(event, 'source', path);
    const type = requiredText(event, 'type', path);
    if (from === AUDIT_SOURCE && !isOfObs)
      return { ignored: { path, reason: 'audit_record', eventName: reportedEventName(type) } };
    // An event of another source without a record of OBS is rejected for the lack of it: nobody knows what it tells.
    return readItem({ value: data, recordPath: path, path: joinPath(path, 'data') }, event, type, keyEncoding);
  });
}

/** Items of a CloudEvent with a list of data; its envelope, which tells time and id, is kept. */
function selectItems(event: unknown, name: string, paths: readonly string[]): Selection | undefined {
  const chosen = selectEntries(field(event, 'data'), name, paths);
  return chosen && isFields(event) ? { ...chosen, event: withField(event, 'data', chosen.event) } : undefined;
}

function selectEvents(list: unknown, name: string, paths: readonly string[]): Selection | undefined {
  return selectEntries(list, name, paths, (event, rests) => selectItems(event, '.data', rests));
}

/** The lists of CloudEvents that a payload may have, with the names that paths begin with. */
function listsOf(event: unknown): readonly (readonly [list: unknown, name: string])[] {
  return [
    [event, ''],
    [field(event, 'events'), 'events'],
  ];
}

/**
 * One CloudEvent, as EventGrid delivers it to a function, an array of them, or `{"events": [...]}`. The `data` of each is
 * an object, or a list of them.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export const eventGrid: EventSource<'eventgrid'> = {
  name: 'eventgrid',
  shape: 'CloudEvents of EventGrid',
  keyEncoding: {
    variable: 'EVENTGRID_KEY_ENCODING',
    hint: 'form where the trigger has Key_encode on',
    value: 'form',
  },
  names: OBJECT_NAMES,
  recognises: (event) => isCloudEvent(event) || listsOf(event).some(([list]) => isListWith(list, isCloudEvent)),
  read(event, keyEncoding, into) {
    if (isCloudEvent(event)) readEvent(event, '', keyEncoding, into);
    for (const [list, name] of listsOf(event)) {
      if (!isListWith(list, isCloudEvent)) continue;
      for (let index = 0; index < list.length; index++) readEvent(list[index], `${name}[${index}]`, keyEncoding, into);
    }
  },
  select(event, paths) {
    const chosen = selectItems(event, 'data', paths) ?? selectEvents(event, '', paths);
    if (chosen) return chosen;
    const below = selectEvents(field(event, 'events'), 'events', paths);
    return below && { ...below, event: { events: below.event } };
  },
  times(event) {
    const list = Array.isArray(event) ? event : field(event, 'events');
    // An item's own time is eight hours off.
    return (Array.isArray(list) ? list : [event]).map((each) => optionalTime(each, 'time'));
  },
  count(event) {
    const events = listsOf(event).flatMap(([list]) => (Array.isArray(list) ? [list] : []));
    const dataOf = (each: unknown): number => lengthOf(field(each, 'data'));
    return events.flat().reduce<number>((sum, each) => sum + 1 + dataOf(each), dataOf(event));
  },
};
