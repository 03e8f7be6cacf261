import { AppError, type Problem } from '#shared/errors/base.ts';
import { type FailedKey, failedOf, type KeyOutcome } from '#shared/pipeline/outcome.ts';
import type { HttpReply } from '#shared/platform/gateway-event.ts';

interface KeyResult {
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

/** No key was accepted, for several causes: the answer is that of one of them and lists all. */
export class NothingAcceptedError extends AppError {
  override readonly name = 'NothingAcceptedError';
  readonly #publicMessage: string;

  /** @param cause gives status, code and message */
  constructor(cause: AppError, details: readonly Problem[]) {
    super(cause.status, cause.code, cause.message, {
      cause,
      details,
      ...(cause.retryAfter === undefined ? {} : { retryAfter: cause.retryAfter }),
    });
    this.#publicMessage = cause.publicMessage;
  }

  override get publicMessage(): string {
    return this.#publicMessage;
  }
}

/**
 * 200 when every key was accepted, 207 when some were.
 *
 * @param list name of the request's list, for the paths of problems
 * @throws the cause when none was: the one that a retry can cure where there is one, else the first
 */
export function toReply(syncTaskId: string, list: string, outcomes: readonly KeyOutcome[]): HttpReply {
  const failed = failedOf(outcomes);
  if (failed.length > 0 && failed.length === outcomes.length) throw causeOf(list, failed);
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

function causeOf(list: string, failed: readonly FailedKey[]): unknown {
  const cause = (failed.find(({ retryable }) => retryable) ?? failed[0])?.error;
  const results = failed.map(toResult);
  const shared = new Set(results.map(({ error_code }) => error_code)).size === 1;
  if (shared || !(cause instanceof AppError)) return cause;
  const details = results.map(({ index, error_code, error_msg }) => ({
    path: `${list}[${index}]`,
    rule: error_code,
    message: error_msg,
  }));
  return new NothingAcceptedError(cause, details);
}

interface FailedResult extends KeyResult {
  readonly error_code: string;
  readonly error_msg: string;
}

function toResult({ index, error }: FailedKey): FailedResult {
  return error instanceof AppError
    ? { index, status: 'failed', error_code: error.code, error_msg: error.publicMessage }
    : { index, status: 'failed', error_code: 'OmsSync.Internal', error_msg: 'See the function log.' };
}
