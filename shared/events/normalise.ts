import type { KeyEncoding } from '#shared/encoding/decode.ts';
import { RecordCollector } from './collector.ts';
import { UnrecognisedEventError } from './errors.ts';
import { isCloudEvent, readCloudEvent, readCloudEvents } from './event-grid.ts';
import { field } from './fields.ts';
import { isNativeRecord, readNativeRecords, testEventName } from './native.ts';
import type { NormalisedEvent } from './object-change.ts';

export interface NormaliseOptions {
  /** How the native trigger and SMN write keys: `form`, says the vendor. */
  readonly obsKeyEncoding: KeyEncoding;
  /** How EventGrid writes keys: `form` where the trigger's `Key_encode` is on, else `raw`. The event does not tell. */
  readonly eventGridKeyEncoding: KeyEncoding;
}

/** An empty list is a notification of nothing; a list without a single record of ours is something else. */
function ours(list: unknown, isOurs: (entry: unknown) => boolean): list is readonly unknown[] {
  return Array.isArray(list) && (list.length === 0 || list.some(isOurs));
}

/**
 * Reads the notifications of OBS, in every shape in which it reaches a function, into changes of objects.
 * Every record is read; one that cannot be is rejected with the path of what is wrong, and its neighbours stay.
 *
 * @param event the parsed payload: `{Records: [{s3} | {obs}]}`, a CloudEvent of EventGrid, an array of them or
 *   `{events: [...]}`
 * @throws UnrecognisedEventError when the payload is none of these
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-obs/obs_41_0045.html
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export function normaliseEvent(event: unknown, options: NormaliseOptions): NormalisedEvent {
  const collector = new RecordCollector();
  const records = field(event, 'Records');
  const events = field(event, 'events');
  // A payload may have more than one of the shapes, one of them empty: what is in the others counts, too.
  let isNotification = false;
  if (ours(records, isNativeRecord)) {
    isNotification = true;
    readNativeRecords(records, options.obsKeyEncoding, collector);
  }
  if (ours(event, isCloudEvent)) {
    isNotification = true;
    readCloudEvents(event, '', options.eventGridKeyEncoding, collector);
  } else if (isCloudEvent(event)) {
    isNotification = true;
    readCloudEvent(event, options.eventGridKeyEncoding, collector);
  }
  if (ours(events, isCloudEvent)) {
    isNotification = true;
    readCloudEvents(events, 'events', options.eventGridKeyEncoding, collector);
  }
  if (!isNotification) {
    const eventName = testEventName(event);
    if (eventName === undefined) throw new UnrecognisedEventError();
    collector.add('', () => ({ ignored: { path: '', reason: 'test_event', eventName } }));
  }
  return collector.result();
}
