import { KEY_LIMITS } from '#shared/encoding/inspect.ts';
import { UsageError } from '../errors.ts';

/** The objects to compare on one side. */
export interface BucketLocation {
  readonly bucket: string;
  /** Beginning of names; empty for the whole bucket. */
  readonly prefix: string;
}

/**
 * Everything behind the bucket is the prefix, as it stands: `#`, `?`, `%`, `..` and `//` can be in names, so this is
 * not read as a URL.
 */
const LOCATION = /^s3:\/\/([^/]*)(?:\/(.*))?$/is;
/** Names of buckets in every cloud, those of old AWS regions included. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{2,62}$/;

/**
 * Reads `s3://bucket` or `s3://bucket/prefix`.
 *
 * @param flag for the error
 * @throws UsageError
 */
export function readLocation(flag: string, text: string): BucketLocation {
  const [, bucket, prefix = ''] = LOCATION.exec(text) ?? [];
  if (bucket === undefined) throw new UsageError(`--${flag} must be s3://bucket or s3://bucket/prefix`);
  if (!BUCKET.test(bucket))
    throw new UsageError(
      `--${flag} names no bucket behind s3:// (3 to 63 letters, digits, hyphens, dots and underscores)`,
    );
  if (Buffer.byteLength(prefix) > KEY_LIMITS.maxBytes)
    throw new UsageError(`--${flag} has a prefix of more than ${KEY_LIMITS.maxBytes} bytes, which no name can have`);
  return { bucket, prefix };
}

export function writeLocation({ bucket, prefix }: BucketLocation): string {
  return prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
}
