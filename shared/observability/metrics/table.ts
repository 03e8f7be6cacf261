import { DIFFERENCES } from '#shared/reconcile/report/convergence.ts';
import type { Report } from '#shared/reconcile/report/report.ts';
import { type Place, type RouteStatus, STATUSES, type StatusReport } from '../status/report.ts';

export interface Metric<Read> {
  /** Without the `_total` of a counter. */
  readonly name: `oms_sync_${string}`;
  readonly type: 'gauge' | 'counter';
  /** Base unit, with which the name ends; absent where it counts nothing that has one. */
  readonly unit?: 'seconds' | 'bytes' | 'ratio' | 'objects';
  readonly help: string;
  /** @returns null or undefined where it is not known: then nothing is written, for 0 would say that all is well */
  readonly read: Read;
}

type ReadWhole = (status: StatusReport) => number | null | undefined;
/** @param report of the route's last pass; undefined where there is none */
type ReadRoute = (route: RouteStatus, report: Report | undefined) => number | null | undefined;

const secondsOf = (time: string | null | undefined): number | undefined =>
  time === null || time === undefined ? undefined : Date.parse(time) / 1000;

const count =
  (place: Place): ReadWhole =>
  ({ waiting }) =>
    waiting[place].count;

/** 0 where nothing waits, so that an alarm on it clears. */
const oldest =
  (place: Place): ReadWhole =>
  ({ at, waiting }) => {
    const { count: waits, oldest: since } = waiting[place];
    if (waits === 0) return 0;
    return since === null ? undefined : Math.max(0, (Date.parse(at) - Date.parse(since)) / 1000);
  };

/** Numbers of the whole: documents and invocations have no route before they are read. */
export const METRICS: readonly Metric<ReadWhole>[] = [
  {
    name: 'oms_sync_platform_invocations',
    type: 'gauge',
    help: 'Invocations that wait or run in FunctionGraph.',
    read: count('platform'),
  },
  {
    name: 'oms_sync_platform_oldest_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Age of the oldest invocation that waits or runs.',
    read: oldest('platform'),
  },
  {
    name: 'oms_sync_failed_invocations',
    type: 'gauge',
    help: 'Invocations that FunctionGraph gave up and that are not redriven.',
    read: count('failed_invocations'),
  },
  {
    name: 'oms_sync_failed_invocations_oldest_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Age of the oldest of them.',
    read: oldest('failed_invocations'),
  },
  {
    name: 'oms_sync_dead_letters',
    type: 'gauge',
    help: 'Dead letters that wait for redrive.',
    read: count('dead_letters'),
  },
  {
    name: 'oms_sync_dead_letters_oldest_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Age of the oldest dead letter.',
    read: oldest('dead_letters'),
  },
  {
    name: 'oms_sync_parked_documents',
    type: 'gauge',
    help: 'Documents that redrive gave up.',
    read: count('parked'),
  },
  {
    name: 'oms_sync_redrive_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'When the last redrive ended.',
    read: ({ last_redrive: last }) => secondsOf(last?.ended),
  },
];

const bytesOfBacklog: ReadRoute = (_route, report) =>
  report && [...DIFFERENCES, 'in_flight' as const].reduce((sum, verdict) => sum + report.verdicts[verdict].bytes, 0);

/** Numbers of each route, those of its last pass unless the help says otherwise. */
export const ROUTE_METRICS: readonly Metric<ReadRoute>[] = [
  {
    name: 'oms_sync_status',
    type: 'gauge',
    help: `Status now: ${STATUSES.map((status, index) => `${index} ${status}`).join(', ')}.`,
    read: ({ status }) => STATUSES.indexOf(status),
  },
  {
    name: 'oms_sync_oms_waiting_objects',
    type: 'gauge',
    unit: 'objects',
    help: 'Objects that OMS has accepted and not finished, now.',
    read: ({ oms }) => oms.count,
  },
  {
    name: 'oms_sync_passes',
    type: 'counter',
    help: 'Passes of reconcile.',
    read: (_route, report) => report?.pass,
  },
  {
    name: 'oms_sync_pass_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'When the pass ended.',
    read: (_route, report) => secondsOf(report?.finished),
  },
  {
    name: 'oms_sync_pass_complete',
    type: 'gauge',
    help: '1 where every object was compared.',
    read: (_route, report) => report && Number(report.complete),
  },
  {
    name: 'oms_sync_converged',
    type: 'gauge',
    help: '1 where the pass proved that the destination has what the source has.',
    read: (_route, report) => report && Number(report.converged),
  },
  {
    name: 'oms_sync_source_objects',
    type: 'gauge',
    unit: 'objects',
    help: 'Objects that the source listed.',
    read: (_route, report) => report?.source.objects,
  },
  {
    name: 'oms_sync_backlog_objects',
    type: 'gauge',
    unit: 'objects',
    help: 'Objects that differed, those in flight included.',
    read: (_route, report) => report && report.differences + report.verdicts.in_flight.objects,
  },
  {
    name: 'oms_sync_backlog_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Size of these objects at the source.',
    read: bytesOfBacklog,
  },
  {
    name: 'oms_sync_submitted_objects',
    type: 'gauge',
    unit: 'objects',
    help: 'Objects that the pass submitted.',
    read: (_route, report) => report?.submitted,
  },
  {
    name: 'oms_sync_refused_objects',
    type: 'gauge',
    unit: 'objects',
    help: 'Objects that were refused for good.',
    read: (_route, report) => report?.failed,
  },
  {
    name: 'oms_sync_loss_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Notifications lost without a trace, by changed objects.',
    read: (_route, report) => report?.loss.rate,
  },
  ...(
    [
      ['requested', 'Objects of all requests'],
      ['succeeded', 'Objects that were copied'],
      ['failed', 'Objects that could not be copied'],
      ['skipped', 'Objects that OMS ignored'],
    ] as const
  ).map(
    ([name, help]): Metric<ReadRoute> => ({
      name: `oms_sync_oms_${name}_objects`,
      type: 'counter',
      unit: 'objects',
      help: `${help}, by the sync task's counter, which begins anew each month.`,
      read: (_route, report) => report?.oms?.after[name],
    }),
  ),
  ...(
    [
      ['p50', 'Half of the changes took no longer'],
      ['p95', '95 % of the changes took no longer'],
      ['p99', '99 % of the changes took no longer'],
      ['max', 'The longest time from a change to its arrival; 0 where nothing changed'],
      ['oldest_waiting', 'Age of the oldest object that had not arrived; 0 where all had'],
    ] as const
  ).map(
    ([name, help]): Metric<ReadRoute> => ({
      name: `oms_sync_lag_${name}_seconds`,
      type: 'gauge',
      unit: 'seconds',
      help: `${help}.`,
      read: (_route, report) => report?.lag?.[name],
    }),
  ),
  {
    name: 'oms_sync_lag_objects',
    type: 'gauge',
    unit: 'objects',
    help: 'Changes whose lag was measured.',
    read: (_route, report) => report?.lag?.count,
  },
  {
    name: 'oms_sync_clock_offset_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: "How far the destination's clock is ahead of the source's.",
    read: (_route, report) => report?.lag?.clock_offset_seconds,
  },
  {
    name: 'oms_sync_objective_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the changes that is to arrive in time.',
    read: (_route, report) => report?.slo?.target,
  },
  {
    name: 'oms_sync_objective_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Time within which they are to arrive.',
    read: (_route, report) => report?.slo?.seconds,
  },
  {
    name: 'oms_sync_within_objective_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the changes of thirty days that arrived in time, where there are enough.',
    read: (_route, report) => report?.slo?.share,
  },
  {
    name: 'oms_sync_error_budget_left_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the error budget of thirty days that is left, where there are enough changes.',
    read: (_route, report) => report?.slo?.budget_left,
  },
];
