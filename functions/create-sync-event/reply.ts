import { AppError } from '#shared/errors/base.ts';
import type { HttpReply } from '#shared/middleware/gateway-event.ts';
import { type FailedKey, failedOf, type KeyOutcome } from '#shared/pipeline/outcome.ts';

/** What became of one key of the request. */
export interface KeyResult {
  /** Position in `object_keys` or `objects`. */
  readonly index: number;
  readonly status: 'accepted' | 'failed';
  readonly error_code?: string;
  readonly error_msg?: string;
}

export interface CreateSyncEventReply {
  readonly sync_task_id: string;
  readonly accepted: number;
  readonly failed: number;
  readonly results: readonly KeyResult[];
}

/**
 * 200 when every key was accepted, 207 when some were.
 *
 * @throws the cause when none was: the one that a retry can cure where there is one, else the first
 */
export function toReply(syncTaskId: string, outcomes: readonly KeyOutcome[]): HttpReply {
  const failed = failedOf(outcomes);
  const [first] = failed;
  if (first !== undefined && failed.length === outcomes.length)
    throw (failed.find(({ retryable }) => retryable) ?? first).error;
  const body: CreateSyncEventReply = {
    sync_task_id: syncTaskId,
    accepted: outcomes.length - failed.length,
    failed: failed.length,
    results: outcomes.map((outcome) =>
      outcome.status === 'accepted' ? { index: outcome.index, status: 'accepted' } : toResult(outcome),
    ),
  };
  return { status: failed.length === 0 ? 200 : 207, body };
}

function toResult({ index, error }: FailedKey): KeyResult {
  return error instanceof AppError
    ? { index, status: 'failed', error_code: error.code, error_msg: error.publicMessage }
    : { index, status: 'failed', error_code: 'OmsSync.Internal', error_msg: 'See the function log.' };
}
