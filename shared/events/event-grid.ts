import type { KeyEncoding } from '#shared/encoding/decode.ts';
import { readChange } from './change.ts';
import type { RecordCollector, RecordOutcome } from './collector.ts';
import { classifyEventName, reportedEventName } from './event-name.ts';
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

/** EventGrid's name for object notifications of OBS; `HC.OBS` without `DWR` carries audit records. */
const SOURCE = 'HC.OBS.DWR';

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

function readItem(item: Item, event: Fields, type: string, keyEncoding: KeyEncoding): RecordOutcome {
  const { value, recordPath, path } = item;
  // The envelope's type is what was subscribed to, the item's name what happened: a creation says so in both.
  const envelope = classifyEventName(type);
  const named = classifyEventName(optionalText(value, 'eventName') ?? type);
  for (const kind of [envelope, named]) {
    if (!kind.created) return { ignored: { path: recordPath, reason: kind.reason, eventName: kind.eventName } };
  }
  if (!isFields(value)) {
    const rule = value === undefined ? 'required' : 'type';
    throw new RecordRejection({ path, rule, message: 'The event must carry an object here.' });
  }
  // The key is the object's. `subject` repeats it, but is an envelope attribute that a transformation may rewrite.
  const change = readChange(requiredFields(value, 'obs', path), joinPath(path, 'obs'), {
    source: 'eventgrid',
    eventName: named.eventName,
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
  const data = field(event, 'data');
  if (field(event, 'source') === SOURCE && envelopeType !== undefined && isFields(event) && Array.isArray(data)) {
    for (let index = 0; index < data.length; index++) {
      const at = `${joinPath(path, 'data')}[${index}]`;
      into.add(at, () => readItem({ value: data[index], recordPath: at, path: at }, event, envelopeType, keyEncoding));
    }
    return;
  }
  into.add(path, () => {
    if (!isFields(event)) throw new RecordRejection({ path, rule: 'type', message: 'The event must be an object.' });
    const source = requiredText(event, 'source', path);
    const type = requiredText(event, 'type', path);
    if (source !== SOURCE) {
      return { ignored: { path, reason: 'unknown_source', eventName: reportedEventName(type) } };
    }
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
