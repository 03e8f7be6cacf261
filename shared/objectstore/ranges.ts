import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import { ObjectStoreResponseError } from './errors.ts';
import type { KeyFinder, Lister, ListRequest } from './lister.ts';
import { findSplit } from './listing/find-split.ts';

/** A part of the keys of a bucket, and of every bucket: its bounds are names, not places in one of them. */
export interface KeyRange {
  /** Exclusive; absent at the beginning. */
  readonly after?: string;
  /** Inclusive; absent at the end. */
  readonly until?: string;
}

/** What is split: the keys of a bucket that begin with a prefix. */
export type SplitRequest = Pick<ListRequest, 'bucket' | 'prefix' | 'signal'>;

/** Questions that are asked for one split. More do not occur with keys that people make. */
const MAX_PROBES = 64;

/**
 * Cuts the keys of a bucket into ranges that can be listed at the same time, also where nothing but the keys
 * themselves says where to cut: no delimiter is needed, and any Unicode is right. Asks for about a page and five keys
 * per range.
 *
 * How many keys a range has cannot be asked for, so ranges differ; {@link splitRange} evens them out later.
 *
 * @param lister of the bucket
 * @param request.after exclusive, and `until`, inclusive: bounds of all of it
 * @param request.workers how many ranges; fewer where there are not so many pages
 * @returns ranges in order, each beginning where the one before ends. They can be listed in another bucket, too
 * @throws what the lister throws
 */
export async function planRanges(
  lister: Lister & KeyFinder,
  request: ListRequest & { readonly workers: number },
): Promise<KeyRange[]> {
  const { workers, after, until, ...where } = request;
  const ranges = [rangeOf(after, until)];
  /** Those that may still be split, the widest first. */
  let open = [...ranges];
  while (ranges.length < workers && open.length > 0) {
    const chosen = open.slice(0, workers - ranges.length);
    open = open.slice(chosen.length);
    const split = await Promise.all(
      chosen.map(async (range) => ({ range, parts: await splitRange(lister, where, range) })),
    );
    for (const { range, parts } of split) {
      if (parts === undefined) continue;
      ranges.splice(ranges.indexOf(range), 1, ...parts);
      open.push(...parts);
    }
  }
  return ranges;
}

/**
 * Cuts a range in two, behind where its listing is.
 *
 * @param cursor the last key that was listed: both parts begin behind it, or the first part is listed on
 * @returns undefined where no more than a page is left, or all that is left is one key
 * @throws what the lister throws
 */
export async function splitRange(
  lister: Lister & KeyFinder,
  request: SplitRequest,
  range: KeyRange,
  cursor: string | undefined = range.after,
): Promise<[KeyRange, KeyRange] | undefined> {
  const { bucket, prefix = '', signal } = request;
  const ask = (after: string | undefined): ListRequest => ({
    bucket,
    ...rangeOf(after, range.until),
    ...(prefix === '' ? {} : { prefix }),
    ...(signal === undefined ? {} : { signal }),
  });
  let low: string | undefined;
  for await (const { objects, last } of lister.pages(ask(cursor))) {
    // What one page lists is listed sooner than split.
    if (last) return undefined;
    low = objects.at(-1)?.key;
    if (low !== undefined) break;
  }
  if (low === undefined) return undefined;
  let probes = 0;
  const split = await findSplit(low, range.until, prefix, async (after) => {
    if (++probes > MAX_PROBES) return undefined;
    try {
      return await lister.firstKey(ask(after));
    } catch (error) {
      // The name may be what the store refuses: it need not be one that an object could have there.
      if (error instanceof ObjectStoreResponseError && !error.retryable) return undefined;
      throw error;
    }
  });
  if (split === undefined || !isInside(split.at, cursor, range.until)) return undefined;
  return [rangeOf(range.after, split.at), rangeOf(split.at, range.until)];
}

/** Whether a name can be a bound between two parts. */
export function isInside(at: string, after: string | undefined, until: string | undefined): boolean {
  return (after === undefined || compareUtf8(after, at) < 0) && (until === undefined || compareUtf8(at, until) < 0);
}

/** A range without the bounds that are undefined. */
export function rangeOf(after: string | undefined, until: string | undefined): KeyRange {
  return { ...(after === undefined ? {} : { after }), ...(until === undefined ? {} : { until }) };
}
