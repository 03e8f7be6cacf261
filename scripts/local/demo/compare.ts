import { createHash } from 'node:crypto';
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';

interface Observed {
  readonly size: number;
  readonly sha256: string;
  readonly contentType: string | undefined;
  readonly headers: string;
  readonly metadata: string;
}

/** Reads one object from both buckets. Returns what differs, or undefined when bytes and metadata are the same. */
export async function compareObject(
  client: S3Client,
  source: string,
  destination: string,
  key: string,
): Promise<string | undefined> {
  const [left, right] = await Promise.all([observe(client, source, key), observe(client, destination, key)]);
  if (!left) return 'gone from the source';
  if (!right) return 'missing in the destination';
  const fields = (Object.keys(left) as (keyof Observed)[]).filter((field) => left[field] !== right[field]);
  return fields.length === 0 ? undefined : `differs in ${fields.join(', ')}`;
}

async function observe(client: S3Client, bucket: string, key: string): Promise<Observed | undefined> {
  try {
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of object.Body as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      size += chunk.length;
    }
    return {
      size,
      sha256: hash.digest('hex'),
      contentType: object.ContentType,
      headers: JSON.stringify([
        object.CacheControl,
        object.ContentDisposition,
        object.ContentEncoding,
        object.ContentLanguage,
        object.ExpiresString,
      ]),
      metadata: JSON.stringify(Object.entries(object.Metadata ?? {}).sort()),
    };
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}
