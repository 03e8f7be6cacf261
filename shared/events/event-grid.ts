import type { KeyEncoding } from '#shared/encoding/decode.ts';
import { readChange } from './change.ts';
import type { RecordCollector, RecordOutcome } from './collector.ts';
import { classifyEventName, type EventKind, reportedEventName } from './event-name.ts';
import {
  type Fields,
  field,
  isFields,
  joinPath,
  optionalText,
  optionalTime,
  RecordRejection,
  requiredFields,
  requiredText,
} from './fields.ts';

/** EventGrid's name for object notifications of OBS. */
const SOURCE = 'HC.OBS.DWR';
/** Its name for audit records of buckets, which carry no object. */
const AUDIT_SOURCE = 'HC.OBS';

/**
 * Whether a value has the attributes by which EventGrid routes.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#required-attributes
 */
export function isCloudEvent(value: unknown): boolean {
  return optionalText(value, 'source') !== undefined && optionalText(value, 'type') !== undefined;
}

/** One element of `data` with its place: `recordPath` names it in results, `path` is where it stands. */
interface Item {
  readonly value: unknown;
  readonly recordPath: string;
  readonly path: string;
}

/**
 * What happened to an item. The envelope's type is what was subscribed to, the item's name what happened: where one of
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
  const change = readChange(requiredFields(value, 'obs', path), joinPath(path, 'obs'), {
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
  if (source !== undefined && isOfObs && envelopeType !== undefined && isFields(event) && Array.isArray(data)) {
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

/** The event as EventGrid delivers it to a function: one CloudEvent. `data` is an object, or a list of them. */
export function readCloudEvent(event: unknown, keyEncoding: KeyEncoding, into: RecordCollector): void {
  readEvent(event, '', keyEncoding, into);
}

/** Several CloudEvents: the whole event as an array (`name` is empty), or as `{"events": [...]}`. */
export function readCloudEvents(
  events: readonly unknown[],
  name: '' | 'events',
  keyEncoding: KeyEncoding,
  into: RecordCollector,
): void {
  for (let index = 0; index < events.length; index++) {
    readEvent(events[index], `${name}[${index}]`, keyEncoding, into);
  }
}
