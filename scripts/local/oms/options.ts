import type { Accounts } from '../accounts.ts';
import type { Draw } from '../faults/draw.ts';
import type { FaultState } from '../faults/injector.ts';
import type { FaultPlan } from '../faults/plan.ts';
import type { IssuedTokens } from '../iam/tokens.ts';
import type { FailureReason } from './copy-object.ts';
import type { Outcome } from './counters.ts';
import type { KeyDecoding } from './keys.ts';
import type { ResultListOptions } from './result-lists.ts';
import type { OverwriteMode } from './task.ts';

export interface OmsOptions {
  /** Folder for tasks, counters and what waits to be copied. */
  readonly dataDir: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly host?: string;
  readonly region: string;
  readonly projectId: string;
  readonly accounts: Accounts;
  /** IAM tokens that `X-Auth-Token` may hold; none by default. */
  readonly tokens?: IssuedTokens;
  /**
   * The actions that an access key may use, for example `oms:synctask:createEvent`; undefined allows all.
   * https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html, "Authorization Information"
   */
  readonly permissions?: (accessKey: string) => ReadonlySet<string> | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Returns a number in [0, 1). */
  readonly random?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** S3 endpoint of a bucket of a cloud. */
  readonly resolveEndpoint: (cloud: string, region: string, bucket: string) => string;
  /** The vendor does not say how it decodes keys; `form` by default. */
  readonly keyDecoding?: KeyDecoding;
  /** The vendor says both 10 and 100; 10 by default. */
  readonly maxKeysPerCall?: number;
  readonly taskQuota?: number;
  /** Whether CreateSyncTask looks at both buckets first; true by default. */
  readonly checkBuckets?: boolean;
  /** The answer to an event for a stopped task. Not documented; `refuse` (400) by default. */
  readonly eventsWhileStopped?: 'refuse' | 'accept';
  /**
   * Milliseconds that a start (also that of a new task) and a stop take; 0 by default. In between a task answers the
   * state that it had, since there is no third one, and start, stop and delete are refused.
   */
  readonly startTime?: number;
  readonly stopTime?: number;
  /** Overwrite mode of new tasks: no request sets it, and every documented answer has the default. */
  readonly overwriteMode?: OverwriteMode;
  readonly copyConcurrency?: number;
  /** Tries per object while a bucket is unavailable; 3 by default. */
  readonly copyAttempts?: number;
  /**
   * Milliseconds: how often the restoration of an archived source object is looked at (5,000 by default), and after how
   * long it counts as failed (180,000). The object keeps its place among the copies under way meanwhile.
   */
  readonly restore?: { readonly poll?: number; readonly timeout?: number };
  /** Objects that may wait; an event that would exceed it is answered 503. 100,000 by default. */
  readonly queueLimit?: number;
  /** Milliseconds that `close` gives to copies that are under way; 2,000 by default. */
  readonly closeGrace?: number;
  /** Lists of results in the destination bucket, as OMS writes them. None by default. */
  readonly resultLists?: ResultListOptions;
  /** Faults from the start; `PUT /_faults` changes them while the server runs. None by default. */
  readonly faults?: FaultPlan;
  /** The luck of a fault plan; by default a hash of seed, rule and occurrence. */
  readonly faultDraw?: Draw;
  readonly onCopied?: (copied: CopiedObject) => void;
  readonly log?: (line: string) => void;
}

/** One object whose outcome is known. */
interface CopiedObject {
  readonly taskId: string;
  readonly key: string;
  readonly outcome: Outcome;
  /** Bytes copied. */
  readonly size: number;
  /** Why a failure. */
  readonly reason?: FailureReason;
  /** Milliseconds since the epoch. */
  readonly queuedAt: number;
  readonly finishedAt: number;
}

/** Counts since the start of this server. */
interface OmsStats {
  /** HTTP requests, of any operation and outcome. */
  readonly requests: number;
  /** Events that were accepted. */
  readonly calls: number;
  /** Keys in them. */
  readonly keys: number;
  readonly copied: number;
  readonly skipped: number;
  readonly failed: number;
  readonly bytes: number;
  /** Accepted, outcome not yet known. */
  readonly pending: number;
}

export interface OmsServer {
  readonly url: string;
  readonly port: number;
  /** Resolves when no copy is queued or running. */
  idle(): Promise<void>;
  stats(): OmsStats;
  /** The fault plan and what has come of it. */
  faults(): FaultState;
  /** Does what `PUT /_faults` and `DELETE /_faults` do. */
  setFaults(plan: FaultPlan | undefined): void;
  /** Ends what is under way within the grace period; what is not copied by then is copied after the next start. */
  close(): Promise<void>;
}
