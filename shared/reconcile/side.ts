import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import { DiffError, type ListingFault, type Side } from './errors.ts';
import type { FactsPage, ObjectFacts } from './object-facts.ts';

/** The part of a key space that was asked for. */
export interface KeyRange {
  readonly prefix?: string;
  /** Exclusive. */
  readonly after?: string;
  /** Inclusive. */
  readonly until?: string;
}

export interface ListingSideOptions {
  readonly side: Side;
  readonly pages: AsyncIterable<FactsPage>;
  readonly range: KeyRange;
  readonly now: () => number;
  /** Whether a page is asked for while the one before is being worked on. */
  readonly lookahead: boolean;
}

/** One listing of a diff: its current page, checked. */
export class ListingSide {
  /** The current page: never used up while the listing goes on. */
  page: readonly ObjectFacts[] = [];
  /** Of the next object in the page. */
  index = 0;
  ended = false;
  /** Whether there was any object at all. */
  sawObject = false;
  /** When the current page, or the end, was asked for: milliseconds since the epoch. */
  listedAt: number;
  readonly #options: ListingSideOptions;
  readonly #pages: AsyncIterator<FactsPage>;
  /** The last key in order. */
  #position: string | undefined;
  #ahead: Promise<Asked> | undefined;
  #saidLast: boolean | undefined;

  constructor(options: ListingSideOptions) {
    this.#options = options;
    this.#pages = options.pages[Symbol.asyncIterator]();
    this.listedAt = options.now();
  }

  /**
   * Reads on where the current page is used up.
   *
   * @throws DiffError
   */
  async load(): Promise<void> {
    while (!this.ended && this.index >= this.page.length) {
      const { result, askedAt } = await this.#next();
      this.listedAt = askedAt;
      if (result.done) {
        if (this.#saidLast === false) throw this.#error('ended_early');
        [this.page, this.index, this.ended] = [[], 0, true];
        return;
      }
      if (this.#saidLast === true) throw this.#error('page_after_end');
      const { objects, listedAt, last } = result.value;
      this.#check(objects);
      [this.page, this.index] = [objects, 0];
      if (listedAt !== undefined) this.listedAt = listedAt;
      this.#saidLast = last;
      if (objects.length > 0) this.sawObject = true;
      if (this.#options.lookahead) this.#ahead = this.#ask();
    }
  }

  /** Ends a listing that is not read to its end. What goes wrong then no longer matters. */
  async close(): Promise<void> {
    await this.#ahead?.catch(() => {});
    if (!this.ended) await Promise.resolve(this.#pages.return?.()).catch(() => {});
  }

  async #next(): Promise<Asked> {
    const asked = this.#ahead ?? this.#ask();
    this.#ahead = undefined;
    try {
      return await asked;
    } catch (error) {
      throw this.#error('failed', error);
    }
  }

  #ask(): Promise<Asked> {
    const askedAt = this.#options.now();
    const asked = this.#pages.next().then((result) => ({ result, askedAt }));
    // Whoever waits for it sees the failure; nobody may ever wait for a page that was asked for ahead.
    asked.catch(() => {});
    return asked;
  }

  #check(objects: readonly ObjectFacts[]): void {
    const first = objects[0];
    const last = objects.at(-1);
    if (!first || !last) return;
    let position = this.#position;
    for (const { key } of objects) {
      if (position !== undefined) {
        const order = compareUtf8(position, key);
        if (order >= 0) throw this.#error(order === 0 ? 'repeated' : this.#isRepeated(objects));
      }
      position = key;
    }
    if (!this.#inRange(first.key) || !this.#inRange(last.key)) throw this.#error('out_of_range');
    this.#position = position;
  }

  /** A page that begins with the key with which the current one began is that page again. */
  #isRepeated(objects: readonly ObjectFacts[]): ListingFault {
    const [before, now] = [this.page[0]?.key, objects[0]?.key];
    return before !== undefined && before === now ? 'repeated' : 'out_of_order';
  }

  /** Of a page in order only its ends need be looked at: names with one prefix are neighbours in this order. */
  #inRange(key: string): boolean {
    const { prefix, after, until } = this.#options.range;
    if (prefix !== undefined && !key.startsWith(prefix)) return false;
    if (after !== undefined && compareUtf8(key, after) <= 0) return false;
    return until === undefined || compareUtf8(key, until) <= 0;
  }

  #error(fault: ListingFault, cause?: unknown): DiffError {
    return new DiffError(this.#options.side, fault, this.#position, cause);
  }
}

interface Asked {
  readonly result: IteratorResult<FactsPage, unknown>;
  readonly askedAt: number;
}
