import type { KeyEncoding } from '#shared/encoding/decode.ts';
import {
  type Fields,
  field,
  joinPath,
  optionalSize,
  optionalText,
  requiredFields,
  requiredKey,
  requiredText,
} from './fields.ts';
import type { Doubt, ObjectChange } from './object-change.ts';

/** Facts of a record's envelope, beside the object itself. */
export interface ChangeOrigin {
  readonly source: string;
  readonly eventName: string;
  readonly doubt: Doubt | undefined;
  readonly keyEncoding: KeyEncoding;
  readonly path: string;
  readonly time: string | undefined;
  readonly eventId: string | undefined;
  readonly region: string | undefined;
}

/** Fields of `readChange` that name a bucket or an object. */
export const OBJECT_NAMES: ReadonlySet<string> = new Set(['bucket.name', 'bucket.bucket', 'object.key']);

/** v3 notifications name a bucket `name` and `bucket`; where only one is written, it is that one. */
function bucketOf(change: Fields, path: string): string {
  const bucket = requiredFields(change, 'bucket', path);
  const named = field(bucket, 'name') === undefined && field(bucket, 'bucket') !== undefined ? 'bucket' : 'name';
  return requiredText(bucket, named, joinPath(path, 'bucket'));
}

/**
 * Reads the part that native, v3 and EventGrid records share: `{bucket: {name}, object: {key, ...}}`.
 *
 * @param change the value of `s3` or `obs`
 * @param path of `change` in the event
 * @throws RecordRejection for the first field that is missing or wrong
 */
export function readChange(change: Fields, path: string, origin: ChangeOrigin): ObjectChange {
  const bucket = bucketOf(change, path);
  const object = requiredFields(change, 'object', path);
  const key = requiredKey(object, 'key', joinPath(path, 'object'), origin.keyEncoding);
  const size = optionalSize(object, 'size');
  const etag = optionalText(object, 'eTag');
  const versionId = optionalText(object, 'versionId');
  const sequencer = optionalText(object, 'sequencer');
  return {
    source: origin.source,
    bucket,
    key,
    eventName: origin.eventName,
    path: origin.path,
    ...(origin.doubt !== undefined && { doubt: origin.doubt }),
    ...(origin.time !== undefined && { time: origin.time }),
    ...(size !== undefined && { size }),
    ...(etag !== undefined && { etag }),
    ...(versionId !== undefined && { versionId }),
    ...(sequencer !== undefined && { sequencer }),
    ...(origin.eventId !== undefined && { eventId: origin.eventId }),
    ...(origin.region !== undefined && { region: origin.region }),
  };
}
