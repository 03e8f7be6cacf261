import type { KeyFinder, Lister, ListRequest } from '#shared/listing/lister.ts';
import { type KeyRange, rangeOf, splitRange } from '#shared/listing/ranges.ts';

/**
 * Cuts the keys of a bucket into ranges that can be listed at the same time, also where nothing but the keys
 * themselves says where to cut: no delimiter is needed, and any Unicode is right. Asks for about a page and five keys
 * per range.
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
