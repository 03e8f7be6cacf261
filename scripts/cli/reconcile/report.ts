import { makeReport, type Report } from '#shared/reconcile/report/report.ts';
import type { ReconcileOptions, ReconcileResult } from '#shared/reconcile/run-options.ts';

/**
 * The report of a run, also of one that did not come to its end.
 *
 * @param times milliseconds since the epoch
 */
export function reportOf(
  result: ReconcileResult,
  { route, grace, id = '' }: Pick<ReconcileOptions, 'route' | 'grace' | 'id'>,
  times: { readonly started: number; readonly finished: number },
): Report {
  if (result.report) return { ...result.report, ...(result.plan && { plan: result.plan }) };
  const { source, destination, sync_task_id: syncTaskId, name = syncTaskId } = route;
  const { counts, accepted, failed, pending, calls } = result;
  const prefix = source.prefix === undefined ? {} : { prefix: source.prefix };
  return makeReport({
    route: name,
    syncTaskId,
    pass: 1,
    id,
    ...times,
    runs: 1,
    source: { bucket: source.bucket, ...prefix },
    destination: { bucket: destination?.bucket ?? '', ...prefix },
    counts,
    complete: false,
    emptySourceConfirmed: true,
    stopped: [],
    grace,
    accepted,
    failed,
    pending,
    calls,
    knownFailures: 0,
  });
}
