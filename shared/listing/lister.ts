import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import type { ListedObject, ObjectPage, ObjectStore } from '#shared/objectstore/port.ts';
import { ListingError, type ListingFault } from './errors.ts';

/** The part of a bucket that is to be listed. Names are real names, in the order of the bytes of their UTF-8. */
export interface ListRequest {
  readonly bucket: string;
  readonly prefix?: string;
  /** Exclusive; the beginning of the bucket where it is left out. A cursor of an earlier listing goes on from there. */
  readonly after?: string;
  /** Inclusive; the end of the bucket where it is left out. */
  readonly until?: string;
  readonly signal?: AbortSignal;
}

export interface ListedPage {
  /** Objects in order, all within the requested range. May be empty. */
  readonly objects: readonly ListedObject[];
  /** Nothing comes after it. */
  readonly last: boolean;
  /** Set on a last page where a key at or behind the end of the range was seen, so that the end is certain. */
  readonly isEndSeen?: true;
  /**
   * When it was asked for, by the later of the clocks of the function and of the store: milliseconds since the epoch.
   * The page may lack later changes.
   */
  readonly listedAt: number;
  /** Milliseconds that the store's clock is ahead of the function's; absent where the store does not tell its time. */
  readonly ahead?: number;
  /** LIST calls of this listing so far, each with however many attempts. */
  readonly calls: number;
}

export interface Lister {
  /**
   * The pages of a part of a bucket. A page is asked for when it is iterated to.
   *
   * @throws ListingError, or what the store throws: a listing that ends without an error has shown everything
   */
  pages(request: ListRequest): AsyncIterable<ListedPage>;
}

/** Finds out what is where without listing it. */
export interface KeyFinder {
  /** The first key of a part of a bucket, by a LIST of one key; undefined where there is none. */
  firstKey(request: ListRequest): Promise<string | undefined>;
}

export interface ObjectListerOptions {
  readonly store: Pick<ObjectStore, 'listObjects'>;
  /** Keys of a page, 1 to 1000; the store's own limit where it is left out. */
  readonly pageKeys?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Pages without a key that are followed. Stores may send some, where much was deleted; not for ever. */
const MAX_EMPTY_PAGES = 1000;

/**
 * Lists buckets page by page, and trusts no page: keys must ascend within it and from the one before, in the order of
 * the bytes of UTF-8, must be in the range that was asked for, and every page must lead on. Whatever is not so ends the
 * listing with an error, for keys that are skipped in silence would be taken for deleted.
 *
 * A page that cannot be read is asked for again by the store's client, as an answer that broke off is.
 */
export class ObjectLister implements Lister, KeyFinder {
  readonly #store: Pick<ObjectStore, 'listObjects'>;
  readonly #pageKeys: number | undefined;
  readonly #now: () => number;
  #calls = 0;

  constructor({ store, pageKeys, now = Date.now }: ObjectListerOptions) {
    this.#store = store;
    this.#pageKeys = pageKeys;
    this.#now = now;
  }

  /** LIST calls of all its listings and questions so far, each with however many attempts. */
  get calls(): number {
    return this.#calls;
  }

  pages(request: ListRequest): AsyncGenerator<ListedPage, void, undefined> {
    return this.#pages(request, this.#pageKeys);
  }

  async firstKey(request: ListRequest): Promise<string | undefined> {
    for await (const { objects } of this.#pages(request, 1)) if (objects[0]) return objects[0].key;
    return undefined;
  }

  async *#pages(request: ListRequest, maxKeys: number | undefined): AsyncGenerator<ListedPage, void, undefined> {
    const { bucket, prefix, after, signal } = request;
    const check = new ListingCheck(request);
    let token: string | undefined;
    for (let calls = 1; ; calls++) {
      signal?.throwIfAborted();
      const listedAt = this.#now();
      if (check.isOver) return yield { objects: [], last: true, isEndSeen: true, listedAt, calls: calls - 1 };
      this.#calls += 1;
      const asked = this.#store.listObjects({
        bucket,
        ...(prefix === undefined ? {} : { prefix }),
        ...(token === undefined ? (after === undefined ? {} : { startAfter: after }) : { continuationToken: token }),
        ...(maxKeys === undefined ? {} : { maxKeys }),
      });
      const page = await untilAborted(asked, signal);
      // A listing is compared with times of the store, whose clock the one here may be behind.
      const ahead = page.date === undefined ? undefined : page.date - this.#now();
      const told = ahead === undefined ? {} : { ahead };
      const objects = check.take(page, token);
      token = page.nextToken;
      const last = token === undefined || check.isOver;
      const isEndSeen = check.isOver ? ({ isEndSeen: true } as const) : {};
      yield { objects, last, ...isEndSeen, listedAt: listedAt + Math.max(0, ahead ?? 0), ...told, calls };
      if (last) return;
    }
  }
}

/** Checks that pages of a listing continue in order, stay in the range and lead on. */
export class ListingCheck {
  readonly #request: ListRequest;
  #position: string | undefined;
  /** The first key of the last page that had one. */
  #first: string | undefined;
  /** Tokens that led to pages without a key since the last page that had one. */
  readonly #emptyTokens = new Set<string | undefined>();
  isOver: boolean;

  constructor(request: ListRequest) {
    const { after, until } = request;
    this.#request = request;
    this.#position = after;
    this.isOver = after !== undefined && until !== undefined && compareUtf8(after, until) >= 0;
  }

  /**
   * @param token with which the page was asked for
   * @returns its objects up to the end of the range
   * @throws ListingError
   */
  take({ objects, nextToken }: ObjectPage, token: string | undefined): readonly ListedObject[] {
    const { prefix = '', until } = this.#request;
    let position = this.#position;
    for (const { key } of objects) {
      if (position !== undefined) {
        const order = compareUtf8(position, key);
        if (order >= 0) throw this.#error(this.#misplaced(objects, order));
      }
      if (!key.startsWith(prefix)) throw this.#error('out_of_range');
      position = key;
    }
    const [first] = objects;
    if (first) this.#emptyTokens.clear();
    else this.#emptyTokens.add(token);
    const isCircle = nextToken === token || this.#emptyTokens.has(nextToken);
    if (nextToken !== undefined && (isCircle || this.#emptyTokens.size > MAX_EMPTY_PAGES))
      throw this.#error('no_progress');
    this.#first = first?.key ?? this.#first;
    this.#position = position;
    if (until === undefined || position === undefined || compareUtf8(position, until) < 0) return objects;
    this.isOver = true;
    return upTo(objects, until);
  }

  /** Names the fault of a page with a key that is not above the one before. */
  #misplaced(objects: readonly ListedObject[], order: number): ListingFault {
    const first = objects[0]?.key ?? '';
    const { after } = this.#request;
    // Also where the page is in no order, it matters more that the store begins where it was not asked to.
    if (this.#first === undefined && after !== undefined && compareUtf8(first, after) <= 0) return 'out_of_range';
    return order === 0 || first === this.#first ? 'repeated' : 'out_of_order';
  }

  #error(fault: ListingFault): ListingError {
    return new ListingError(fault, this.#position, { bucket: this.#request.bucket });
  }
}

/** The objects up to a key, inclusive, of those of a page in order. */
export function upTo(objects: readonly ListedObject[], until: string): readonly ListedObject[] {
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareUtf8(objects[middle]?.key ?? '', until) <= 0) low = middle + 1;
    else high = middle;
  }
  return low === objects.length ? objects : objects.slice(0, low);
}

/**
 * Waits for work that cannot be stopped, no longer than a signal allows. What comes of the work after that is lost.
 *
 * @throws the signal's reason, or what the work throws
 */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await work;
  let stop = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
