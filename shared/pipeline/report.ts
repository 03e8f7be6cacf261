import { AppError } from '#shared/errors/base.ts';
import type { NormalisedEvent } from '#shared/events/object-change.ts';
import type { Logger } from '#shared/logging/logger.ts';
import type { Filtered } from './filter.ts';
import { failedOf } from './outcome.ts';
import { recordAt } from './record-at.ts';
import type { Routed } from './route.ts';
import type { Submitted } from './submit.ts';

/** What one invocation did; also its result and its log line. Counts, except `ms`. */
export interface Summary {
  /** Records of the event: changes, ignored and rejected together. */
  readonly records: number;
  readonly changes: number;
  /** Records that are no creation of an object, and objects that must not be replicated. */
  readonly ignored: number;
  /** Records that could not be read. */
  readonly rejected: number;
  /** Changes that no route matches. */
  readonly unrouted: number;
  /** Keys to be sent: each pair of sync task and key once. */
  readonly submitted: number;
  readonly accepted: number;
  readonly failed: number;
  readonly calls: number;
  readonly ms: number;
}

export interface Results {
  readonly event: unknown;
  readonly normalised: NormalisedEvent;
  readonly filtered: Filtered;
  readonly routed: Routed;
  readonly submitted: Submitted;
  readonly ms: number;
}

/** Keys were not accepted that a retry of the invocation may bring through. */
export class SubmitFailedError extends AppError {
  override readonly name = 'SubmitFailedError';
  readonly summary: Summary;

  constructor(summary: Summary, retryable: number, cause: unknown) {
    const counts = `${retryable} of ${summary.submitted} keys`;
    super(503, 'OmsSync.SubmitFailed', `OMS did not accept ${counts}; a retry may succeed.`, { cause });
    this.summary = summary;
  }
}

/**
 * Logs what an invocation did and decides whether it failed: it did where a retry can cure something. What no retry
 * can cure (a record that cannot be read, a key that OMS refuses) is logged with all that an engineer needs to
 * repair it, and does not make the platform repeat the rest.
 *
 * @throws SubmitFailedError
 */
export function report({ event, normalised, filtered, routed, submitted, ms }: Results, log: Logger): Summary {
  const failed = failedOf(submitted.outcomes);
  const summary: Summary = {
    records: normalised.records,
    changes: normalised.changes.length,
    ignored: normalised.ignored.length + filtered.ignored.length,
    rejected: normalised.rejected.length,
    unrouted: routed.unrouted.length,
    submitted: submitted.outcomes.length,
    accepted: submitted.outcomes.length - failed.length,
    failed: failed.length,
    calls: submitted.calls,
    ms,
  };
  for (const { path, reason, eventName } of normalised.ignored)
    log.debug('record ignored', { path, reason, event_name: eventName });
  for (const { change, reason } of filtered.ignored)
    log.debug('record ignored', { path: change.path, reason, bucket: change.bucket, key: change.key });
  for (const { path, problem, error } of normalised.rejected)
    log.error('record rejected', { path, error_code: error.code, problem, record: recordAt(event, path), error });
  for (const { path, bucket, key } of routed.unrouted) log.warn('no route matches', { path, bucket, key });
  for (const { index, error, retryable } of failed) {
    const item = routed.routed[index];
    const fields = {
      path: item?.change.path,
      bucket: item?.change.bucket,
      key: item?.change.key,
      sync_task_id: item?.syncTaskId,
      retryable,
      error,
    };
    if (retryable) log.warn('key not accepted', fields);
    else log.error('key refused', fields);
  }
  log.info('summary', { ...summary });
  const curable = failed.filter(({ retryable }) => retryable);
  if (curable.length > 0) throw new SubmitFailedError(summary, curable.length, curable[0]?.error);
  return summary;
}

/** How much of a foreign event's shape is logged. Names only: what it holds is not known, so neither is its secrecy. */
const SHOWN_NAMES = 20;

/** Logs the shape of an event that is no notification, by which an engineer tells what the trigger delivers. */
export function reportUnrecognised(event: unknown, log: Logger): void {
  const names = typeof event === 'object' && event !== null ? Object.keys(event).slice(0, SHOWN_NAMES) : undefined;
  log.error('event not recognised', { type: Array.isArray(event) ? 'array' : typeof event, names });
}
