import type { FailureKind } from './failures.ts';

/** Outcome of one key. */
export type KeyOutcome = AcceptedKey | FailedKey;

interface AcceptedKey {
  readonly index: number;
  readonly status: 'accepted';
}

export interface FailedKey {
  readonly index: number;
  readonly status: 'failed';
  /** An AppError, except where a defect of ours is the cause. */
  readonly error: unknown;
  /** Meaning of the error for this key. */
  readonly failure: FailureKind;
  /** Whether the same key may be accepted later, without anybody naming it again; as `failure` has it. */
  readonly retryable: boolean;
}

/** The failed ones, in order. */
export function failedOf(outcomes: readonly KeyOutcome[]): FailedKey[] {
  return outcomes.filter((outcome) => outcome.status === 'failed');
}
