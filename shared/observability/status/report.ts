import type { Cause } from '../station.ts';

/** From the best to the worst; what is known to be wrong counts more than what is not known. */
export const STATUSES = ['healthy', 'unknown', 'behind', 'stuck'] as const;
export type Status = (typeof STATUSES)[number];

/** Why a status is not healthy. */
export interface Reason extends Cause {
  readonly status: Exclude<Status, 'healthy'>;
}

export const PLACES = ['platform', 'failed_invocations', 'dead_letters', 'parked'] as const;
export type Place = (typeof PLACES)[number];

export interface CauseCount {
  readonly code: string;
  readonly remedy: string;
  /** Documents of the sample that have it. */
  readonly documents: number;
}

/** Things that wait in one place. */
export interface Waiting {
  /** Invocations or documents; null where nobody could count them. */
  readonly count: number | null;
  /** Whether all were counted: otherwise there are more. */
  readonly complete: boolean;
  /** ISO 8601: since when the oldest waits; null where nothing says so. */
  readonly oldest: string | null;
  /** Documents that were read for the causes. */
  readonly sampled: number;
  /** Causes of the sample, the most frequent first. */
  readonly causes: readonly CauseCount[];
}

export interface PassStatus {
  readonly started: string;
  readonly finished: string;
  readonly complete: boolean;
  readonly converged: boolean;
  readonly differences: number;
  readonly in_flight: number;
  /** Notifications lost without a trace, by changed objects, 0 to 1; null where the pass cannot tell. */
  readonly loss_rate: number | null;
}

export interface TimerStatus {
  readonly name: 'redrive' | 'reconcile';
  /** ISO 8601: when the last run left its report or its checkpoint; null where none is known. */
  readonly last: string | null;
  /** Seconds between two runs; null where serverless.yml has no such timer. */
  readonly every_seconds: number | null;
  readonly late: boolean;
}

export interface RouteStatus {
  readonly route: string;
  readonly sync_task_id: string;
  readonly status: Status;
  readonly reasons: readonly Reason[];
  readonly source: { readonly bucket: string; readonly prefix: string; readonly state: 'answers' | 'unknown' };
  readonly destination: { readonly bucket: string | null; readonly state: 'answers' | 'unknown' };
  readonly task: { readonly state: 'running' | 'stopped' | 'not_found' | 'unknown'; readonly detail: string };
  /** Objects that OMS accepted and has not finished, by its counters of the month. */
  readonly oms: { readonly count: number | null; readonly oldest: string | null };
  readonly last_pass: PassStatus | null;
  readonly timer: TimerStatus;
}

interface RedriveStatus {
  readonly ended: string;
  readonly remains: boolean;
  readonly stopped: string | null;
}

/** Whether replication keeps up: the answer of GET /status and of `oms-sync status --json`. */
export interface StatusReport {
  readonly status: Status;
  /** ISO 8601. */
  readonly at: string;
  /** Seconds that something may wait. */
  readonly threshold_seconds: number;
  /** Reasons that concern every route, such as documents in the state bucket. */
  readonly reasons: readonly Reason[];
  readonly waiting: Readonly<Record<Place, Waiting>>;
  readonly last_redrive: RedriveStatus | null;
  readonly redrive_timer: TimerStatus;
  readonly routes: readonly RouteStatus[];
}

export function worstOf(statuses: readonly Status[]): Status {
  return STATUSES[Math.max(0, ...statuses.map((status) => STATUSES.indexOf(status)))] ?? 'unknown';
}
