import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { forEachLimited } from '../../deploy/plan/limited.ts';
import type { DemoObject } from './objects.ts';

/** Uploads objects with a stock client, four at a time; returns their bytes. */
export async function upload(
  client: S3Client,
  bucket: string,
  objects: readonly DemoObject[],
  uploaded: (object: DemoObject) => void,
): Promise<number> {
  let bytes = 0;
  await forEachLimited(objects, 4, async (object) => {
    const body = await object.read();
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: object.key,
        Body: body,
        ContentType: object.contentType,
        Metadata: { ...object.metadata },
        ...object.headers,
      }),
    );
    bytes += body.length;
    uploaded(object);
  });
  return bytes;
}
