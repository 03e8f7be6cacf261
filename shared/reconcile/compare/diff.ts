import { isBefore } from '#shared/encoding/utf8-order.ts';
import type { CompareTimes, ObjectComparer } from './compare-object.ts';
import { countFinding, countSame, type DiffStep, noCounts } from './counts.ts';
import { DiffError, type Side } from './errors.ts';
import { countArrival, countOffset, countWaiting, type LagWindow } from './lag.ts';
import { type Finding, isOnItsWay, isSubmitted, type ObjectFacts } from './verdict.ts';

/** A page of a listing, as the listers give them. An empty page is no end. */
export interface FactsPage {
  readonly objects: readonly ObjectFacts[];
  /** Milliseconds since the epoch when the page was asked for; when the diff asked its lister where it is left out. */
  readonly listedAt?: number;
  /** Milliseconds that the store's clock is ahead of the one here; absent where the store does not tell. */
  readonly ahead?: number;
  /** The page is the last, and not on the store's word alone. */
  readonly isEndSeen?: boolean;
}

export interface DiffOptions {
  /**
   * Listings of the same range, as a lister has checked them: in the order of the bytes of UTF-8. OMS keeps keys, so
   * they are the same on both sides.
   */
  readonly source: AsyncIterable<FactsPage>;
  readonly destination: AsyncIterable<FactsPage>;
  readonly comparer: ObjectComparer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /**
   * Whether a second look has confirmed that the source has no object in this range, or the rest of the bucket
   * has some. Without it a diff of an empty source ends at once and says nothing about the destination.
   */
  readonly emptySourceConfirmed?: boolean;
  /**
   * Looks behind the last key that a side has listed, by another request, for a store may say that a page is the last
   * one where it is not. Asked of the source whenever it has ended, and of the destination where the source has more.
   * The stores are believed where it is left out.
   *
   * @param after absent where the side has listed nothing
   * @returns whether the listing has truly ended
   */
  readonly confirmEnd?: (side: Side, after: string | undefined) => Promise<boolean>;
  /** Milliseconds since the epoch: source objects modified since then are counted apart. */
  readonly changedSince?: number;
  /** Changes whose lag is measured; none where it is left out. */
  readonly lag?: LagWindow;
}

export type DiffEnd =
  /** The range is done. */
  | 'complete'
  /** The source has listed nothing and nobody has confirmed that: nothing was judged. */
  | 'empty_source'
  /** A listing has ended where it should not have: nothing behind the cursor of the last step was judged. */
  | 'goes_on';

/**
 * Compares two listings in one walk through both. Holds a page of each side; what happens inside of a page is
 * synchronous. A step comes whenever a page is used up, and the next pages are asked for when the next step is.
 *
 * @returns how it ended, as the generator's return value
 * @throws DiffError naming the side and the position where a listing fails or cannot be trusted. Steps that came before
 *   hold, for an object counts as missing only when the destination has listed a later key or its proper end; only a
 *   listing that is out of order casts doubt on them ({@link DiffError.earlierHolds})
 */
export async function* diff(options: DiffOptions): AsyncGenerator<DiffStep, DiffEnd> {
  const { now } = options;
  const source = new ListingSide({ side: 'source', pages: options.source, now });
  const destination = new ListingSide({ side: 'destination', pages: options.destination, now });
  try {
    await loadBoth(source, destination);
    if (!source.sawObject && !options.emptySourceConfirmed) return 'empty_source';
    while (await endsAreTrue(source, destination, options)) {
      if (source.ended && destination.ended) return 'complete';
      yield walk(source, destination, options);
      await loadBoth(source, destination);
    }
    return 'goes_on';
  } finally {
    await Promise.all([source.close(), destination.close()]);
  }
}

/** Both at once. Where both fail, it is the source's failure that is told, whichever came first. */
async function loadBoth(source: ListingSide, destination: ListingSide): Promise<void> {
  const [ofSource, ofDestination] = await Promise.allSettled([source.load(), destination.load()]);
  if (ofSource.status === 'rejected') throw ofSource.reason;
  if (ofDestination.status === 'rejected') throw ofDestination.reason;
}

/** An object behind a false end of the source would count as deleted; of the destination, as missing. */
async function endsAreTrue(source: ListingSide, destination: ListingSide, options: DiffOptions): Promise<boolean> {
  // A source that listed nothing has been confirmed before.
  if (source.ended && source.sawObject) return await source.confirmEnd(options.confirmEnd);
  return source.ended || !destination.ended || (await destination.confirmEnd(options.confirmEnd));
}

/** Walks on until one side needs its next page, or both have ended. */
function walk(source: ListingSide, destination: ListingSide, options: DiffOptions): DiffStep {
  const { comparer, changedSince = Number.POSITIVE_INFINITY, lag } = options;
  const times: CompareTimes = { now: options.now(), listedAt: Math.min(source.listedAt, destination.listedAt) };
  const counts = noCounts();
  const findings: Finding[] = [];
  const [sources, destinations] = [source.page, destination.page];
  let [i, j] = [source.index, destination.index];
  let cursor = '';
  if (lag && source.ahead !== undefined && destination.ahead !== undefined)
    countOffset(counts, destination.ahead - source.ahead);

  const find = (finding: Finding): void => {
    findings.push(finding);
    countFinding(counts, finding);
    if (lag && finding.source && isOnItsWay(finding.verdict)) countWaiting(counts, finding.source, lag);
    if (finding.source && finding.source.lastModified >= changedSince && finding.verdict !== 'in_flight') {
      counts.changed.objects += 1;
      if (isSubmitted(finding.verdict)) counts.changed.lost += 1;
    }
  };

  while (true) {
    const from: ObjectFacts | undefined = sources[i];
    const to: ObjectFacts | undefined = destinations[j];
    // A side without an object here has ended, or needs its next page.
    if ((!from && !source.ended) || (!to && !destination.ended)) break;
    if (from && to && from.key === to.key) {
      cursor = from.key;
      const finding = comparer.both(from, to, times);
      if (finding) find(finding);
      else {
        countSame(counts, cursor, from.size, to.size);
        if (from.lastModified >= changedSince) counts.changed.objects += 1;
        if (lag && to.lastModified >= lag.since) countArrival(counts, from, to, lag);
      }
      i += 1;
      j += 1;
    } else if (from && (!to || isBefore(from.key, to.key))) {
      cursor = from.key;
      find(comparer.sourceOnly(from, times));
      i += 1;
    } else if (to) {
      cursor = to.key;
      find(comparer.destinationOnly(to));
      j += 1;
    } else break;
  }
  source.index = i;
  destination.index = j;
  return { cursor, counts, findings };
}

interface ListingSideOptions {
  readonly side: Side;
  /** Pages in order and within the range, as listers check them. */
  readonly pages: AsyncIterable<FactsPage>;
  readonly now: () => number;
}

class ListingSide {
  /** The current page: never used up while the listing goes on. */
  page: readonly ObjectFacts[] = [];
  index = 0;
  ended = false;
  /** Whether there was any object at all. */
  sawObject = false;
  /** Request time of the last page: milliseconds since the epoch. */
  listedAt: number;
  /** How far the store's clock was ahead at the last page. */
  ahead: number | undefined;
  readonly #options: ListingSideOptions;
  readonly #pages: AsyncIterator<FactsPage>;
  /** The last key of the page before. */
  #position: string | undefined;
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
      const asked = this.#options.now();
      const { done, value } = await this.#next();
      this.ended = done === true;
      [this.page, this.index] = [done === true ? [] : value.objects, 0];
      if (done === true) return;
      this.listedAt = value.listedAt ?? asked;
      this.ahead = value.ahead;
      this.#endConfirmed = value.isEndSeen === true;
      this.sawObject ||= value.objects.length > 0;
    }
  }

  /**
   * Confirms the end of the listing, looking behind it once where the lister has not seen it.
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

  async #next(): Promise<IteratorResult<FactsPage, unknown>> {
    try {
      return await this.#pages.next();
    } catch (error) {
      throw DiffError.of(this.#options.side, this.#position, error);
    }
  }
}
