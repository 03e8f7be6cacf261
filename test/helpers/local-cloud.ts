import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from 'vitest';
import { s3Client } from '../../scripts/local/s3.ts';
import { type Stack, startStack } from '../../scripts/local/stack.ts';

/** A local cloud with a stock S3 client. */
export class LocalCloud {
  /** The folder with endpoints.json, and the data below `data`. */
  folder = '';
  endpointsFile = '';
  /** Keys that OMS has copied. */
  readonly copied = new Set<string>();
  readonly #waiting = new Map<string, () => void>();
  #stack: Stack | undefined;
  #s3: S3Client | undefined;

  get stack(): Stack {
    if (!this.#stack) throw new Error('the local cloud does not run');
    return this.#stack;
  }

  get endpoints(): Stack['endpoints'] {
    return this.stack.endpoints;
  }

  get s3(): S3Client {
    if (!this.#s3) throw new Error('the local cloud does not run');
    return this.#s3;
  }

  async start(options: Partial<Parameters<typeof startStack>[0]>): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'oms-sync-cloud-'));
    const onCopied = ({ key }: { readonly key: string }): void => {
      this.copied.add(key);
      this.#waiting.get(key)?.();
    };
    this.#stack = await startStack({ dataDir: join(this.folder, 'data'), portBase: 0, onCopied, ...options });
    const { obs: endpoint, region, access_key: accessKey, secret_key: secretKey } = this.endpoints;
    this.#s3 = s3Client({ endpoint, region, accessKey, secretKey });
    this.endpointsFile = join(this.folder, 'endpoints.json');
    await writeFile(this.endpointsFile, JSON.stringify(this.endpoints));
  }

  async close(): Promise<void> {
    this.#s3?.destroy();
    await this.#stack?.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Resolves when OMS copies the object the next time. */
  arrival(key: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(key, resolve));
  }

  async upload(key: string, bucket = this.endpoints.source_bucket): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: `content of ${key}` }));
  }

  async contentOf(bucket: string, key: string): Promise<string | undefined> {
    try {
      const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return await Body?.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async keysOf(bucket: string, prefix = ''): Promise<string[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return Contents.map(({ Key = '' }) => Key);
  }
}

/**
 * A local cloud around the tests of a file or a group.
 *
 * @param environment variables that it is started with
 */
export function useLocalCloud(
  options: Partial<Parameters<typeof startStack>[0]> = {},
  environment: Readonly<Record<string, string>> = {},
): LocalCloud {
  const cloud = new LocalCloud();
  beforeAll(async () => {
    Object.assign(process.env, environment);
    await cloud.start(options);
  });
  afterAll(async () => {
    for (const name of Object.keys(environment)) delete process.env[name];
    await cloud.close();
  });
  return cloud;
}
