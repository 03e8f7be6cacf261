import {
  type KeyFinder,
  type ListedPage,
  type Lister,
  type ListRequest,
  ObjectLister,
} from '#shared/listing/lister.ts';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import type { Side } from './side.ts';

/** Lists one side, and remembers what went wrong: a report says that something did, a person wants to know what. */
export class SideLister implements Lister, KeyFinder {
  readonly #lister: Lister & KeyFinder;
  /** The last one; a listing that failed may have come when it was asked for again. */
  error: unknown;

  constructor(lister: Lister & KeyFinder) {
    this.#lister = lister;
  }

  async *pages(request: ListRequest): AsyncGenerator<ListedPage, void, undefined> {
    try {
      yield* this.#lister.pages(request);
    } catch (error) {
      this.error = error;
      throw error;
    }
  }

  async firstKey(request: ListRequest): Promise<string | undefined> {
    return this.#lister.firstKey(request);
  }
}

export function listerOf({ cloud, endpoint, region, addressing, listVersion, keys }: Side): SideLister {
  const store = new ObjectStoreClient({
    endpoint,
    region,
    provider: cloud,
    ...(addressing && { addressing }),
    ...(listVersion && { overrides: { listVersion } }),
    credentials: () => keys,
  });
  return new SideLister(new ObjectLister({ store }));
}
