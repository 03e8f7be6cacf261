import type { Accounts } from '../accounts.ts';
import type { BucketTrigger } from '../obs/server.ts';
import type { DestinationRecord, PayloadStyle } from './async/destination.ts';
import type { GatewayOptions } from './gateway/options.ts';
import type { LogLine } from './types.ts';

export interface FunctionGraphOptions extends GatewayOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly gatewayPort: number;
  readonly host?: string;
  readonly region: string;
  readonly projectId: string;
  readonly accounts: Accounts;
  readonly now?: () => number;
  readonly log?: (line: LogLine) => void;
  /**
   * Instances of one function. Given, a synchronous call beyond it gets 429; left out, 16, and further calls wait
   * in line up to the platform's 100 concurrent executions.
   */
  readonly maxInstancesPerFunction?: number;
  readonly asyncConcurrency?: number;
  /**
   * Milliseconds before the nth retry of an asynchronous invocation (n from 1). The vendor documents how many there are
   * and for how long, not the time in between: 200 ms, doubled each time, unless given.
   */
  readonly retryDelay?: (retry: number) => number;
  /**
   * Receives the triggers of buckets that the API has created, always all of them: once at the start when there are any,
   * and after each change.
   */
  readonly onBucketTriggers?: (triggers: BucketTrigger[]) => void;
  readonly objectStore?: string;
  /**
   * How often a destination is tried before the record is lost, 10 by default. What the platform does when a destination
   * does not take a record is not documented.
   */
  readonly destinationAttempts?: number;
  readonly destinationDelay?: (attempt: number) => number;
  readonly destinationPayloads?: PayloadStyle;
  readonly onAsyncFailure?: (key: string, record: DestinationRecord) => void;
  readonly idleInstance?: number;
  /**
   * Accepts asynchronous requests and keeps them back until `release()`: functions that are there from an earlier run may
   * have to be deployed anew before anything runs on them. They run at once unless it is given.
   */
  readonly hold?: boolean;
  /**
   * The respect in which a version must differ from the one published last, or publishing fails (FSS.1016): code or settings
   * ("no changes have been made"), or the code ("the function code … has not been changed"). The vendor says both;
   * `change` unless given.
   */
  readonly publishing?: 'change' | 'code';
  readonly random?: () => number;
}
