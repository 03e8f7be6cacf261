import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Target, TargetBucket } from './target.ts';

/** The objects of a run in the two test buckets, through S3. It remembers what it made. */
export class TargetStore {
  readonly #target: Target;
  readonly #clients: Readonly<Record<'source' | 'destination', S3Client>>;
  readonly #made = new Set<string>();

  constructor(target: Target) {
    this.#target = target;
    this.#clients = { source: clientOf(target.source), destination: clientOf(target.destination) };
  }

  /** Puts an object into the source bucket. */
  async put(key: string, body: string): Promise<void> {
    this.#made.add(key);
    await this.#clients.source.send(
      new PutObjectCommand({ Bucket: this.#target.source.name, Key: key, Body: Buffer.from(body) }),
    );
  }

  /** Content of an object of the destination bucket; undefined where there is none. */
  async read(key: string): Promise<string | undefined> {
    try {
      const Bucket = this.#target.destination.name;
      const { Body } = await this.#clients.destination.send(new GetObjectCommand({ Bucket, Key: key }));
      return await Body?.transformToString();
    } catch (error) {
      if ((error as Error).name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  /**
   * Deletes the objects that were put, their copies, and what is below these prefixes of the destination bucket.
   *
   * @returns what could not be deleted
   */
  async cleanUp(prefixes: readonly string[]): Promise<string[]> {
    const left: string[] = [];
    const remove = async (side: 'source' | 'destination', Key: string): Promise<void> => {
      const Bucket = this.#target[side].name;
      await this.#clients[side].send(new DeleteObjectCommand({ Bucket, Key })).catch((error: Error) => {
        left.push(`${Bucket}/${Key} (${error.name})`);
      });
    };
    for (const key of this.#made) for (const side of ['source', 'destination'] as const) await remove(side, key);
    for (const prefix of prefixes) {
      const Bucket = this.#target.destination.name;
      try {
        const { Contents = [], IsTruncated } = await this.#clients.destination.send(
          new ListObjectsV2Command({ Bucket, Prefix: prefix }),
        );
        for (const { Key } of Contents) if (Key?.startsWith(prefix)) await remove('destination', Key);
        if (IsTruncated) left.push(`${Bucket}/${prefix} (more than one page)`);
      } catch (error) {
        left.push(`${Bucket}/${prefix} (${(error as Error).name})`);
      }
    }
    return left;
  }

  close(): void {
    for (const client of Object.values(this.#clients)) client.destroy();
  }
}

function clientOf({ endpoint, region, accessKey, secretKey }: TargetBucket): S3Client {
  return new S3Client({
    endpoint,
    region,
    // OBS wants the bucket in the host name; a loopback address has no names below it.
    forcePathStyle: endpoint.startsWith('http:'),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
}
