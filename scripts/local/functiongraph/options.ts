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
   * Given, a synchronous call beyond it gets 429; left out, 16, and up to 100 executions of the account wait in line.
   */
  readonly maxInstancesPerFunction?: number;
  readonly asyncConcurrency?: number;
  /** Milliseconds before the nth retry, from 1. The vendor does not document them: 200 ms, doubled, unless given. */
  readonly retryDelay?: (retry: number) => number;
  /**
   * Receives all bucket triggers that the API has created: at the start where there are any, after each change.
   */
  readonly onBucketTriggers?: (triggers: BucketTrigger[]) => void;
  readonly objectStore?: string;
  /**
   * How often a destination is tried before the record is lost, 10 by default; the platform's number is not documented.
   */
  readonly destinationAttempts?: number;
  readonly destinationDelay?: (attempt: number) => number;
  readonly destinationPayloads?: PayloadStyle;
  readonly onAsyncFailure?: (key: string, record: DestinationRecord) => void;
  readonly idleInstance?: number;
  /**
   * Keeps asynchronous requests back until `release()`: functions of an earlier run may have to be deployed anew first.
   */
  readonly hold?: boolean;
  /**
   * The respect in which a version must differ (FSS.1016): "no changes have been made" or "the
   * function code … has not been changed". The vendor says both.
   */
  readonly publishing?: 'change' | 'code';
  readonly random?: () => number;
}
