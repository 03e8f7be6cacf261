import { isBefore } from '#shared/encoding/utf8-order.ts';
import type { ListedPage, Lister } from '#shared/listing/lister.ts';
import type { LiveRange } from '#shared/listing/live-range.ts';
import { rangeOf } from '#shared/listing/ranges.ts';
import type { ListedObject } from '#shared/objectstore/port.ts';
import type { ObjectComparer } from './compare-object.ts';
import { DiffError, type Side } from './errors.ts';

export interface EndConfirmerOptions {
  readonly source: Lister;
  readonly destination: Lister;
  readonly buckets: Readonly<Record<Side, string>>;
  readonly prefix: string | undefined;
  readonly comparer: Pick<ObjectComparer, 'isInFlight'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Listings of one look, after which a source that shows nothing but what came since the look began has ended: uploads
 * may come faster than they are listed.
 */
const MAX_ROUNDS = 10;
/** Times that a destination which grows is listed on. What is not seen then counts as missing, which does no harm. */
const MAX_GROWTHS = 2;

/**
 * Looks behind the ends of the listings of a range, by requests of their own: a store may say that a page is the last
 * one where it is not, and everything behind it would be taken for deleted.
 */
export class EndConfirmer {
  readonly #options: EndConfirmerOptions;
  readonly #live: LiveRange;
  readonly #signal: AbortSignal;
  /** The end of a side, the last time, and the first key that was found behind it. */
  readonly #found: Partial<Record<Side, { readonly after: string | undefined; readonly key: string }>> = {};
  #growths = 0;

  constructor(options: EndConfirmerOptions, live: LiveRange, signal: AbortSignal) {
    this.#options = options;
    this.#live = live;
    this.#signal = signal;
  }

  /**
   * Looks for an object behind the end; where there is one, the range must be listed on.
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
    const next = await this.#next(side, after, counted);
    if (next === undefined) return true;
    const before = this.#found[side];
    if (before?.after === after && before && !isBefore(before.key, next.key))
      throw new DiffError(side, 'ended_early', after);
    this.#found[side] = { after, key: next.key };
    if (side === 'source') return false;
    this.#growths += 1;
    return this.#growths > MAX_GROWTHS;
  }

  /**
   * The first object behind a key that should have been listed. Young objects of the source came since, and say nothing
   * of what is behind them: only a listing that shows nothing at all is an end, for the end of the look is as much in
   * doubt as the one that is looked at.
   */
  async #next(
    side: Side,
    after: string | undefined,
    counted: (pages: AsyncIterable<ListedPage>) => AsyncIterable<ListedPage>,
  ): Promise<ListedObject | undefined> {
    const { buckets, prefix, comparer, now } = this.#options;
    const { range, rest } = this.#live;
    let began: number | undefined;
    let position = after;
    for (let round = 1; ; round++) {
      const before = position;
      let onlySince = true;
      const pages = this.#options[side].pages({
        bucket: buckets[side],
        ...(prefix === undefined ? {} : { prefix }),
        ...rangeOf(before ?? rest.after, range.until),
        signal: this.#signal,
      });
      try {
        for await (const { objects, listedAt } of counted(pages)) {
          began ??= Math.floor(listedAt / 1000) * 1000;
          const times = { now: now(), listedAt: Math.max(now(), listedAt) };
          for (const object of objects) {
            if (side === 'destination' || !comparer.isInFlight(object, times)) return object;
            position = object.key;
            onlySince &&= object.lastModified >= began;
          }
        }
      } catch (error) {
        throw DiffError.of(side, after, error);
      }
      if (position === before || (round >= MAX_ROUNDS && onlySince)) return undefined;
    }
  }
}
