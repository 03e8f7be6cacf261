import { compareUtf8, isBefore } from '#shared/encoding/utf8-order.ts';
import { type ListingFault as ListerFault, ListingError } from '#shared/listing/errors.ts';
import { DiffError, type ListingFault, type Side } from './errors.ts';
import type { FactsPage, ObjectFacts } from './object-facts.ts';

/** A lister that looks at its pages itself. */
const SAID_BY_LISTER: Readonly<Record<ListerFault, ListingFault>> = {
  out_of_order: 'out_of_order',
  repeated_key: 'repeated',
  repeated_page: 'repeated',
  outside_range: 'out_of_range',
  no_progress: 'failed',
};

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
  /** The last key of the page before, and its first one. */
  #position: string | undefined;
  #firstBefore: string | undefined;
  #ahead: Promise<Asked> | undefined;
  #saidLast: boolean | undefined;
  #endConfirmed = false;

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
      this.#position = this.page.at(-1)?.key ?? this.#position;
      this.#firstBefore = this.page[0]?.key ?? this.#firstBefore;
      const { result, askedAt } = await this.#next();
      this.listedAt = askedAt;
      if (result.done) {
        if (this.#saidLast === false) throw this.#error('ended_early');
        [this.page, this.index, this.ended] = [[], 0, true];
        return;
      }
      if (this.#saidLast === true) throw this.#error('page_after_end');
      const { objects, listedAt, last, isEndSeen } = result.value;
      this.#check(objects);
      [this.page, this.index] = [objects, 0];
      if (listedAt !== undefined) this.listedAt = listedAt;
      this.#saidLast = last;
      this.#endConfirmed = isEndSeen === true;
      if (objects.length > 0) this.sawObject = true;
      if (this.#options.lookahead) this.#ahead = this.#ask();
    }
  }

  /**
   * Whether an end is believed: where it was not seen, it is looked at once.
   *
   * @param look behind the last key; absent where the store is believed
   */
  async confirmEnd(look: ((side: Side, after: string | undefined) => Promise<boolean>) | undefined): Promise<boolean> {
    this.#endConfirmed ||= look === undefined || (await look(this.#options.side, this.#position));
    return this.#endConfirmed;
  }

  /** Ends a listing that is not read to its end. What goes wrong then no longer matters. */
  async close(): Promise<void> {
    if (!this.ended) await Promise.resolve(this.#pages.return?.()).catch(() => {});
  }

  async #next(): Promise<Asked> {
    const asked = this.#ahead ?? this.#ask();
    this.#ahead = undefined;
    try {
      return await asked;
    } catch (error) {
      throw listingError(this.#options.side, this.#position, error);
    }
  }

  #ask(): Promise<Asked> {
    const askedAt = this.#options.now();
    const asked = this.#pages.next().then((result) => ({ result, askedAt }));
    // Whoever waits for it sees the failure; nobody may ever wait for a page that was asked for ahead.
    asked.catch(() => {});
    return asked;
  }

  /** A page is looked at as a whole before anything is concluded from it. */
  #check(objects: readonly ObjectFacts[]): void {
    const [first, last] = [objects[0], objects.at(-1)];
    if (!first || !last) return;
    let position = this.#position;
    for (const { key } of objects) {
      if (position !== undefined && !isBefore(position, key))
        throw this.#error(key === position || first.key === this.#firstBefore ? 'repeated' : 'out_of_order');
      position = key;
    }
    // Of a page in order only its ends need be looked at: names with one prefix are neighbours in this order.
    if (!this.#inRange(first.key) || !this.#inRange(last.key)) throw this.#error('out_of_range');
  }

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

/** What a lister threw, as an error of a side. */
export function listingError(side: Side, position: string | undefined, error: unknown): DiffError {
  return new DiffError(side, error instanceof ListingError ? SAID_BY_LISTER[error.fault] : 'failed', position, error);
}

interface Asked {
  readonly result: IteratorResult<FactsPage, unknown>;
  readonly askedAt: number;
}
