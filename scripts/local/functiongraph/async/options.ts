import type { ExecutionResult } from '../types.ts';
import type { DestinationRecord, PayloadStyle } from './destination.ts';

export interface AsyncTarget {
  readonly urn: string;
  /** Version or `!alias` that it was invoked with; `latest` unless given. */
  readonly qualifier?: string;
  /** 0 to 3. */
  readonly maxRetries: number;
  /** Seconds. */
  readonly maxEventAge: number;
  readonly execute: (requestId: string, event: string) => Promise<ExecutionResult>;
  /** Takes what is given up; resolves when it is kept there. Absent: it is gone. */
  readonly destination?: Destination;
}

/**
 * Resolves when the record is kept.
 * @param accepted milliseconds since the epoch; the same each time the record is offered again
 */
export type Destination = (record: DestinationRecord, accepted: number, signal: AbortSignal) => Promise<void>;

export interface AsyncQueueOptions {
  readonly journal: string;
  readonly concurrency: number;
  readonly now: () => number;
  readonly retryDelay: (retry: number) => number;
  readonly destinationAttempts: number;
  readonly destinationDelay: (attempt: number) => number;
  readonly timeZone: string;
  readonly payloads?: PayloadStyle;
  readonly onFailure: (key: string, record: DestinationRecord) => void;
  readonly onDestinationError: (key: string, requestId: string, error: Error, last: boolean) => void;
  readonly hold?: boolean;
  readonly onError: (error: Error) => void;
}
