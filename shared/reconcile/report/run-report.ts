import type { KnownTask } from '../oms-task.ts';
import type { Pass } from '../pass/pass.ts';
import type { ReconcileOptions } from '../run-options.ts';
import { makeReport, type Report } from './report.ts';

export interface RunReportInput {
  readonly options: Pick<ReconcileOptions, 'route' | 'grace'>;
  readonly pass: Pass;
  /** Milliseconds since the epoch. */
  readonly finished: number;
  readonly complete: boolean;
  readonly emptySourceConfirmed: boolean;
  /** What OMS said of the task when the run began, and what it says now. */
  readonly task: KnownTask;
  readonly after: KnownTask;
  readonly knownFailures: number;
  readonly previous: Report | undefined;
}

/** The report of a pass, as far as it has come. */
export function reportOf(input: RunReportInput): Report {
  const { options, pass, task, after, previous } = input;
  const { route } = options;
  const { prefix } = route.source;
  const { accepted, failed, pending, calls } = pass.totals();
  const place = (bucket: string) => ({ bucket, ...(prefix === undefined ? {} : { prefix }) });
  return makeReport({
    route: route.name ?? route.sync_task_id,
    syncTaskId: route.sync_task_id,
    pass: pass.head.pass,
    id: pass.head.id,
    started: Date.parse(pass.head.started),
    finished: input.finished,
    runs: pass.head.runs,
    source: place(route.source.bucket),
    destination: place(route.destination?.bucket ?? ''),
    counts: pass.counts(),
    complete: input.complete,
    emptySourceConfirmed: input.emptySourceConfirmed,
    stopped: pass.slots.flatMap(({ fault }) => {
      if (!fault) return [];
      const { passing: _, error: __, ...stopped } = fault;
      return [stopped];
    }),
    grace: options.grace,
    rules: task.rules,
    rulesAssumed: task.assumed,
    accepted,
    failed,
    refused: pass.refused(),
    pending,
    calls,
    ...(pass.omsBefore && after.counters && { oms: { before: pass.omsBefore, after: after.counters } }),
    knownFailures: input.knownFailures,
    ...(previous && { changedSince: Date.parse(previous.started), previous }),
  });
}
