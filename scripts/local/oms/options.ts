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
  readonly dataDir: string;
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
  readonly now?: () => number;
  readonly random?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly resolveEndpoint: (cloud: string, region: string, bucket: string) => string;
  /** The vendor does not say how it decodes keys; `form` by default. */
  readonly keyDecoding?: KeyDecoding;
  /** The vendor says both 10 and 100; 10 by default. */
  readonly maxKeysPerCall?: number;
  readonly taskQuota?: number;
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
  readonly copyAttempts?: number;
  /**
   * Milliseconds: how often the restoration of an archived source object is looked at (5,000 by default), and after how
   * long it counts as failed (180,000). The object keeps its place among the copies under way meanwhile.
   */
  readonly restore?: { readonly poll?: number; readonly timeout?: number };
  readonly queueLimit?: number;
  readonly closeGrace?: number;
  readonly resultLists?: ResultListOptions;
  readonly faults?: FaultPlan;
  readonly faultDraw?: Draw;
  readonly onCopied?: (copied: CopiedObject) => void;
  readonly log?: (line: string) => void;
}

interface CopiedObject {
  readonly taskId: string;
  readonly key: string;
  readonly outcome: Outcome;
  readonly size: number;
  readonly reason?: FailureReason;
  readonly queuedAt: number;
  readonly finishedAt: number;
}

interface OmsStats {
  readonly requests: number;
  readonly calls: number;
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
  idle(): Promise<void>;
  stats(): OmsStats;
  faults(): FaultState;
  setFaults(plan: FaultPlan | undefined): void;
  /** Ends what is under way within the grace period; what is not copied by then is copied after the next start. */
  close(): Promise<void>;
}
