import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

export async function missingObjects(client: S3Client, source: string, destination: string): Promise<string[]> {
  const [from, to] = await Promise.all([keysOf(client, source), keysOf(client, destination)]);
  const there = new Set(to);
  return from.filter((key) => !there.has(key));
}

async function keysOf(client: S3Client, bucket: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    // Encoded, for XML has no way to write some characters of names.
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, EncodingType: 'url', ContinuationToken: token }),
    );
    for (const { Key = '' } of page.Contents ?? []) keys.push(decodeURIComponent(Key.replaceAll('+', ' ')));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}
