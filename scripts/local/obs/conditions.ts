import { notImplemented, S3Error } from './errors.ts';
import type { ObjectRecord } from './records.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Evaluates the conditions of a read, in the order of RFC 9110 section 13.2.2; false when the client's copy is good.
 * @throws S3Error PreconditionFailed
 */
export function readConditionsHold(object: ObjectRecord, headers: Headers, prefix = ''): boolean {
  const match = headers[`${prefix}if-match`];
  const noneMatch = headers[`${prefix}if-none-match`];
  const unmodifiedSince = parseDate(headers[`${prefix}if-unmodified-since`]);
  const modifiedSince = parseDate(headers[`${prefix}if-modified-since`]);
  // HTTP dates have whole seconds.
  const modified = Math.floor(object.modified / 1000) * 1000;
  if (match !== undefined) {
    if (!etagListed(match, object.etag)) throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Match' });
  } else if (unmodifiedSince !== undefined && modified > unmodifiedSince) {
    throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Unmodified-Since' });
  }
  if (noneMatch !== undefined) return !etagListed(noneMatch, object.etag);
  return modifiedSince === undefined || modified > modifiedSince;
}

/**
 * Evaluates the conditions of a write against what is stored under the key now. Throws S3Error.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function checkWriteConditions(current: ObjectRecord | undefined, headers: Headers): void {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) {
    if (noneMatch !== '*') throw notImplemented('If-None-Match');
    if (current) throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-None-Match' });
  }
  if (match !== undefined) {
    if (!current) throw new S3Error('NoSuchKey');
    if (!etagListed(match, current.etag)) throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Match' });
  }
}

function etagListed(list: string, etag: string): boolean {
  return list.split(',').some((entry) => {
    const value = entry
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1');
    return value === '*' || value === etag;
  });
}

/** A date that cannot be read is no condition. */
function parseDate(value: string | undefined): number | undefined {
  const time = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}
