import type { LiveRange } from '#shared/listing/live-range.ts';
import { rangeOf } from '#shared/listing/ranges.ts';
import { ObjectStoreDeadlineError, ObjectStoreError } from '#shared/objectstore/errors.ts';
import { EndConfirmer } from '../compare/confirm-end.ts';
import { type DiffStep, submittable } from '../compare/counts.ts';
import { diff, type FactsPage } from '../compare/diff.ts';
import { DiffError, type Side } from '../compare/errors.ts';
import type { BlockedKey } from '../submit/submitter.ts';
import { type ActiveRange, boundsOf } from './pass.ts';
import { finish, newRange } from './range-state.ts';
import type { RunContext } from './run-control.ts';
import { countStep, type failureLog, submitStep } from './submit-step.ts';

export interface SharedSubmissions {
  /** Keys that are left alone until the end of the run. */
  readonly stuck: Set<string>;
  readonly failures: ReturnType<typeof failureLog>;
}

/**
 * Works at a range from where it is to its end, page by page. The next pages are asked for when what the last ones led
 * to is submitted and saved: a crash repeats no more than one page of each side.
 */
export async function workRange(
  live: LiveRange,
  signal: AbortSignal,
  context: RunContext,
  shared: SharedSubmissions,
): Promise<void> {
  const { options, comparer, destination, previous, lag, pass, control } = context;
  const { bucket, prefix } = options.route.source;
  const range = pass.begin(live);
  const now = () => options.clock.now();
  const calls = new CallCount();
  const sides = { source: options.source, destination: options.destination };
  const buckets = { source: bucket, destination };
  const ends = new EndConfirmer({ ...sides, buckets, prefix, comparer, now }, live, signal);
  const pagesOf = (side: Side) =>
    calls.of(live.pages(sides[side], { bucket: buckets[side], ...(prefix !== undefined && { prefix }), signal }));

  const compare = () =>
    diff({
      source: pagesOf('source'),
      destination: pagesOf('destination'),
      comparer,
      now,
      emptySourceConfirmed: range.confirmedEmpty,
      confirmEnd: (side, after) => ends.isEnd(side, after, (pages) => calls.of(pages)),
      ...(previous && { changedSince: Date.parse(previous.started) }),
      lag,
    });

  /** Compares both listings from the cursor on, and does all that each step leads to. */
  const walk = async (): Promise<'again' | 'left'> => {
    if (range.state.cursor !== undefined) live.done(range.state.cursor);
    const steps = compare();
    try {
      while (!control.isStopping()) {
        const before = range.state;
        const { value, done } = await steps.next();
        // Another run has come further, as another worker has found meanwhile: this step is not the next one any more.
        if (range.state !== before) return 'again';
        if (done === true) {
          if (value === 'empty_source') return (await confirmEmpty(range, context)) ? 'again' : 'left';
          if (value === 'goes_on') return 'again';
          range.state = finish(range.state, calls.take());
          await control.save();
          return 'left';
        }
        const blocked = await submitFound(range, value, calls.take(), context, shared);
        if (blocked) {
          control.endBlocked(blocked);
          return 'left';
        }
        const after = range.state;
        options.onFindings?.(value.findings);
        if (!(await control.save())) return 'left';
        // Another run has come further in this range.
        if (range.state !== after) return 'again';
        control.progressed = true;
        reportProgress(value.cursor, context);
      }
      return 'left';
    } catch (error) {
      return (await retryListing(range, error, context)) ? 'again' : 'left';
    } finally {
      await steps.return('complete');
      const made = calls.take();
      if (made > 0) range.state = { ...range.state, list_calls: range.state.list_calls + made };
    }
  };

  while (!range.state.done && !control.isStopping() && (await walk()) === 'again');
}

/** @returns a key that keeps the range where it is */
async function submitFound(
  range: ActiveRange,
  step: DiffStep,
  calls: number,
  { submit, options }: RunContext,
  { stuck, failures }: SharedSubmissions,
): Promise<BlockedKey | undefined> {
  if (!submit) {
    range.state = countStep(range.state, step, calls);
    return undefined;
  }
  const result = await submitStep(range.state, step, calls, { submit, size: options.maxKeysPerCall, stuck });
  range.state = result.state;
  failures(result.failed);
  return result.blocked;
}

function reportProgress(currentKey: string, { options, pass, previous }: RunContext): void {
  if (!options.onProgress) return;
  const { accepted, failed, calls, ranges } = pass.totals();
  options.onProgress({
    objects: pass.sourceObjects,
    calls: calls.list,
    submitted: pass.activeRanges.reduce((sum, { state }) => sum + submittable(state.counts).objects, 0),
    accepted,
    failed,
    currentKey,
    rangesDone: ranges.done,
    ranges: ranges.total,
    ...(previous && { estimatedTotal: previous.source.objects }),
  });
}

/** LIST calls of both sides since it was last asked. */
class CallCount {
  #calls = 0;

  async *of<T extends FactsPage & { readonly calls: number }>(
    pages: AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    let before = 0;
    for await (const page of pages) {
      this.#calls += page.calls - before;
      before = page.calls;
      yield page;
    }
  }

  take(): number {
    const calls = this.#calls;
    this.#calls = 0;
    return calls;
  }
}

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
async function confirmEmpty(range: ActiveRange, context: RunContext): Promise<boolean> {
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
async function retryListing(range: ActiveRange, error: unknown, context: RunContext): Promise<boolean> {
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
