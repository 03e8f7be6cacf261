import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import { ObjectStoreResponseError } from '#shared/objectstore/errors.ts';
import { findSplit } from './find-split.ts';
import type { KeyFinder, Lister, ListRequest } from './lister.ts';

/** A part of the keys of a bucket, and of every bucket: its bounds are names, not places in one of them. */
export interface KeyRange {
  /** Exclusive; absent at the beginning. */
  readonly after?: string;
  /** Inclusive; absent at the end. */
  readonly until?: string;
}

/** The keys to split: those of a bucket that begin with a prefix. */
export type SplitRequest = Pick<ListRequest, 'bucket' | 'prefix' | 'signal'>;

/** Questions that are asked for one split. More do not occur with keys that people make. */
const MAX_PROBES = 64;

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
    // One page is listed sooner than split.
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

export function isInside(at: string, after: string | undefined, until: string | undefined): boolean {
  return (after === undefined || compareUtf8(after, at) < 0) && (until === undefined || compareUtf8(at, until) < 0);
}

export function rangeOf(after: string | undefined, until: string | undefined): KeyRange {
  return { ...(after === undefined ? {} : { after }), ...(until === undefined ? {} : { until }) };
}
