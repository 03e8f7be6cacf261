import { randomUUID } from 'node:crypto';
import { AppError } from '#shared/errors/base.ts';
import { ObjectComparer } from './compare/compare-object.ts';
import { noCounts, submittable } from './compare/counts.ts';
import { isOfThePast } from './document-limits.ts';
import { isTaskOf, type KnownTask, knownTask, UNKNOWN_TASK } from './oms-task.ts';
import { routeDigest } from './pass/checkpoint.ts';
import { Checkpointer } from './pass/checkpointer.ts';
import { Lease } from './pass/lease.ts';
import type { Pass } from './pass/pass.ts';
import { startPass } from './pass/pass-start.ts';
import { PassWork } from './pass/work-pass.ts';
import { type Plan, planOf } from './report/plan.ts';
import type { Report } from './report/report.ts';
import { reportOf } from './report/run-report.ts';
import type { ReconcileOptions, ReconcileOutcome, ReconcileResult, StopReason } from './run-options.ts';
import { refusedRows } from './submit/refused-objects.ts';
import { SubmissionRetries } from './submit/retry-submission.ts';
import { MAX_SUBMISSIONS, type Submissions } from './submit/submissions.ts';
import { type SubmitKeys, Submitter } from './submit/submitter.ts';

/** The route names no destination bucket, so that there is nothing to compare with. */
export class NoDestinationError extends AppError {
  override readonly name = 'NoDestinationError';

  constructor() {
    super(400, 'OmsSync.NoDestination', 'The route names no destination bucket: set destination.bucket in ROUTES.');
  }
}

/**
 * Somebody must do something before the pass goes on, which may take days: until then its report must stand where that
 * of the pass before stood, which may say that all is well.
 */
const STUCK: ReadonlySet<StopReason | undefined> = new Set(['listing_failed', 'oms_unavailable']);

/** Milliseconds, at most: for what is under way, the last checkpoint and the report. */
const RESERVE_MS = 10_000;

/**
 * Compares the two buckets of a route and submits what differs, while it lists. A pass may take several runs: each goes
 * on from the checkpoint of the one before, and ends before its time is up.
 *
 * Nothing is skipped: a range counts as done up to a key only when everything before it is accepted by OMS, refused for
 * good, or written down as pending, and a checkpoint says what is done and no more. So a run may be killed at any
 * moment, and two may run at once: a page may then be listed twice and a key submitted twice.
 *
 * @throws ObjectStoreError where the state bucket cannot be read at the beginning, or a report cannot be written
 * @throws NewerCheckpointError, NoDestinationError
 */
export async function reconcile(options: ReconcileOptions): Promise<ReconcileResult> {
  const { route, dryRun, send, state, clock, log } = options;
  if (route.destination?.bucket === undefined) throw new NoDestinationError();
  if (dryRun || send === undefined || state === undefined) return await new Run(options).run();
  const id = options.id ?? randomUUID();
  const lease = new Lease({ state, nonce: id, clock, leaseMs: options.leaseMs, log });
  if (!(await lease.take())) return LEASED;
  try {
    return await new Run({ ...options, id }, lease).run();
  } finally {
    await lease.release();
  }
}

const LEASED: ReconcileResult = {
  outcome: 'leased',
  counts: noCounts(),
  accepted: 0,
  failed: 0,
  pending: 0,
  failures: [],
  calls: { list: 0, events: 0 },
  ranges: { done: 0, total: 0 },
};

/** A run on one route. Without a lease it leaves nothing in the state bucket. */
class Run {
  readonly #options: ReconcileOptions;
  readonly #lease: Lease | undefined;
  readonly #destination: string;
  readonly #submits: boolean;
  readonly #reserve: number;
  #previous: Report | undefined;
  #task: KnownTask = UNKNOWN_TASK;

  constructor(options: ReconcileOptions, lease?: Lease) {
    const { route, send, dryRun, remaining } = options;
    this.#options = options;
    this.#lease = lease;
    this.#destination = route.destination?.bucket ?? '';
    this.#submits = !dryRun && send !== undefined;
    this.#reserve = options.reserveMs ?? Math.min(RESERVE_MS, Math.max(0, remaining()) / 4);
  }

  async run(): Promise<ReconcileResult> {
    const { state, log, route } = this.#options;
    this.#previous = await state?.readComplete(this.#options.clock.now());
    const document = await state?.readCheckpoint();
    const task = await this.#showTask();
    this.#task = task;
    if (!isTaskOf(task, route.source.bucket, this.#destination))
      log.warn('sync task of other buckets', { task_buckets: task.buckets, source: route.source.bucket });
    const pass = startPass({
      document,
      digest: this.#digest(),
      restart: this.#options.restart === true || this.#lease === undefined,
      last: this.#previous?.pass ?? 0,
      id: this.#options.id ?? randomUUID(),
      now: this.#options.clock.now(),
      task,
      remembered: this.#options.submissions,
      unreadable: () => state?.note('checkpoint.json', 'wrong_form'),
      log,
    });
    for (const [name, reason] of state?.unreadable ?? []) log.warn('document not read', { document: name, reason });
    const checkpointer =
      this.#lease && state && new Checkpointer({ state, lease: this.#lease, pass, etag: document?.etag, log });
    const work = new PassWork({
      options: this.#options,
      pass,
      comparer: this.#comparer(task, pass),
      destination: this.#destination,
      previous: this.#previous,
      submit: this.#submit(pass.submissions),
      save: async () => await checkpointer?.save(),
      reserve: this.#reserve,
    });
    await work.run();
    const result = await this.#end(pass, work, checkpointer);
    log.info('reconcile', {
      route: route.name ?? route.sync_task_id,
      pass: pass.head.pass,
      ...summaryOf(result),
    });
    return result;
  }

  /** Writes the report where the pass has one to give, and closes the pass where it is over. */
  async #end(pass: Pass, work: PassWork, checkpointer: Checkpointer | undefined): Promise<ReconcileResult> {
    const { state } = this.#options;
    const { stop, over, complete } = work.conclude();
    const { accepted, failed, pending, calls, ranges } = pass.totals();
    const reports = over || STUCK.has(stop?.reason) || !this.#submits;
    // A pass that goes on has proved nothing, though there may be nothing left to comparer.
    const proved = complete && (over || !this.#submits);
    const report = reports ? await this.#report(pass, proved, work.emptySourceConfirmed) : undefined;
    const plan = report && !this.#submits ? this.#plan(report, pass) : undefined;
    if (state && report && plan) await state.writePlan({ ...report, plan });
    else if (state && report && checkpointer) {
      await state.writeReport(report, this.#isBasis(report));
      pass.over = over;
      if (over) await work.saveOver();
    }
    return {
      outcome: over ? 'completed' : outcomeOf(stop?.reason),
      ...stop,
      ...(report && { report }),
      ...(plan && { plan }),
      submissions: pass.submissions,
      unreadable: [...(state?.unreadable.keys() ?? [])],
      counts: pass.counts(),
      accepted,
      failed,
      pending,
      failures: refusedRows(pass.refused()),
      calls,
      ranges,
    };
  }

  /** Whether later passes are to be compared with it: an empty source, where there was one with objects, is no basis. */
  #isBasis({ complete, obstacles }: Report): boolean {
    return complete && !(obstacles.includes('empty_source') && this.#previous !== undefined);
  }

  async #report(pass: Pass, complete: boolean, emptySourceConfirmed: boolean): Promise<Report> {
    // Written already, by a run that was killed before it could say so.
    if (complete && this.#previous?.id === pass.head.id) return this.#previous;
    const after = await this.#showTask();
    return reportOf({
      options: this.#options,
      pass,
      finished: this.#options.clock.now(),
      complete,
      emptySourceConfirmed,
      task: this.#task,
      after,
      knownFailures: await this.#knownFailures(after),
      previous: this.#previous,
    });
  }

  /** Dead letters are what OMS never accepted; its own counter has what it accepted and could not copy. */
  async #knownFailures({ counters }: KnownTask): Promise<number> {
    const { knownFailures, log } = this.#options;
    if (!this.#previous) return 0;
    const before = this.#previous.oms?.after.failed ?? Number.POSITIVE_INFINITY;
    const ofOms = Math.max(0, (counters?.failed ?? 0) - before);
    try {
      // An estimate must not take the time that the report needs.
      if (!(this.#options.remaining() > this.#reserve / 2)) return ofOms;
      return ofOms + ((await knownFailures?.(Date.parse(this.#previous.started))) ?? 0);
    } catch (error) {
      log.warn('known failures not counted', { error });
      return ofOms;
    }
  }

  #plan({ source, destination }: Report, pass: Pass): Plan {
    const { maxKeysPerCall, callsPerSecond, adviseAbove } = this.#options;
    return planOf({
      sourceObjects: source.objects,
      destinationObjects: destination.objects,
      submit: submittable(pass.counts()),
      keysPerCall: maxKeysPerCall,
      callsPerSecond,
      ...(adviseAbove !== undefined && { adviseAbove }),
    });
  }

  async #showTask(): Promise<KnownTask> {
    const { showTask, log } = this.#options;
    if (!showTask) return UNKNOWN_TASK;
    try {
      return knownTask(await showTask());
    } catch (error) {
      log.warn('task not shown', { error });
      return UNKNOWN_TASK;
    }
  }

  #digest(): string {
    const { source, sync_task_id: syncTaskId, destination } = this.#options.route;
    return routeDigest({ source, destination: { ...destination, bucket: this.#destination }, syncTaskId });
  }

  #comparer({ rules, restore }: KnownTask, pass: Pass): ObjectComparer {
    const { grace, route, sourceHasResultLists, compareETags, maxSubmissions = MAX_SUBMISSIONS } = this.#options;
    return new ObjectComparer({
      rules,
      graceMs: grace,
      sourceCloud: route.source.cloud ?? 'HuaweiCloud',
      restore,
      notBefore: latestOf(this.#previous, this.#options.clock.now()),
      history: pass.submissions,
      maxSubmissions,
      ...(sourceHasResultLists !== undefined && { sourceHasResultLists }),
      ...(compareETags !== undefined && { compareETags }),
    });
  }

  #submit(submissions: Submissions): SubmitKeys | undefined {
    const { send, limiter, taskState, route, clock, signal, remaining, maxKeysPerCall, concurrency } = this.#options;
    if (!this.#submits || send === undefined) return undefined;
    const left = (): number => (signal?.aborted === true ? 0 : remaining());
    const submitter = new Submitter({
      send,
      ...(limiter && { limiter }),
      ...(taskState && { taskState }),
      concurrency,
      maxKeysPerCall,
      syncTaskId: route.sync_task_id,
      remaining: left,
      // What is pending is submitted after the last page.
      reserveMs: this.#reserve / 2,
      random: () => clock.random(),
    });
    const retries = new SubmissionRetries({
      submitter,
      submissions,
      clock,
      remaining: () => left() - this.#reserve,
    });
    return (keys) => retries.submit(keys);
  }
}

/**
 * When the last passes ended: a clock that is behind them has gone back, and would take for young what it took for old.
 *
 * @param now milliseconds since the epoch
 */
function latestOf(previous: Report | undefined, now: number): number | undefined {
  const times = (previous?.trend ?? []).flatMap(({ finished }) =>
    isOfThePast(finished, now) ? [Date.parse(finished)] : [],
  );
  return times.reduce((a, b) => Math.max(a, b), 0);
}

function outcomeOf(reason: StopReason | undefined): ReconcileOutcome {
  if (reason === 'interrupted') return 'stopped';
  return reason === 'overtaken' ? 'leased' : 'continues';
}

/** For the log: numbers, and no name of an object. */
function summaryOf(result: ReconcileResult) {
  const { outcome, reason, report, counts, accepted, failed, pending, calls, ranges, unreadable } = result;
  return {
    outcome,
    ...(reason && { reason }),
    objects: counts.source.objects,
    submitted: submittable(counts).objects,
    accepted,
    failed,
    pending,
    calls,
    ranges,
    ...(unreadable && unreadable.length > 0 && { unreadable: unreadable.length }),
    ...(report && { converged: report.converged, obstacles: report.obstacles }),
  };
}
