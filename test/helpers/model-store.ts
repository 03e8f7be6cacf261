import type { ListedObject, ListObjectsRequest, ObjectPage, ObjectStore } from '#shared/objectstore/port.ts';

/** Order of object stores, computed with nothing but their bytes. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export interface ModelStoreOptions {
  /** Keys of a page, per call: 1000 unless given. A page may have fewer than were asked for. */
  readonly pageKeys?: (call: number) => number;
  /** 2: tokens are opaque; 1: a token is the key that it stands behind. */
  readonly version?: 1 | 2;
  /** Called with every page before it is answered. */
  readonly damage?: (page: ObjectPage, call: number, request: ListObjectsRequest) => ObjectPage | Promise<ObjectPage>;
}

/** A bucket in memory that can be listed, with calls counted. Knows nothing of XML and HTTP. */
export class ModelStore implements Pick<ObjectStore, 'listObjects'> {
  readonly objects: readonly ListedObject[];
  readonly requests: ListObjectsRequest[] = [];
  readonly #bytes: readonly Buffer[];
  readonly #options: ModelStoreOptions;

  constructor(keys: Iterable<string>, options: ModelStoreOptions = {}) {
    this.objects = [...new Set(keys)].sort(byBytes).map((key, index) => ({ key, size: index, lastModified: index }));
    this.#bytes = this.objects.map(({ key }) => Buffer.from(key));
    this.#options = options;
  }

  get keys(): string[] {
    return this.objects.map(({ key }) => key);
  }

  async listObjects(request: ListObjectsRequest): Promise<ObjectPage> {
    this.requests.push(request);
    const call = this.requests.length;
    const { pageKeys = () => 1000, version = 2, damage = (page) => page } = this.#options;
    const { prefix = '', startAfter, continuationToken, maxKeys = 1000 } = request;
    const after =
      continuationToken === undefined ? startAfter : version === 1 ? continuationToken : fromToken(continuationToken);
    let index = this.#firstBehind(after);
    while (
      index < this.objects.length &&
      Buffer.compare(this.#bytes[index] ?? Buffer.alloc(0), Buffer.from(prefix)) < 0
    )
      index++;
    const size = Math.min(maxKeys, pageKeys(call));
    const found: ListedObject[] = [];
    for (; index < this.objects.length && found.length <= size; index++) {
      const object = this.objects[index];
      if (!object?.key.startsWith(prefix)) break;
      found.push(object);
    }
    const objects = found.slice(0, size);
    const last = objects.at(-1)?.key ?? after ?? '';
    const more = found.length > size;
    return damage(more ? { objects, nextToken: version === 1 ? last : toToken(last) } : { objects }, call, request);
  }

  #firstBehind(after: string | undefined): number {
    if (after === undefined) return 0;
    const wanted = Buffer.from(after);
    let low = 0;
    let high = this.#bytes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Buffer.compare(this.#bytes[middle] ?? wanted, wanted) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const toToken = (key: string): string => `token:${Buffer.from(key).toString('hex')}`;

function fromToken(token: string): string {
  if (!token.startsWith('token:')) throw new Error('the token is none of this store');
  return Buffer.from(token.slice(6), 'hex').toString();
}
