import { RangeWork } from '#shared/listing/parallel-lister.ts';
import { type KeyRange, rangeOf, splitRange } from '#shared/listing/ranges.ts';
import { ObjectStoreDeadlineError, ObjectStoreError } from '#shared/objectstore/errors.ts';
import type { ObjectComparer } from '../compare/compare-object.ts';
import { submittable } from '../compare/counts.ts';
import { DiffError } from '../compare/errors.ts';
import type { Report } from '../report/report.ts';
import type { ReconcileOptions, StopReason } from '../run-options.ts';
import { FailureLog } from '../submit/failure-log.ts';
import type { SubmitKeys } from '../submit/submitter.ts';
import { Overtaken } from './checkpointer.ts';
import { type ActiveRange, boundsOf, type Pass } from './pass.ts';
import { newRange } from './range-state.ts';
import { submitPending } from './submit-step.ts';
import { type RangeRun, type SecondLook, workRange } from './work-range.ts';

export interface PassWorkOptions {
  readonly options: ReconcileOptions;
  readonly pass: Pass;
  readonly comparer: ObjectComparer;
  /** The destination bucket. */
  readonly destination: string;
  /** Of the last complete pass. */
  readonly previous: Report | undefined;
  /** Absent where nothing is submitted. */
  readonly submit: SubmitKeys | undefined;
  /** Writes the checkpoint; does nothing where there is none. */
  readonly save: () => Promise<void>;
  /** Milliseconds to leave. */
  readonly reserve: number;
}

export interface Stop {
  readonly reason: StopReason;
  readonly error?: unknown;
}

export interface Conclusion {
  /** Why the pass goes on another time. */
  readonly stop?: Stop;
  readonly over: boolean;
  /** Every range was judged to its end, or the source has listed nothing at all. */
  readonly complete: boolean;
}

/** Milliseconds: between tries of a listing that failed, each of which had several attempts of its own. */
const LISTING_WAITS = [1_000, 5_000] as const;
/** Times that a range may list nothing where there is something. */
const MAX_LOOKS = 2;
/** A page of each side, and one more: two small buckets cost no call that asks where to cut them. */
const PAGES_BEFORE_SPLIT = 3;

/** What one run does of a pass. */
export class PassWork {
  /** Why the run ends before the pass does. */
  stop: Stop | undefined;
  /** It is certain that a source without an object has none. */
  emptySourceConfirmed: boolean;
  readonly #work: PassWorkOptions;
  readonly #range: RangeRun;
  readonly #listingTries = new WeakMap<ActiveRange, number>();
  readonly #looks = new WeakMap<ActiveRange, number>();
  /** The pass has come further in this run. */
  #progressed = false;

  constructor(work: PassWorkOptions) {
    const { options, pass, comparer, previous } = work;
    this.#work = work;
    const failures = new FailureLog(options.log);
    // Said once, it holds for as long as the source lists nothing.
    const confirmedBefore = previous?.source.objects === 0 && previous.converged;
    this.emptySourceConfirmed = options.sourceIsEmpty === true || confirmedBefore;
    this.#range = {
      pass,
      comparer,
      source: options.source,
      destination: options.destination,
      buckets: { source: options.route.source.bucket, destination: work.destination },
      prefix: options.route.source.prefix,
      now: () => options.clock.now(),
      changedSince: previous && Date.parse(previous.started),
      submit: work.submit,
      maxKeysPerCall: options.maxKeysPerCall,
      stuck: new Set(),
      stopping: () => this.#stopping(),
      blocked: ({ failure, error }) =>
        this.#end(failure.code === 'OmsSync.DeadlineExceeded' ? 'deadline' : 'oms_unavailable', error),
      failed: (failed) => failures.add(failed),
      save: () => this.#save(),
      fault: (slot, error) => this.#fault(slot, error),
      secondLook: (slot) => this.#secondLook(slot),
      found: (findings) => options.onFindings?.(findings),
      progress: (cursor) => this.#progress(cursor),
    };
  }

  async run(): Promise<void> {
    if (!(await this.#save())) return;
    await this.#flush();
    while (!this.#stopping() && this.#work.pass.open().length > 0) {
      await this.#ranges();
      this.#reopenEmpty();
    }
    if (this.stop?.reason !== 'oms_unavailable') await this.#flush();
    await this.#save();
  }

  /** What the run means for the pass. */
  conclude(): Conclusion {
    const { pass } = this.#work;
    const faults = pass.slots.flatMap(({ fault }) => fault ?? []);
    const first = faults.find(({ passing }) => passing);
    // The next run goes on where a listing failed, unless there is one that no time cures.
    const waits = this.#progressed && first !== undefined && faults.every(({ passing }) => passing);
    // Keys that alone are left are tried by another run. What is in vain then is left to the next pass, which finds it.
    const inVain = !this.#progressed && pass.isComplete && this.stop?.reason === 'oms_unavailable';
    const stop = inVain
      ? undefined
      : (this.stop ?? (waits ? { reason: 'listing_failed' as const, error: first.error } : undefined));
    const isEmpty = pass.sourceObjects === 0 && pass.slots.every(({ unjudged, state }) => unjudged || state.done);
    return {
      ...(stop && { stop }),
      over: stop === undefined,
      complete: pass.isComplete || (this.stop === undefined && isEmpty),
    };
  }

  /** Writes that the pass is over. Where that fails, the next run finds that out. */
  async saveOver(): Promise<void> {
    await this.#save();
  }

  /** Works at everything that is open, with as many workers as there may be. */
  async #ranges(): Promise<void> {
    const { pass, options } = this.#work;
    const { workers, signal } = options;
    const work = new RangeWork({
      ranges: pass.open(),
      workers,
      pagesBeforeSplit: PAGES_BEFORE_SPLIT,
      ...(signal && { signal }),
      work: (live, stop) => workRange(live, stop, this.#range),
      split: (range, cursor, stop) => this.#split(range, cursor, stop),
    });
    try {
      await work.run();
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      this.#end('interrupted');
    }
  }

  async #split(range: KeyRange, cursor: string | undefined, signal: AbortSignal) {
    const { source, route } = this.#work.options;
    const { bucket, prefix } = route.source;
    if (this.#stopping()) return undefined;
    try {
      return await splitRange(source, { bucket, ...(prefix === undefined ? {} : { prefix }), signal }, range, cursor);
    } catch {
      // The worker of the range meets the failure itself, or there is none any more.
      return undefined;
    }
  }

  /** Submits what is pending, of all ranges together. */
  async #flush(): Promise<void> {
    const { pass, submit } = this.#work;
    const slots = pass.slots.filter(({ state }) => state.pending.length > 0);
    if (!submit || slots.length === 0 || ['overtaken', 'state_unavailable'].includes(this.stop?.reason ?? '')) return;
    const before = slots.map(({ state }) => state.accepted);
    const { states, failed, blocked } = await submitPending(
      slots.map(({ state }) => state),
      { submit },
    );
    for (const [index, slot] of slots.entries()) slot.state = states[index] ?? slot.state;
    this.#range.failed(failed);
    this.#progressed ||= states.some(({ accepted }, index) => accepted !== before[index]);
    if (blocked) this.#range.blocked(blocked);
    await this.#save();
  }

  /** Ranges in which the source has listed nothing are judged when something says that this can be. */
  #reopenEmpty(): void {
    const { pass } = this.#work;
    if (pass.sourceObjects === 0 && !this.emptySourceConfirmed) return;
    for (const slot of pass.slots) {
      if (!slot.unjudged) continue;
      slot.unjudged = false;
      slot.confirmedEmpty = true;
    }
  }

  /** A second look, by another request; and an empty range proves nothing as long as the whole source is empty. */
  async #secondLook(slot: ActiveRange): Promise<SecondLook> {
    const { pass, options } = this.#work;
    const { route, source, log } = options;
    const { bucket, prefix } = route.source;
    const { cursor, after, until } = boundsOf(slot);
    const request = { bucket, ...(prefix === undefined ? {} : { prefix }), ...rangeOf(cursor ?? after, until) };
    const first = await source.firstKey(request).catch((error: unknown) => {
      throw new DiffError('source', 'failed', cursor ?? after, error);
    });
    if (first === undefined) return pass.sourceObjects > 0 || this.emptySourceConfirmed ? 'empty' : 'unconfirmed';
    // An object may have come in between, but not again and again.
    const looks = this.#looks.get(slot) ?? 0;
    this.#looks.set(slot, looks + 1);
    log.warn('listing contradicts itself', { side: 'source', looks });
    if (looks >= MAX_LOOKS) throw new DiffError('source', 'ended_early', cursor ?? after);
    return 'not_empty';
  }

  async #fault(slot: ActiveRange, error: unknown): Promise<boolean> {
    const { options, reserve } = this.#work;
    const { signal, clock, log, remaining } = options;
    if (!(error instanceof DiffError)) throw error;
    if (signal?.aborted === true) return this.#end('interrupted');
    const { side, fault, cause } = error;
    if (cause instanceof ObjectStoreDeadlineError || remaining() <= reserve) return this.#end('deadline');
    const passing = fault === 'failed' && (!(cause instanceof ObjectStoreError) || cause.retryable);
    const tries = this.#listingTries.get(slot) ?? 0;
    const wait = LISTING_WAITS[tries];
    if (passing && wait !== undefined && wait < remaining() - reserve) {
      this.#listingTries.set(slot, tries + 1);
      log.warn('listing tried again', { side, error });
      await clock.sleep(wait);
      return true;
    }
    const { after, until, cursor } = boundsOf(slot);
    slot.fault = {
      ...(after !== undefined && { after }),
      ...(until !== undefined && { until }),
      ...(cursor !== undefined && { cursor }),
      side,
      fault,
      passing,
      error,
    };
    log.error('range stopped', { side, fault, cursor, error });
    if (!error.earlierHolds) slot.state = newRange({ after, until });
    return false;
  }

  async #save(): Promise<boolean> {
    try {
      await this.#work.save();
      return true;
    } catch (error) {
      if (!(error instanceof Overtaken || error instanceof ObjectStoreError)) throw error;
      this.#end(error instanceof Overtaken ? 'overtaken' : 'state_unavailable', error);
      return false;
    }
  }

  #stopping(): boolean {
    const { options, reserve } = this.#work;
    if (options.signal?.aborted === true) this.#end('interrupted');
    else if (!(options.remaining() > reserve)) this.#end('deadline');
    return this.stop !== undefined;
  }

  /** The first reason counts. */
  #end(reason: StopReason, error?: unknown): false {
    if (this.stop === undefined && error !== undefined) this.#work.options.log.warn('run ends', { reason, error });
    this.stop ??= { reason, ...(error !== undefined && { error }) };
    return false;
  }

  #progress(currentKey: string): void {
    this.#progressed = true;
    const { options, pass, previous } = this.#work;
    if (!options.onProgress) return;
    const { accepted, failed, calls, ranges } = pass.totals();
    options.onProgress({
      objects: pass.sourceObjects,
      calls: calls.list,
      submitted: pass.slots.reduce((sum, { state }) => sum + submittable(state.counts).objects, 0),
      accepted,
      failed,
      currentKey,
      rangesDone: ranges.done,
      ranges: ranges.total,
      ...(previous && { estimatedTotal: previous.source.objects }),
    });
  }
}
