import type { KeyEncoding } from '#shared/encoding/decode.ts';
import { OBJECT_NAMES, readChange } from './change.ts';
import { classifyEventName } from './event-name.ts';
import {
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
} from './fields.ts';
import { selectEntries } from './select.ts';
import type { EventSource, RecordOutcome } from './source.ts';

/** SQS, SNS and COS write `Records`, too. */
function isRecord(record: unknown): boolean {
  return isFields(record) && (Object.hasOwn(record, 's3') || Object.hasOwn(record, 'obs'));
}

/**
 * The message that is sent when notifications are configured: no `Records`, but `{"Event": "s3:TestEvent", ...}`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 *
 * @returns the name of the event, or `undefined` where it is something else
 */
function testEventName(event: unknown): string | undefined {
  const kind = classifyEventName(optionalText(event, 'Event') ?? '');
  return !kind.created && kind.reason === 'test_event' ? kind.eventName : undefined;
}

function readRecord(record: unknown, path: string, keyEncoding: KeyEncoding): RecordOutcome {
  if (!isFields(record)) {
    throw new RecordRejection({ path, rule: 'type', message: 'The record must be an object.' });
  }
  const kind = classifyEventName(requiredText(record, 'eventName', path));
  if (!kind.created) return { ignored: { path, reason: kind.reason, eventName: kind.eventName } };
  // `s3` is the FunctionGraph trigger's, `obs` version 3.0 of the notification; the rest of the record differs in names.
  const layout = Object.hasOwn(record, 'obs') && !Object.hasOwn(record, 's3') ? 'obs' : 's3';
  const response = field(record, 'responseElements');
  return {
    change: readChange(requiredFields(record, layout, path), joinPath(path, layout), {
      source: 'obs',
      eventName: kind.eventName,
      doubt: kind.doubt,
      keyEncoding,
      path,
      time: optionalTime(record, 'eventTime'),
      eventId: optionalText(response, 'x-obs-request-id') ?? optionalText(response, 'x-amz-request-id'),
      region: optionalText(record, 'awsRegion') ?? optionalText(record, 'eventRegion'),
    }),
  };
}

const recordsOf = (event: unknown): unknown => field(event, 'Records');

/**
 * `{"Records": [{"s3": ...} | {"obs": ...}]}`: the native trigger delivers it, and OBS sends it through SMN.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-obs/obs_41_0045.html
 */
export const obs: EventSource<'obs'> = {
  name: 'obs',
  shape: 'Records[].s3, Records[].obs',
  keyEncoding: { variable: 'OBS_KEY_ENCODING', hint: 'form, as the vendor documents', value: 'form' },
  names: OBJECT_NAMES,
  recognises: (event) => isListWith(recordsOf(event), isRecord) || testEventName(event) !== undefined,
  read(event, keyEncoding, into) {
    const records = recordsOf(event);
    if (!isListWith(records, isRecord)) {
      into.add('', () => ({ ignored: { path: '', reason: 'test_event', eventName: testEventName(event) ?? '' } }));
      return;
    }
    for (let index = 0; index < records.length; index++) {
      const path = `Records[${index}]`;
      into.add(path, () => readRecord(records[index], path, keyEncoding));
    }
  },
  select(event, paths) {
    const chosen = selectEntries(recordsOf(event), 'Records', paths);
    return chosen && { ...chosen, event: { Records: chosen.event } };
  },
  times(event) {
    const records = recordsOf(event);
    return Array.isArray(records) ? records.map((record) => optionalTime(record, 'eventTime')) : [];
  },
  count: (event) => lengthOf(recordsOf(event)),
};
