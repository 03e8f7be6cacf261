import { isBefore } from '#shared/encoding/utf8-order.ts';
import type { ListedPage, Lister } from '#shared/objectstore/lister.ts';
import type { LiveRange } from '#shared/objectstore/listing/live-range.ts';
import type { ListedObject } from '#shared/objectstore/port.ts';
import { rangeOf } from '#shared/objectstore/ranges.ts';
import { DiffError, type Side } from './errors.ts';
import type { Judge } from './judge.ts';
import { listingError } from './side.ts';

export interface EndLooksOptions {
  readonly source: Lister;
  readonly destination: Lister;
  readonly buckets: Readonly<Record<Side, string>>;
  readonly prefix: string | undefined;
  readonly judge: Pick<Judge, 'isInFlight'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Times that a destination which grows is listed on. What is not seen then counts as missing, which does no harm. */
const MAX_GROWTHS = 2;

/**
 * Looks behind the ends of the listings of a range, by requests of their own: a store may say that a page is the last
 * one where it is not, and everything behind it would be taken for deleted.
 */
export class EndLooks {
  readonly #options: EndLooksOptions;
  readonly #live: LiveRange;
  readonly #signal: AbortSignal;
  /** The first key that was found behind the end of a side, the last time. */
  readonly #found: Partial<Record<Side, string>> = {};
  #growths = 0;

  constructor(options: EndLooksOptions, live: LiveRange, signal: AbortSignal) {
    this.#options = options;
    this.#live = live;
    this.#signal = signal;
  }

  /**
   * Where something is there, the range is to be listed on.
   *
   * @param after the last key that was listed; absent: none
   * @param counted counts the calls of pages
   * @returns whether the listing has ended: nothing is there, or what nobody need wait for
   * @throws DiffError where the side contradicts itself again, or the look fails
   */
  async isEnd(
    side: Side,
    after: string | undefined,
    counted: (pages: AsyncIterable<ListedPage>) => AsyncIterable<ListedPage>,
  ): Promise<boolean> {
    const next = await this.#first(side, after, counted);
    if (next === undefined) return true;
    const { judge, now } = this.#options;
    // It came since, as others will.
    if (side === 'source' && judge.isInFlight(next, { now: now(), listedAt: now() })) return true;
    const before = this.#found[side];
    if (before !== undefined && !isBefore(before, next.key)) throw new DiffError(side, 'ended_early', after);
    this.#found[side] = next.key;
    if (side === 'source') return false;
    this.#growths += 1;
    return this.#growths > MAX_GROWTHS;
  }

  async #first(
    side: Side,
    after: string | undefined,
    counted: (pages: AsyncIterable<ListedPage>) => AsyncIterable<ListedPage>,
  ): Promise<ListedObject | undefined> {
    const { buckets, prefix } = this.#options;
    const { range, rest } = this.#live;
    const pages = this.#options[side].pages({
      bucket: buckets[side],
      ...(prefix === undefined ? {} : { prefix }),
      ...rangeOf(after ?? rest.after, range.until),
      signal: this.#signal,
    });
    try {
      for await (const { objects } of counted(pages)) if (objects[0]) return objects[0];
      return undefined;
    } catch (error) {
      throw listingError(side, after, error);
    }
  }
}
