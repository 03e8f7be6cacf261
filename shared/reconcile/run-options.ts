import type { Objective } from '#shared/config/objective.ts';
import type { Clock } from '#shared/http/clock.ts';
import type { KeyFinder, Lister } from '#shared/listing/lister.ts';
import type { Logger } from '#shared/logging/logger.ts';
import type { LogKeys } from '#shared/pipeline/accepted-trace.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import type { SubmitOptions } from '#shared/pipeline/submit.ts';
import type { Counts } from './compare/counts.ts';
import type { Finding } from './compare/verdict.ts';
import type { TaskFacts } from './oms-task.ts';
import type { ReconcileState } from './pass/state.ts';
import type { Plan } from './report/plan.ts';
import type { RefusedRow, Report } from './report/report.ts';
import type { Submissions } from './submit/submissions.ts';

export type ReconcileRoute = Pick<Route, 'name' | 'source' | 'destination' | 'sync_task_id'>;

export interface ReconcileOptions {
  readonly route: ReconcileRoute;
  /** Lists the source bucket. The same object may list both. */
  readonly source: Lister & KeyFinder;
  readonly destination: Lister;
  /** Reads the task at OMS, at the beginning and at the end of a pass. Without it the default rules are assumed. */
  readonly showTask?: (() => Promise<TaskFacts>) | undefined;
  /** Sends keys, as in {@link SubmitOptions}. Without it nothing is submitted: the same as `dryRun`. */
  readonly send?: SubmitOptions['send'] | undefined;
  readonly limiter?: SubmitOptions['limiter'] | undefined;
  readonly taskState?: SubmitOptions['taskState'] | undefined;
  readonly maxKeysPerCall: number;
  /** Whether the log names accepted objects. */
  readonly logKeys?: LogKeys | undefined;
  /** Most calls at a time, of all workers together. */
  readonly concurrency: number;
  /** The configured rate, for the plan. */
  readonly callsPerSecond: number;
  /** Objects to submit above which the plan advises a migration task. */
  readonly adviseAbove?: number | undefined;
  /** Checkpoints, lease and reports. Without it a run knows of no other and leaves nothing. */
  readonly state?: ReconcileState | undefined;
  readonly clock: Clock;
  /** Milliseconds that are left. */
  readonly remaining: () => number;
  /** Milliseconds to leave for the last checkpoint and the report; 10 seconds, or a quarter of a shorter time. */
  readonly reserveMs?: number | undefined;
  readonly workers: number;
  /** Milliseconds: what differs and is younger may still be on its way. */
  readonly grace: number;
  /** Share of the objects that are to arrive within a time; the default of RECONCILE_OBJECTIVE where it is left out. */
  readonly objective?: Objective | undefined;
  /** Most submissions of an object whose source stays the same; {@link MAX_SUBMISSIONS} where it is left out. */
  readonly maxSubmissions?: number | undefined;
  /** Memory of earlier submissions, where no `state` keeps it. */
  readonly submissions?: Submissions | undefined;
  /** Submits nothing, writes nothing. */
  readonly dryRun: boolean;
  /** Begins a new pass whatever the checkpoint says. */
  readonly restart?: boolean | undefined;
  /** The caller knows that the source bucket is meant to be empty. */
  readonly sourceIsEmpty?: boolean | undefined;
  /** The source bucket is the destination of another route, so that OMS writes its lists there. */
  readonly sourceHasResultLists?: boolean | undefined;
  /** False where a bucket is encrypted with KMS: its ETags are no checksums. True by default. */
  readonly compareETags?: boolean | undefined;
  /** Source objects that are known to have failed since a moment, in milliseconds since the epoch; see estimateLoss. */
  readonly knownFailures?: ((since: number) => Promise<number>) | undefined;
  /** Names the pass that this run begins, and the run itself; unique. Made by chance where it is left out. */
  readonly id?: string | undefined;
  /** Milliseconds for which other runs keep away without hearing of this one; two minutes where it is left out. */
  readonly leaseMs?: number | undefined;
  /** Ends the run: what is done is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Told of everything that is not the same, page by page; the pages of one range come in order. */
  readonly onFindings?: ((findings: readonly Finding[]) => void) | undefined;
  readonly onProgress?: ((progress: ReconcileProgress) => void) | undefined;
  readonly log: Logger;
}

export interface ReconcileProgress {
  /** Source objects that were judged. */
  readonly objects: number;
  readonly calls: number;
  readonly submitted: number;
  readonly accepted: number;
  readonly failed: number;
  readonly currentKey: string;
  readonly rangesDone: number;
  readonly ranges: number;
  /** Source objects of the last complete pass. */
  readonly estimatedTotal?: number;
}

export type ReconcileOutcome =
  /** The pass is over; its report says whether it was complete and what it proves. */
  | 'completed'
  /** The next run goes on from the checkpoint. */
  | 'continues'
  /** Another run is at work on this route. */
  | 'leased'
  /** The caller's signal ended it. */
  | 'stopped';

export type StopReason =
  | 'deadline'
  | 'interrupted'
  /** Submitting failed in a way that time may cure: OMS is down, the task is stopped, permissions are missing. */
  | 'oms_unavailable'
  /** A listing failed in a way that time may cure. */
  | 'listing_failed'
  /** The checkpoint could not be written. */
  | 'state_unavailable'
  /** Another run took over. */
  | 'overtaken';

export interface ReconcileResult {
  readonly outcome: ReconcileOutcome;
  readonly reason?: StopReason;
  /** The error that ended the run, where one did. */
  readonly error?: unknown;
  /** Report of the pass; an incomplete one where a listing or submitting fails, or a dry run ends early. */
  readonly report?: Report;
  /** The cost of submitting; only a dry run tells. */
  readonly plan?: Plan;
  /** Memory of submissions, for later runs. */
  readonly submissions?: Submissions;
  /** Names of documents of the state bucket that could not be read: they count as if they were not there. */
  readonly unreadable?: readonly string[];
  readonly counts: Counts;
  readonly accepted: number;
  readonly failed: number;
  readonly pending: number;
  readonly failures: readonly RefusedRow[];
  readonly calls: { readonly list: number; readonly events: number };
  readonly ranges: { readonly done: number; readonly total: number };
}
