import type { MetricsInput } from '#shared/observability/metrics/exposition.ts';
import type { RouteStatus, StatusReport, Waiting } from '#shared/observability/status/report.ts';
import type { Report } from '#shared/reconcile/report/report.ts';

export const NOON = '2026-11-30T12:00:00.000Z';
export const NOTHING: Waiting = { count: 0, complete: true, oldest: null, sampled: 0, causes: [] };

/** What metrics are read from: nothing waits, and one route that has made no pass. */
export function metricsInput(
  waiting: Partial<StatusReport['waiting']> = {},
  reports: Readonly<Record<string, Report>> = {},
  routes: readonly string[] = ['photos'],
): MetricsInput {
  const timer = { last: null, every_seconds: null, late: false };
  const status: StatusReport = {
    status: 'healthy',
    at: NOON,
    threshold_seconds: 900,
    reasons: [],
    waiting: { platform: NOTHING, failed_invocations: NOTHING, dead_letters: NOTHING, parked: NOTHING, ...waiting },
    last_redrive: { ended: NOON, remains: false, stopped: null },
    redrive_timer: { name: 'redrive', ...timer },
    routes: routes.map(
      (route): RouteStatus => ({
        route,
        sync_task_id: 'task-1',
        status: 'healthy',
        reasons: [],
        source: { bucket: 'from', prefix: '', state: 'answers' },
        destination: { bucket: 'to', state: 'answers' },
        task: { state: 'running', detail: '' },
        oms: { count: 0, oldest: null },
        last_pass: null,
        timer: { name: 'reconcile', ...timer },
      }),
    ),
  };
  return { status, reports: new Map(Object.entries(reports)) };
}
