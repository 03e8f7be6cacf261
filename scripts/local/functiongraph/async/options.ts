import type { ExecutionResult } from '../types.ts';
import type { DestinationRecord, PayloadStyle } from './destination.ts';

/** Facts about a deployed function that the queue needs. */
export interface AsyncTarget {
  /** The URN without a version. */
  readonly urn: string;
  /** Version or `!alias` that it was invoked with; `latest` unless given. */
  readonly qualifier?: string;
  /** 0 to 3. */
  readonly maxRetries: number;
  /** Seconds. */
  readonly maxEventAge: number;
  /** Throws InvocationError when the request cannot run at all. */
  readonly execute: (requestId: string, event: string) => Promise<ExecutionResult>;
  /** Takes what is given up; resolves when it is kept there. Absent: it is gone. */
  readonly destination?: Destination;
}

/**
 * Resolves when the record is kept.
 *
 * @param accepted milliseconds since the epoch; the same each time the record is offered again
 */
export type Destination = (record: DestinationRecord, accepted: number, signal: AbortSignal) => Promise<void>;

export interface AsyncQueueOptions {
  readonly journal: string;
  readonly concurrency: number;
  readonly now: () => number;
  /** Milliseconds before the nth retry. */
  readonly retryDelay: (retry: number) => number;
  /** How often a destination is tried before the record is lost. */
  readonly destinationAttempts: number;
  /** Milliseconds after the nth attempt at a destination. */
  readonly destinationDelay: (attempt: number) => number;
  /** Time zone of the timestamps in records. */
  readonly timeZone: string;
  readonly payloads?: PayloadStyle;
  /** Told of every invocation that is given up, before its destination takes it. */
  readonly onFailure: (key: string, record: DestinationRecord) => void;
  /** Told of an attempt at a destination that failed, and whether it was the last one. */
  readonly onDestinationError: (key: string, requestId: string, error: Error, last: boolean) => void;
  /** Whether nothing is run until `release`. */
  readonly hold?: boolean;
  /** The journal cannot be written. */
  readonly onError: (error: Error) => void;
}
