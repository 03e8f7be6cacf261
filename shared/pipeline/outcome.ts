import type { FailureKind } from './failures.ts';

export type KeyOutcome = AcceptedKey | FailedKey;

interface AcceptedKey {
  readonly index: number;
  readonly status: 'accepted';
  /** OMS's id of the call; absent where it answered none. */
  readonly requestId?: string;
}

export interface FailedKey {
  readonly index: number;
  readonly status: 'failed';
  /** An AppError, except where a defect of ours is the cause. */
  readonly error: unknown;
  readonly failure: FailureKind;
  /** Whether the same key may be accepted later, without anybody naming it again; as `failure` has it. */
  readonly retryable: boolean;
}

export function failedOf(outcomes: readonly KeyOutcome[]): FailedKey[] {
  return outcomes.filter((outcome) => outcome.status === 'failed');
}
