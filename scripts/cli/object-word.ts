import { decodeRfc3986Key } from '#shared/encoding/decode.ts';
import { checkObjectKey, type ObjectKey } from '#shared/encoding/object-key.ts';
import { UsageError } from './errors.ts';

/**
 * Reads `s3://BUCKET/KEY`. Everything behind the bucket is the key, as it stands.
 *
 * @param encoded whether the key is percent-encoded
 * @throws UsageError
 */
export function readObject(text: string, encoded: boolean): { readonly bucket: string; readonly key: ObjectKey } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(text) ?? [];
  if (bucket === undefined || key === undefined)
    throw new UsageError(
      'The object must be written as s3://BUCKET/KEY.',
      'Quote it where the shell reads its characters.',
    );
  try {
    return { bucket, key: encoded ? decodeRfc3986Key(key) : checkObjectKey(key) };
  } catch (error) {
    throw new UsageError((error as Error).message, encoded ? 'Leave --encoded out for a key as it is.' : undefined);
  }
}
