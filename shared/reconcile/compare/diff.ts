import { isBefore } from '#shared/encoding/utf8-order.ts';
import type { CompareTimes, ObjectComparer } from './compare-object.ts';
import { type Counts, countFinding, countSame, noCounts } from './counts.ts';
import type { Side } from './errors.ts';
import { ListingSide } from './listing-side.ts';
import type { FactsPage, ObjectFacts } from './object-facts.ts';
import { type Finding, isSubmitted } from './verdict.ts';

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
}

export interface DiffStep {
  /** Every key up to this one, inclusive, has been judged. */
  readonly cursor: string;
  readonly counts: Counts;
  /** Findings of this step: everything that is not the same, in the order of the keys. At most what two pages hold. */
  readonly findings: readonly Finding[];
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
  const { comparer, changedSince = Number.POSITIVE_INFINITY } = options;
  const times: CompareTimes = { now: options.now(), listedAt: Math.min(source.listedAt, destination.listedAt) };
  const counts = noCounts();
  const findings: Finding[] = [];
  const [sources, destinations] = [source.page, destination.page];
  let [i, j] = [source.index, destination.index];
  let cursor = '';

  const find = (finding: Finding): void => {
    findings.push(finding);
    countFinding(counts, finding);
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
