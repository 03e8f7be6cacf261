import type { LiveRange } from '#shared/listing/live-range.ts';
import { EndConfirmer } from '../compare/confirm-end.ts';
import { submittable } from '../compare/counts.ts';
import { type DiffStep, diff } from '../compare/diff.ts';
import type { FactsPage } from '../compare/object-facts.ts';
import type { FailureLog } from '../submit/failure-log.ts';
import type { BlockedKey } from '../submit/submitter.ts';
import { confirmEmpty, retryListing } from './listing-doubts.ts';
import type { ActiveRange } from './pass.ts';
import { finish } from './range-state.ts';
import type { RunContext } from './run-control.ts';
import { countStep, submitStep } from './submit-step.ts';

/** Submission state that the workers of a run share. */
export interface SharedSubmissions {
  /** Keys that are left alone until the end of the run. */
  readonly stuck: Set<string>;
  readonly failures: FailureLog;
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
  const range = context.pass.begin(live);
  const work = new RangeWorker(range, live, signal, context, shared);
  while (!range.state.done && !context.control.isStopping() && (await work.walk()) === 'again');
}

class RangeWorker {
  readonly #range: ActiveRange;
  readonly #live: LiveRange;
  readonly #signal: AbortSignal;
  readonly #context: RunContext;
  readonly #shared: SharedSubmissions;
  readonly #ends: EndConfirmer;
  readonly #calls = new CallCount();

  constructor(
    range: ActiveRange,
    live: LiveRange,
    signal: AbortSignal,
    context: RunContext,
    shared: SharedSubmissions,
  ) {
    const { options, comparer, destination } = context;
    this.#range = range;
    this.#live = live;
    this.#signal = signal;
    this.#context = context;
    this.#shared = shared;
    this.#ends = new EndConfirmer(
      {
        source: options.source,
        destination: options.destination,
        buckets: { source: options.route.source.bucket, destination },
        prefix: options.route.source.prefix,
        comparer,
        now: () => options.clock.now(),
      },
      live,
      signal,
    );
  }

  /** Compares both listings from the cursor on, and does all that each step leads to. */
  async walk(): Promise<'again' | 'left'> {
    const { control, options } = this.#context;
    const range = this.#range;
    const { cursor } = range.state;
    if (cursor !== undefined) this.#live.done(cursor);
    const steps = this.#compare();
    try {
      while (!control.isStopping()) {
        const before = range.state;
        const { value, done } = await steps.next();
        // Another run has come further, as another worker has found meanwhile: this step is not the next one any more.
        if (range.state !== before) return 'again';
        if (done === true) {
          if (value === 'empty_source') return (await confirmEmpty(range, this.#context)) ? 'again' : 'left';
          if (value === 'goes_on') return 'again';
          range.state = finish(range.state, this.#calls.take());
          await control.save();
          return 'left';
        }
        const blocked = await this.#submit(value);
        if (blocked) {
          control.endBlocked(blocked);
          return 'left';
        }
        const after = range.state;
        options.onFindings?.(value.findings);
        if (!(await control.save())) return 'left';
        // Another run has come further in this range.
        if (range.state !== after) return 'again';
        this.#report(value.cursor);
      }
      return 'left';
    } catch (error) {
      return (await retryListing(range, error, this.#context)) ? 'again' : 'left';
    } finally {
      await steps.return('complete');
      const made = this.#calls.take();
      if (made > 0) range.state = { ...range.state, list_calls: range.state.list_calls + made };
    }
  }

  #compare() {
    const { options, comparer, destination, previous } = this.#context;
    const { bucket, prefix } = options.route.source;
    const request = { ...(prefix === undefined ? {} : { prefix }), signal: this.#signal };
    return diff({
      source: this.#calls.of(this.#live.pages(options.source, { ...request, bucket })),
      destination: this.#calls.of(this.#live.pages(options.destination, { ...request, bucket: destination })),
      comparer,
      now: () => options.clock.now(),
      emptySourceConfirmed: this.#range.confirmedEmpty,
      confirmEnd: (side, after) => this.#ends.isEnd(side, after, (pages) => this.#calls.of(pages)),
      ...(previous && { changedSince: Date.parse(previous.started) }),
    });
  }

  /** @returns a key that keeps the range where it is */
  async #submit(step: DiffStep): Promise<BlockedKey | undefined> {
    const { submit, options } = this.#context;
    const { stuck, failures } = this.#shared;
    const range = this.#range;
    const calls = this.#calls.take();
    if (!submit) {
      range.state = countStep(range.state, step, calls);
      return undefined;
    }
    const result = await submitStep(range.state, step, calls, { submit, size: options.maxKeysPerCall, stuck });
    range.state = result.state;
    failures.add(result.failed);
    return result.blocked;
  }

  #report(currentKey: string): void {
    const { options, pass, previous, control } = this.#context;
    control.progressed = true;
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
