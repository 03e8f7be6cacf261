import type { Redact } from '#shared/deadletters/conceal-event.ts';
import type { DeadLetters } from '#shared/deadletters/store.ts';
import type { Clock } from '#shared/http/clock.ts';
import { CappedLog } from '#shared/logging/capped-log.ts';
import type { Logger } from '#shared/logging/logger.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { AcceptedTrace, type LogKeys } from '#shared/pipeline/accepted-trace.ts';
import { encodeChanges, toBatches } from '#shared/pipeline/batch.ts';
import { forEachConcurrently } from '#shared/pipeline/concurrently.ts';
import { classify } from '#shared/pipeline/failures.ts';
import type { KeyOutcome } from '#shared/pipeline/outcome.ts';
import type { RoutedChange } from '#shared/pipeline/route.ts';
import { type SubmitOptions, type Submitted, submit } from '#shared/pipeline/submit.ts';
import { applyDisposition } from './apply.ts';
import { type DecideContext, decide, dryRunCauses } from './decide.ts';
import type { KeyFailure } from './letters.ts';
import { REDRIVE_LIMITS } from './limits.ts';
import type { Position, Source } from './listing.ts';
import type { RedriveFilter } from './options.ts';
import { type RedriveProgress, type RedriveReport, type StopReason, Tally, toReport } from './report.ts';
import type { ResolveOptions } from './resolve.ts';
import { readWindows, type Taken, type Window } from './window.ts';

export interface RedriveRun extends ResolveOptions, Omit<SubmitOptions, 'reserveMs'> {
  readonly deadLetters: DeadLetters;
  readonly store: ObjectStore;
  readonly bucket: string;
  readonly prefixes: { readonly deadLetters: string; readonly parked: string; readonly failedInvocations: string };
  readonly maxAttempts: number;
  readonly maxKeysPerCall: number;
  readonly logKeys?: LogKeys;
  readonly clock: Clock;
  readonly filter: RedriveFilter;
  /** Only reads, and says what would be taken. */
  readonly dryRun: boolean;
  /** Leaves documents alone until their wait has passed. */
  readonly backoff: boolean;
  /** Begins behind this document, and goes round. */
  readonly from?: Position | undefined;
  /** Stops the run after the calls that are under way. */
  readonly signal?: AbortSignal | undefined;
  readonly id: string;
  readonly redact: Redact;
  readonly onProgress?: ((progress: RedriveProgress) => void) | undefined;
  /** Told of the documents that a dry run would take. */
  readonly onFound?: ((taken: readonly Taken[]) => void) | undefined;
  /** Keeps the report, also that of a run that fails: the next one goes on from it. */
  readonly save?: ((report: RedriveReport) => Promise<void>) | undefined;
  readonly log: Logger;
  /** Lines of the log for keys or documents with one cause; what is above is counted. All where it is Infinity. */
  readonly linesPerCause?: number | undefined;
}

/** Milliseconds that are left for writing what became of a window's documents, */
const WRITE_MS = 4_000;
/** and for each of its pairs of sync task and key, which may have to be written anew, */
const WRITE_PAIR_MS = 0.2;
/** but no more than this part of the time that is there. */
const WRITE_PART = 1 / 2;
/** Milliseconds below which no further window is begun. */
const SHORTEST_WINDOW_MS = 8_000;

/**
 * Submits what dead letters and failed invocations name, and deletes the documents of what was accepted.
 *
 * Documents are worked through in windows of bounded size: read, turned into keys by the routes of now, submitted in
 * batches across documents, written anew or deleted one by one. What is refused again is written anew with one attempt more, at last
 * below the parked prefix; what fails for a passing reason is left as it is. Whatever is written is written before the
 * document that it replaces is deleted, so a run may be killed at any moment and two may run at once: a key may then be
 * submitted twice, but is never forgotten. That needs no conditional writes, because a dead letter's name is made from
 * what it names: two documents of one name stand for the same uploads, all older than the submission after which the
 * name is deleted.
 *
 * Whatever is wrong with one document is left with it and counted: the run goes on with those behind it.
 *
 * @throws ObjectStoreError where a prefix cannot be listed to its end, or the store hands over no document at all; what
 *   could be done is done then, and its report is saved
 */
export async function redrive(run: RedriveRun): Promise<RedriveReport> {
  return new Redrive(run).run();
}

class Redrive {
  readonly #run: RedriveRun;
  readonly #tally = new Tally();
  /** Names that this run has written and that its listing has still to come to. */
  readonly #written = new Set<string>();
  readonly #started: number;
  readonly #lines: CappedLog;
  readonly #trace: AcceptedTrace;
  #position: Position | undefined;
  /** Why the state bucket could not be read as it should. */
  #fault: unknown;
  #blindWindows = 0;

  constructor(run: RedriveRun) {
    this.#run = run;
    this.#started = run.clock.now();
    this.#lines = new CappedLog(run.log, run.linesPerCause);
    this.#trace = new AcceptedTrace(run.logKeys);
  }

  async run(): Promise<RedriveReport> {
    const stopped = await this.#windows().finally(() => {
      this.#lines.end();
      this.#trace.write(this.#run.log);
    });
    const { clock, id, dryRun, log, save } = this.#run;
    // A function with the platform's timeout of 3 s would otherwise do nothing, every quarter of an hour, and not fail.
    if (stopped === 'deadline' && this.#tally.documents.read === 0)
      log.error('no time to redrive', {
        needed_ms: SHORTEST_WINDOW_MS,
        remedy: "Raise the function's timeout: a run needs 10 seconds to begin with, and minutes after an outage.",
      });
    const report = toReport(this.#tally, {
      id,
      started: this.#started,
      ended: clock.now(),
      dryRun,
      stopped: stopped ?? (this.#fault === undefined ? undefined : 'store_unavailable'),
      position: this.#position,
    });
    await save?.(report);
    if (this.#fault !== undefined) throw this.#fault;
    return report;
  }

  async #windows(): Promise<StopReason | undefined> {
    const { dryRun } = this.#run;
    const windows = readWindows({
      ...this.#run,
      sources: sourcesOf(this.#run),
      started: this.#started,
      tally: this.#tally,
      lines: this.#lines,
      isOwn: (name) => this.#written.has(name),
      reasonToStop: () => this.#reasonToStop(),
      onFault: (error, { prefix }) => {
        this.#lines.write('error', 'documents not listed', classify(error).code, () => ({ prefix, error }));
        this.#tally.failure(error);
        this.#fault ??= error;
      },
    });
    let fault: unknown;
    let readable = 0;
    for (;;) {
      const early = this.#reasonToStop();
      if (early !== undefined) return early;
      const { value: window, done } = await windows.next();
      if (done === true) {
        if (readable === 0) this.#fault ??= fault;
        return window;
      }
      fault ??= window.fault;
      readable += window.readable;
      this.#blindWindows = window.readable === 0 && window.fault !== undefined ? this.#blindWindows + 1 : 0;
      const stop = dryRun ? this.#show(window) : await this.#work(window);
      // Documents that were not tried come first in the next run. Those that were tried in vain do not: they may be the
      // only ones that fail.
      if (stop === undefined || stop === 'oms_unavailable') this.#position = window.last;
      if (stop !== undefined) return stop;
      this.#progress(window);
      if (this.#blindWindows < REDRIVE_LIMITS.blindWindows) continue;
      this.#fault ??= fault;
      return 'store_unavailable';
    }
  }

  #reasonToStop(): StopReason | undefined {
    if (this.#run.signal?.aborted === true) return 'interrupted';
    return this.#run.remaining() < SHORTEST_WINDOW_MS ? 'deadline' : undefined;
  }

  /** Counts, in a dry run, the causes that are known without asking OMS. */
  #show({ taken }: Window): undefined {
    this.#run.onFound?.(taken);
    for (const { document, resolved } of taken)
      for (const cause of dryRunCauses(document, resolved)) this.#tally.cause(cause);
  }

  async #work({ taken }: Window): Promise<StopReason | undefined> {
    // Where time is short, what was refused before must not keep the rest from being tried.
    const { items, places } = uniqueKeys(taken.toSorted((a, b) => a.document.attempts - b.document.attempts));
    const submitted = await this.#submit(items);
    this.#trace.addAll(items, submitted.outcomes);
    const failures = items.map((item, index) => toFailure(item, submitted.outcomes[index]));
    this.#count(failures, submitted);
    await forEachConcurrently(taken, REDRIVE_LIMITS.writing, async (each) => {
      const failed = (places.get(each) ?? []).flatMap(({ item, index }) => {
        const failure = failures[index];
        // The change is this document's: another document has the same key under another path.
        return failure === undefined ? [] : { ...failure, ...item };
      });
      await this.#finish(each, failed);
    });
    const early = this.#reasonToStop();
    if (early !== undefined && failures.some((failure) => failure?.failure.retryable)) return early;
    return isOutage(failures) ? 'oms_unavailable' : undefined;
  }

  #submit(items: readonly RoutedChange[]): Promise<Submitted> {
    const { maxKeysPerCall, signal, remaining } = this.#run;
    const batches = toBatches(encodeChanges(items), maxKeysPerCall);
    return submit(batches, {
      ...this.#run,
      reserveMs: Math.max(WRITE_MS, Math.min(items.length * WRITE_PAIR_MS, remaining() * WRITE_PART)),
      remaining: () => (signal?.aborted === true ? 0 : remaining()),
    });
  }

  #count(failures: readonly (KeyFailure | undefined)[], { calls }: Submitted): void {
    const { keys } = this.#tally;
    keys.submitted += failures.length;
    for (const failure of failures) {
      if (failure === undefined) keys.accepted += 1;
      else if (failure.failure.retryable) keys.left += 1;
      else keys.refused += 1;
    }
    this.#tally.calls += calls;
  }

  async #finish(taken: Taken, failed: readonly KeyFailure[]): Promise<void> {
    const { document } = taken;
    const { deadLetters, store, bucket, redact } = this.#run;
    for (const { change, syncTaskId, error, failure } of failed.filter((each) => !each.failure.retryable))
      this.#lines.write('error', 'key refused', failure.code, () => ({
        document: document.found.name,
        bucket: change.bucket,
        key: change.key,
        sync_task_id: syncTaskId,
        failure_code: failure.code,
        error,
      }));
    try {
      const disposition = decide(taken, failed, this.#context());
      const { outcome, written } = await applyDisposition(disposition, document, {
        deadLetters,
        store,
        bucket,
        redact,
      });
      // The listing has passed the document itself already.
      for (const name of written) if (name !== document.found.name) this.#written.add(name);
      this.#tally.count(document, outcome);
      for (const cause of disposition.causes) this.#tally.cause(cause);
    } catch (error) {
      // The document is still there, with all that it names: the next run finds it.
      const { code } = classify(error);
      this.#lines.write('error', 'document not settled', code, () => ({ document: document.found.name, error }));
      this.#tally.failed(document, error);
    }
  }

  #context(): DecideContext {
    const { clock, maxAttempts, redact } = this.#run;
    return { now: clock.now(), maxAttempts, redact };
  }

  #progress({ last }: Window): void {
    const { documents, keys } = this.#tally;
    this.#run.onProgress?.({
      read: documents.read,
      taken: documents.taken,
      accepted: keys.accepted,
      current: last.name,
      source: last.source,
    });
  }
}

/** The prefixes that a run lists, in order. Failed invocations come first: nothing of them was redriven yet. */
export function sourcesOf({ prefixes, filter }: Pick<RedriveRun, 'prefixes' | 'filter'>): Source[] {
  const { kinds, name, parked = false } = filter;
  const all: readonly Source[] = [
    { source: 'failed_invocation', prefix: prefixes.failedInvocations },
    { source: 'dead_letter', prefix: prefixes.deadLetters },
    { source: 'parked', prefix: prefixes.parked },
  ];
  return all
    .filter(({ source }) => kinds?.has(source) ?? (source !== 'parked' || parked))
    .filter(({ prefix }) => name?.startsWith(prefix) ?? true)
    .map((each) => (name === undefined ? each : { ...each, prefix: name }));
}

/** Each pair of sync task and key once, and which of them a document asked for. */
function uniqueKeys(taken: readonly Taken[]) {
  const items: RoutedChange[] = [];
  const places = new Map<Taken, { readonly item: RoutedChange; readonly index: number }[]>();
  const known = new Map<string, Map<string, number>>();
  for (const each of taken) {
    const mine: { item: RoutedChange; index: number }[] = [];
    places.set(each, mine);
    for (const item of each.resolved.wanted) {
      const keys = known.get(item.syncTaskId) ?? new Map<string, number>();
      known.set(item.syncTaskId, keys);
      const index = keys.get(item.change.key) ?? items.push(item) - 1;
      keys.set(item.change.key, index);
      mine.push({ item, index });
    }
  }
  return { items, places };
}

/** A key without an outcome counts as failed: nothing is deleted that is not known to be accepted. */
function toFailure(item: RoutedChange, outcome: KeyOutcome | undefined): KeyFailure | undefined {
  if (outcome?.status === 'accepted') return undefined;
  const error = outcome?.error ?? new Error('The submission has no outcome for the key.');
  return { ...item, error, failure: outcome?.failure ?? classify(error) };
}

/** Nothing was accepted, and what failed is neither a key nor a task: the next window would fail the same way. */
function isOutage(failures: readonly (KeyFailure | undefined)[]): boolean {
  return (
    failures.length > 0 &&
    failures.every((each) => each?.failure.retryable === true) &&
    failures.some((each) => each?.failure.scope === 'account' || each?.failure.scope === 'call')
  );
}
