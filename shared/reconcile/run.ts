import { randomUUID } from 'node:crypto';
import { DEFAULT_OBJECTIVE } from '#shared/config/objective.ts';
import { AppError } from '#shared/errors/base.ts';
import { AcceptedTrace } from '#shared/pipeline/accepted-trace.ts';
import { ObjectComparer } from './compare/compare-object.ts';
import { noCounts, submittable } from './compare/counts.ts';
import type { LagWindow } from './compare/lag.ts';
import { isOfThePast, STATE_LIMITS } from './document-limits.ts';
import { finishRun } from './finish-run.ts';
import { isTaskOf, type KnownTask, showKnownTask } from './oms-task.ts';
import { readCheckpoint } from './pass/checkpoint.ts';
import { Checkpointer } from './pass/checkpointer.ts';
import { Lease } from './pass/lease.ts';
import { Pass } from './pass/pass.ts';
import { RunControl } from './pass/run-control.ts';
import { NewerCheckpointError } from './pass/state.ts';
import { workPass } from './pass/work-pass.ts';
import { latestEnd, type Report } from './report/report.ts';
import { routeDigest } from './route-identity.ts';
import type { ReconcileOptions, ReconcileResult } from './run-options.ts';
import { MAX_SUBMISSIONS, type Submissions } from './submit/submissions.ts';
import { SubmissionRetries, type SubmitKeys, Submitter } from './submit/submitter.ts';

export class NoDestinationError extends AppError {
  override readonly name = 'NoDestinationError';

  constructor() {
    super(400, 'OmsSync.NoDestination', 'The route names no destination bucket: set destination.bucket in ROUTES.');
  }
}

/** Most milliseconds left for what is under way, the last checkpoint and the report. */
const RESERVE_MS = 10_000;

/**
 * Compares the two buckets of a route and submits what differs, while it lists. A pass may take several runs: each
 * resumes from the checkpoint of the one before, and ends before its time is up.
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
  const destination = route.destination?.bucket;
  if (destination === undefined) throw new NoDestinationError();
  if (dryRun || send === undefined || state === undefined) return await run(options, destination);
  const id = options.id ?? randomUUID();
  const lease = new Lease({ state, nonce: id, clock, leaseMs: options.leaseMs, log });
  if (!(await lease.take())) return LEASED;
  try {
    return await run({ ...options, id }, destination, lease);
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

/** Makes one run. Without a lease it leaves nothing in the state bucket. */
async function run(options: ReconcileOptions, destination: string, lease?: Lease): Promise<ReconcileResult> {
  const { state, log, route, clock, remaining } = options;
  const reserve = options.reserveMs ?? Math.min(RESERVE_MS, Math.max(0, remaining()) / 4);
  const previous = await state?.readComplete(clock.now());
  const document = await state?.readCheckpoint();
  const task = await showKnownTask(options);
  if (!isTaskOf(task, route.source.bucket, destination))
    log.warn('sync task of other buckets', { task_buckets: task.buckets, source: route.source.bucket });
  const pass = startPass(document?.text, lease === undefined, previous?.pass ?? 0, task, options);
  for (const [name, reason] of state?.unreadable ?? []) log.warn('document not read', { document: name, reason });
  const checkpointer = lease && state && new Checkpointer({ state, lease, pass, etag: document?.etag, log });
  const control = new RunControl({ options, reserve, save: async () => await checkpointer?.save() });
  // Said once, it holds for as long as the source lists nothing.
  const confirmedBefore = previous?.source.objects === 0 && previous.converged;
  const trace = new AcceptedTrace(options.logKeys);
  const context = {
    options,
    pass,
    comparer: comparerOf(options, task, pass, previous),
    destination,
    previous,
    lag: lagWindow(pass, previous, options),
    emptySourceConfirmed: options.sourceIsEmpty === true || confirmedBefore,
    submit: submitterOf(options, pass.submissions, reserve, trace),
    control,
  };
  const conclusion = await workPass(context).finally(() => trace.write(log));
  const result = await finishRun(context, { conclusion, task, keepsPass: checkpointer !== undefined });
  log.info('reconcile', { route: route.name ?? route.sync_task_id, pass: pass.head.pass, ...summaryOf(result) });
  return result;
}

/**
 * The pass to work at: that of the checkpoint, or the next one where it is over or cannot be gone on with.
 *
 * @param last number of the last complete pass; 0 where there was none
 * @throws NewerCheckpointError
 */
function startPass(
  text: string | undefined,
  isDry: boolean,
  last: number,
  { counters }: KnownTask,
  { route, state, clock, log, restart, submissions: remembered, id = randomUUID() }: ReconcileOptions,
): Pass {
  const digest = routeDigest(route);
  const begin = (before: number, submissions?: Submissions): Pass => {
    // Begins anew behind the last number that is read again.
    const pass = before < STATE_LIMITS.passes ? before + 1 : 1;
    const head = { route: digest, pass, id, started: new Date(clock.now()).toISOString() };
    return Pass.begin({ ...head, ...(counters && { oms_before: counters }) }, submissions);
  };
  if (text === undefined) return begin(last, remembered);
  const read = readCheckpoint(text, digest);
  const isReadable = read.checkpoint && isOfThePast(read.checkpoint.started, clock.now());
  if (!isReadable) {
    const reason = read.checkpoint ? 'corrupt' : read.reason;
    if (reason === 'newer_version') throw new NewerCheckpointError();
    if (reason === 'corrupt') state?.note('checkpoint.json', 'wrong_form');
    log.warn('pass restarted', { reason });
    return begin(last);
  }
  const pass = new Pass(read.checkpoint);
  const { head, isComplete, over } = pass;
  if (restart === true || isDry || over)
    return begin(Math.max(head.pass, last), pass.submissions.next(isComplete, Date.parse(head.started)));
  if (read.restarted.length > 0) log.warn('ranges restarted', { reason: 'corrupt', ranges: read.restarted.length });
  return pass.resumed();
}

/** Milliseconds: a first pass measures the lag of the changes of a day. */
const FIRST_LOOK_BACK = 86_400_000;

/** In whole seconds, as stores tell times: what arrived in the second in which a pass began may not be in its listing. */
function lagWindow(pass: Pass, previous: Report | undefined, { objective }: ReconcileOptions): LagWindow {
  const secondOf = (time: string): number => Math.floor(Date.parse(time) / 1000) * 1000;
  const asOf = secondOf(pass.head.started);
  const since = previous ? Math.min(asOf, secondOf(previous.started)) : asOf - FIRST_LOOK_BACK;
  return { since, asOf, within: (objective ?? DEFAULT_OBJECTIVE).seconds * 1000 };
}

function comparerOf(
  options: ReconcileOptions,
  { rules, restore }: KnownTask,
  pass: Pass,
  previous: Report | undefined,
): ObjectComparer {
  const { route, sourceHasResultLists, compareETags, maxSubmissions = MAX_SUBMISSIONS } = options;
  return new ObjectComparer({
    rules,
    graceMs: options.grace,
    sourceCloud: route.source.cloud ?? 'HuaweiCloud',
    restore,
    // A clock that is behind earlier passes has gone back, and would take for young what it took for old.
    notBefore: latestEnd(previous, options.clock.now()),
    history: pass.submissions,
    maxSubmissions,
    ...(sourceHasResultLists !== undefined && { sourceHasResultLists }),
    ...(compareETags !== undefined && { compareETags }),
  });
}

/** @returns undefined where nothing is to be submitted */
function submitterOf(
  options: ReconcileOptions,
  submissions: Submissions,
  reserve: number,
  trace: AcceptedTrace,
): SubmitKeys | undefined {
  const { send, dryRun, limiter, taskState, route, clock, signal, remaining, maxKeysPerCall, concurrency } = options;
  if (dryRun || send === undefined) return undefined;
  const left = (): number => (signal?.aborted === true ? 0 : remaining());
  const submitter = new Submitter({
    send,
    ...(limiter && { limiter }),
    ...(taskState && { taskState }),
    concurrency,
    maxKeysPerCall,
    syncTaskId: route.sync_task_id,
    onAccepted: (key, requestId) =>
      trace.add({ syncTaskId: route.sync_task_id, bucket: route.source.bucket, key, requestId }),
    remaining: left,
    // Pending keys are submitted after the last page.
    reserveMs: reserve / 2,
    random: () => clock.random(),
  });
  const retries = new SubmissionRetries({ submitter, submissions, clock, remaining: () => left() - reserve });
  return (keys) => retries.submit(keys);
}

/** Numbers for the log, and no name of an object. */
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
