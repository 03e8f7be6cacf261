import { Store } from '../local/obs/store.ts';

export interface StoredBucket {
  readonly name: string;
  readonly objects: Iterable<StoredObject>;
}

export interface StoredObject {
  readonly key: string;
  /** Bytes that listings tell. Only an object of none can be read: no content is written. */
  readonly size: number;
  readonly modified: number;
  /** 32 hexadecimal digits, as of an MD5. */
  readonly etag: string;
}

export const EMPTY_ETAG = 'd41d8cd98f00b204e9800998ecf8427e';

const BATCH = 2000;

/** Fills buckets through the code of the store itself, at some 100,000 objects a second; no content is written. */
export async function storeObjects(folder: string, buckets: readonly StoredBucket[]): Promise<void> {
  const store = await Store.open(folder, { fsync: false });
  const note = { name: 'ObjectCreated:Put', time: 0, requestId: 'bench', sourceAddress: '127.0.0.1' } as const;
  try {
    for (const { name, objects } of buckets) {
      await store.createBucket(name, 0);
      let batch: Promise<unknown>[] = [];
      for (const { key, size, modified, etag } of objects) {
        const object = { headers: {}, metadata: {}, segments: [], size, etag, modified };
        batch.push(store.putObject(name, key, object, note, () => {}));
        if (batch.length < BATCH) continue;
        await Promise.all(batch);
        batch = [];
      }
      await Promise.all(batch);
    }
  } finally {
    await store.close();
  }
}
