import { createHash } from 'node:crypto';
import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import {
  NoSuchBucketError,
  ObjectNotFoundError,
  type ObjectStoreError,
  ObjectStoreResponseError,
  ObjectTooLargeError,
} from '#shared/objectstore/errors.ts';
import type {
  ListedObject,
  ListObjectsRequest,
  ObjectHead,
  ObjectPage,
  ObjectStore,
  PutRequest,
  StoredObject,
} from '#shared/objectstore/port.ts';

/** One call of the store, as it is about to be made. */
export interface StoreCall {
  /** The operation as S3 names it. */
  readonly operation: 'GetObject' | 'PutObject' | 'DeleteObject' | 'HeadObject' | 'ListObjects';
  readonly bucket: string;
  /** The prefix, for a listing. */
  readonly key: string;
  /** Number of the call to this store, from 1. */
  readonly number: number;
}

/**
 * Stands around every call: `work` does it. Throw before `work` and nothing was done; after it, and the work was done
 * but its caller does not know; never call it and the process was killed.
 */
export type Interceptor = (call: StoreCall, work: () => unknown) => unknown;

export interface MemoryObjectStoreOptions {
  /** Buckets that exist; any name where this is left out. */
  readonly buckets?: readonly string[];
  /** Most objects of a page; 1000 by default. */
  readonly pageSize?: number;
  /** Milliseconds since the epoch; of lastModified. */
  readonly now?: () => number;
  readonly intercept?: Interceptor;
}

interface Entry {
  readonly body: Buffer;
  readonly etag: string;
  readonly lastModified: number;
  readonly contentType: string | undefined;
}

/** An object store in memory, strongly consistent, that lists in the order of UTF-8 bytes and fails when it is told to. */
export class MemoryObjectStore implements ObjectStore {
  readonly #buckets = new Map<string, Map<string, Entry>>();
  readonly #known: ReadonlySet<string> | undefined;
  readonly #pageSize: number;
  readonly #now: () => number;
  /** Every call, in order, failed ones too. */
  readonly calls: StoreCall[] = [];
  /** May be replaced at any time. */
  intercept: Interceptor | undefined;

  constructor(options: MemoryObjectStoreOptions = {}) {
    this.#known = options.buckets && new Set(options.buckets);
    this.#pageSize = options.pageSize ?? 1000;
    this.#now = options.now ?? (() => 0);
    this.intercept = options.intercept;
  }

  getObject({ bucket, key, maxBytes = Number.POSITIVE_INFINITY }: Parameters<ObjectStore['getObject']>[0]) {
    return this.#call('GetObject', bucket, key, (): StoredObject => {
      const entry = this.#bucket('GetObject', bucket).get(key);
      if (!entry) throw new ObjectNotFoundError({ ...failed('GetObject', bucket), storeStatus: 404 });
      if (entry.body.byteLength > maxBytes) throw new ObjectTooLargeError(maxBytes, failed('GetObject', bucket));
      return { body: Buffer.from(entry.body), etag: entry.etag, lastModified: entry.lastModified };
    });
  }

  putObject({ bucket, key, body, contentType }: PutRequest) {
    return this.#call('PutObject', bucket, key, () => {
      const objects = this.#bucket('PutObject', bucket);
      const bytes = Buffer.from(body);
      const etag = createHash('md5').update(bytes).digest('hex');
      objects.set(key, { body: bytes, etag, lastModified: this.#now(), contentType });
      return { etag };
    });
  }

  deleteObject({ bucket, key }: Parameters<ObjectStore['deleteObject']>[0]) {
    return this.#call('DeleteObject', bucket, key, (): void => {
      this.#bucket('DeleteObject', bucket).delete(key);
    });
  }

  headObject({ bucket, key }: Parameters<ObjectStore['headObject']>[0]) {
    return this.#call('HeadObject', bucket, key, (): ObjectHead | undefined => {
      const entry = this.#bucket('HeadObject', bucket).get(key);
      if (!entry) return undefined;
      const { body, etag, lastModified, contentType } = entry;
      return { size: body.byteLength, etag, lastModified, ...(contentType === undefined ? {} : { contentType }) };
    });
  }

  listObjects({ bucket, prefix = '', startAfter, continuationToken, maxKeys = 1000 }: ListObjectsRequest) {
    return this.#call('ListObjects', bucket, prefix, (): ObjectPage => {
      const after = continuationToken ?? startAfter;
      const matching = [...this.#bucket('ListObjects', bucket)]
        .filter(([key]) => key.startsWith(prefix) && (after === undefined || compareUtf8(key, after) > 0))
        .sort(([a], [b]) => compareUtf8(a, b));
      const objects = matching
        .slice(0, Math.min(maxKeys, this.#pageSize))
        .map(
          ([key, { body, etag, lastModified }]): ListedObject => ({ key, size: body.byteLength, lastModified, etag }),
        );
      const last = objects.at(-1);
      return { objects, ...(last && objects.length < matching.length ? { nextToken: last.key } : {}) };
    });
  }

  /** The keys of a bucket in the order of a listing, without a call. */
  keys(bucket: string, prefix = ''): string[] {
    const keys = [...(this.#buckets.get(bucket)?.keys() ?? [])];
    return keys.filter((key) => key.startsWith(prefix)).sort(compareUtf8);
  }

  /** The text of an object, without a call; undefined where there is none. */
  text(bucket: string, key: string): string | undefined {
    return this.#buckets.get(bucket)?.get(key)?.body.toString('utf8');
  }

  /** Puts an object there without a call. */
  seed(bucket: string, key: string, body: string | Uint8Array): void {
    const bytes = Buffer.from(body);
    const etag = createHash('md5').update(bytes).digest('hex');
    this.#objects(bucket).set(key, { body: bytes, etag, lastModified: this.#now(), contentType: undefined });
  }

  #objects(bucket: string): Map<string, Entry> {
    const objects = this.#buckets.get(bucket) ?? new Map<string, Entry>();
    this.#buckets.set(bucket, objects);
    return objects;
  }

  #bucket(operation: StoreCall['operation'], bucket: string): Map<string, Entry> {
    if (this.#known?.has(bucket) === false)
      throw new NoSuchBucketError({ ...failed(operation, bucket), storeStatus: 404, storeCode: 'NoSuchBucket' });
    return this.#objects(bucket);
  }

  async #call<T>(operation: StoreCall['operation'], bucket: string, key: string, work: () => T): Promise<T> {
    const call = { operation, bucket, key, number: this.calls.length + 1 };
    this.calls.push(call);
    if (!this.intercept) return work();
    // An interceptor may wait and throw; what the work returns is what the call returns.
    const result: { value?: T } = {};
    await this.intercept(call, () => {
      result.value = work();
      return result.value;
    });
    return result.value as T;
  }
}

const failed = (operation: StoreCall['operation'], bucket: string) => ({
  operation,
  bucket,
  attempts: 1,
  retryable: false,
});

/** The error that the client throws where the store answers 503 to every attempt. */
export function storeUnavailable(call: Pick<StoreCall, 'operation' | 'bucket'>): ObjectStoreError {
  return new ObjectStoreResponseError({
    operation: call.operation,
    bucket: call.bucket,
    attempts: 4,
    retryable: true,
    storeStatus: 503,
    storeCode: 'SlowDown',
  });
}
