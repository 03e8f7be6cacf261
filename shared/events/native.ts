import type { KeyEncoding } from '#shared/encoding/decode.ts';
import { readChange } from './change.ts';
import type { RecordCollector, RecordOutcome } from './collector.ts';
import { classifyEventName } from './event-name.ts';
import {
  field,
  isFields,
  joinPath,
  optionalText,
  optionalTime,
  RecordRejection,
  requiredFields,
  requiredText,
} from './fields.ts';

/** Whether one entry of `Records` is of OBS's making; SQS, SNS and COS write `Records` too. */
export function isNativeRecord(record: unknown): boolean {
  return isFields(record) && (Object.hasOwn(record, 's3') || Object.hasOwn(record, 'obs'));
}

/**
 * The message that is sent when notifications are configured: no `Records`, but `{"Event": "s3:TestEvent", ...}`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 *
 * @returns the name of the event, or `undefined` where it is something else
 */
export function testEventName(event: unknown): string | undefined {
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

/**
 * `{"Records": [{"s3": ...} | {"obs": ...}]}`: what the native trigger delivers and what OBS sends through SMN.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-obs/obs_41_0045.html
 */
export function readNativeRecords(records: readonly unknown[], keyEncoding: KeyEncoding, into: RecordCollector): void {
  for (let index = 0; index < records.length; index++) {
    const path = `Records[${index}]`;
    into.add(path, () => readRecord(records[index], path, keyEncoding));
  }
}
