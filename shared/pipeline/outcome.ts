/** What became of one key. */
export type KeyOutcome = AcceptedKey | FailedKey;

export interface AcceptedKey {
  readonly index: number;
  readonly status: 'accepted';
}

export interface FailedKey {
  readonly index: number;
  readonly status: 'failed';
  /** An AppError, except where a defect of ours is the cause. */
  readonly error: unknown;
  /** Whether the same key may be accepted later, with nothing changed by an engineer. */
  readonly retryable: boolean;
}

/** The failed ones, in order. */
export function failedOf(outcomes: readonly KeyOutcome[]): FailedKey[] {
  return outcomes.filter((outcome) => outcome.status === 'failed');
}
