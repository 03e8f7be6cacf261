import { rangeOf } from '#shared/listing/ranges.ts';
import { ObjectStoreDeadlineError, ObjectStoreError } from '#shared/objectstore/errors.ts';
import { DiffError } from '../compare/errors.ts';
import { type ActiveRange, boundsOf } from './pass.ts';
import { newRange } from './range-state.ts';
import type { RunContext } from './run-control.ts';

/** Milliseconds: between tries of a listing that failed, each of which had several attempts of its own. */
const LISTING_WAITS = [1_000, 5_000] as const;
/** Times that a range may list nothing where there is something. */
const MAX_LOOKS = 2;

/**
 * Looks a second time, by another request, whether the source has an object in a range in which it has listed none. An
 * empty range proves nothing as long as the whole source is empty: the range then stays unjudged.
 *
 * @returns whether to go on with the range
 * @throws DiffError where the look fails, or the source contradicts itself for good
 */
export async function confirmEmpty(range: ActiveRange, context: RunContext): Promise<boolean> {
  const { pass, options, emptySourceConfirmed } = context;
  const { route, source, log } = options;
  const { bucket, prefix } = route.source;
  const { cursor, after, until } = boundsOf(range);
  const request = { bucket, ...(prefix === undefined ? {} : { prefix }), ...rangeOf(cursor ?? after, until) };
  const first = await source.firstKey(request).catch((error: unknown) => {
    throw new DiffError('source', 'failed', cursor ?? after, error);
  });
  range.confirmedEmpty = first === undefined && (pass.sourceObjects > 0 || emptySourceConfirmed);
  range.unjudged = first === undefined && !range.confirmedEmpty;
  if (first === undefined) return range.confirmedEmpty;
  // An object may have come in between, but not again and again.
  log.warn('listing contradicts itself', { side: 'source', looks: range.emptyLooks });
  range.emptyLooks += 1;
  if (range.emptyLooks > MAX_LOOKS) throw new DiffError('source', 'ended_early', cursor ?? after);
  return true;
}

/**
 * Waits where a listing has failed in a way that may pass; else notes the fault, so that this run leaves the range alone.
 *
 * @returns whether to try again
 */
export async function retryListing(range: ActiveRange, error: unknown, context: RunContext): Promise<boolean> {
  const { control, options } = context;
  const { signal, clock, log } = options;
  if (!(error instanceof DiffError)) throw error;
  const { side, fault, cause } = error;
  if (signal?.aborted === true) control.end('interrupted');
  else if (cause instanceof ObjectStoreDeadlineError || control.left <= 0) control.end('deadline');
  else {
    const passing = fault === 'failed' && (!(cause instanceof ObjectStoreError) || cause.retryable);
    const wait = LISTING_WAITS[range.listingTries];
    if (passing && wait !== undefined && wait < control.left) {
      range.listingTries += 1;
      log.warn('listing tried again', { side, error });
      await clock.sleep(wait);
      return true;
    }
    const { after, until, cursor } = boundsOf(range);
    range.fault = { ...rangeOf(after, until), ...(cursor !== undefined && { cursor }), side, fault, passing, error };
    log.error('range stopped', { side, fault, cursor, error });
    if (!error.earlierHolds) range.state = newRange({ after, until });
  }
  return false;
}
