import type { Counts } from '#shared/reconcile/compare/counts.ts';
import { makeReport, type Report, type ReportInput } from '#shared/reconcile/report/report.ts';

/** The report of a first pass that compared everything and submitted nothing. */
export function reportOf(counts: Counts, more: Partial<ReportInput> = {}): Report {
  return makeReport({
    route: 'r',
    syncTaskId: 't',
    pass: 1,
    id: 'i',
    started: 0,
    finished: 0,
    runs: 1,
    source: { bucket: 'one' },
    destination: { bucket: 'two' },
    counts,
    complete: true,
    emptySourceConfirmed: false,
    stopped: [],
    accepted: 0,
    failed: 0,
    pending: 0,
    calls: { list: 0, events: 0 },
    knownFailures: 0,
    ...more,
  });
}
