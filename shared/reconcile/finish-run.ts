import { submittable } from './compare/counts.ts';
import { type KnownTask, showKnownTask } from './oms-task.ts';
import type { Conclusion, RunContext } from './pass/run-control.ts';
import { type Plan, planOf } from './report/plan.ts';
import { makeReport, type Report, refusedRows } from './report/report.ts';
import type { ReconcileOutcome, ReconcileResult, StopReason } from './run-options.ts';

/**
 * Somebody must do something before the pass goes on, which may take days: until then its report must stand where that
 * of the pass before stood, which may say that all is well.
 */
const STUCK: ReadonlySet<StopReason | undefined> = new Set(['listing_failed', 'oms_unavailable']);

export interface RunEnd {
  readonly conclusion: Conclusion;
  readonly task: KnownTask;
  /** The run leaves a checkpoint and reports. */
  readonly keepsPass: boolean;
}

/**
 * Writes the report where the pass has one to give, and closes the pass where it is over.
 *
 * @throws ObjectStoreError where the report cannot be written
 */
export async function finishRun(context: RunContext, end: RunEnd): Promise<ReconcileResult> {
  const { options, pass, control, submit } = context;
  const { state } = options;
  const { stop, over, complete } = end.conclusion;
  const { accepted, failed, pending, calls, ranges } = pass.totals();
  const reports = over || STUCK.has(stop?.reason) || !submit;
  // A pass that goes on has proved nothing, though there may be nothing left to judge.
  const proved = complete && (over || !submit);
  const report = reports ? await reportOf(context, end, proved) : undefined;
  const plan = report && !submit ? planFor(context, report) : undefined;
  if (state && report && plan) await state.writePlan({ ...report, plan });
  else if (state && report && end.keepsPass) {
    await state.writeReport(report, isBasis(context, report));
    pass.over = over;
    // The next run finds out that the pass is over where this save fails.
    if (over) await control.save();
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
function isBasis({ previous }: RunContext, { complete, obstacles }: Report): boolean {
  return complete && !(obstacles.includes('empty_source') && previous !== undefined);
}

/** The report of the pass, as far as it has come. */
async function reportOf(context: RunContext, { task }: RunEnd, complete: boolean): Promise<Report> {
  const { options, pass, destination, previous, lag, emptySourceConfirmed } = context;
  // Written already, by a run that was killed before it could say so.
  if (complete && previous?.id === pass.head.id) return previous;
  const { route, clock, grace } = options;
  const after = await showKnownTask(options);
  const finished = clock.now();
  const { accepted, failed, pending, calls } = pass.totals();
  const { prefix } = route.source;
  const place = (bucket: string) => ({ bucket, ...(prefix !== undefined && { prefix }) });
  return makeReport({
    route: route.name ?? route.sync_task_id,
    syncTaskId: route.sync_task_id,
    pass: pass.head.pass,
    id: pass.head.id,
    started: Date.parse(pass.head.started),
    finished,
    runs: pass.head.runs,
    source: place(route.source.bucket),
    destination: place(destination),
    counts: pass.counts(),
    complete,
    emptySourceConfirmed,
    stopped: pass.activeRanges.flatMap(({ fault }) => {
      if (!fault) return [];
      const { passing: _, error: __, ...stopped } = fault;
      return [stopped];
    }),
    grace,
    rules: task.rules,
    rulesAssumed: task.assumed,
    accepted,
    failed,
    refused: pass.refused(),
    pending,
    calls,
    ...(pass.head.oms_before && after.counters && { oms: { before: pass.head.oms_before, after: after.counters } }),
    knownFailures: await knownFailures(context, after),
    objective: options.objective,
    lagSince: lag.since,
    ...(previous && { changedSince: Date.parse(previous.started), previous }),
  });
}

/** Dead letters are what OMS never accepted; its own counter has what it accepted and could not copy. */
async function knownFailures({ options, previous, control }: RunContext, { counters }: KnownTask): Promise<number> {
  if (!previous) return 0;
  const before = previous.oms?.after.failed ?? Number.POSITIVE_INFINITY;
  const ofOms = Math.max(0, (counters?.failed ?? 0) - before);
  try {
    // An estimate must not take the time that the report needs.
    if (!(options.remaining() > control.reserve / 2)) return ofOms;
    return ofOms + ((await options.knownFailures?.(Date.parse(previous.started))) ?? 0);
  } catch (error) {
    options.log.warn('known failures not counted', { error });
    return ofOms;
  }
}

function planFor({ options, pass }: RunContext, { source, destination }: Report): Plan {
  const { maxKeysPerCall, callsPerSecond, adviseAbove } = options;
  return planOf({
    sourceObjects: source.objects,
    destinationObjects: destination.objects,
    submit: submittable(pass.counts()),
    keysPerCall: maxKeysPerCall,
    callsPerSecond,
    ...(adviseAbove !== undefined && { adviseAbove }),
  });
}

function outcomeOf(reason: StopReason | undefined): ReconcileOutcome {
  if (reason === 'interrupted') return 'stopped';
  return reason === 'overtaken' ? 'leased' : 'continues';
}
