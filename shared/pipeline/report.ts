import { AppError } from '#shared/errors/base.ts';
import type { NormalisedEvent, ObjectChange } from '#shared/events/object-change.ts';
import { CappedLog } from '#shared/logging/capped-log.ts';
import type { Logger } from '#shared/logging/logger.ts';
import { classify } from './failures.ts';
import type { Filtered } from './filter.ts';
import { failedOf } from './outcome.ts';
import type { Routed } from './route.ts';
import { writeFailure, writeRoutingRecord } from './routing-record.ts';
import type { Submitted } from './submit.ts';
import type { TerminalItem } from './terminal.ts';
import type { DeadLetterResult } from './write-dead-letters.ts';

/** Counts of one invocation, and `ms`; also its result and its log line. */
export interface Summary {
  /** Records of the event: changes, ignored and rejected together. */
  readonly records: number;
  readonly changes: number;
  /** Records that are no creation of an object, and objects that must not be replicated. */
  readonly ignored: number;
  readonly rejected: number;
  readonly unrouted: number;
  /** Changes, one per route, that another of the same sync task and key made superfluous. */
  readonly duplicates: number;
  readonly submitted: number;
  readonly accepted: number;
  readonly failed: number;
  /** Keys and records, or the event as a whole, that dead letters hold. */
  readonly dead_lettered: number;
  readonly calls: number;
  readonly ms: number;
}

export interface Results {
  readonly event: unknown;
  readonly normalised: NormalisedEvent;
  readonly unrecognised?: AppError | undefined;
  readonly filtered: Filtered;
  readonly routed: Routed;
  /** Those of the changes that no route matches whose bucket no route names. */
  readonly misdirected: readonly ObjectChange[];
  readonly submitted: Submitted;
  readonly deadLettered: readonly DeadLetterResult[];
  /** Names the settings that decided the routing (digestOfRouting); asked only where the invocation fails. */
  readonly routing: () => string;
  readonly ms: number;
}

/** Keys were not accepted that a retry of the invocation may bring through. */
export class SubmitFailedError extends AppError {
  override readonly name = 'SubmitFailedError';
  readonly summary: Summary;

  /**
   * @param record for redrive, which reads it from the failure destination (routing-record.ts)
   * @param retryable keys that were not accepted
   */
  constructor(record: string, summary: Summary, retryable: number, cause: unknown) {
    const counts = `${retryable} of ${summary.submitted} keys`;
    super(
      503,
      'OmsSync.SubmitFailed',
      `${record} ${writeFailure(classify(cause).code)} OMS did not accept ${counts}; a retry may succeed.`,
      { cause },
    );
    this.summary = summary;
  }
}

/**
 * Something can never be accepted as it is, and no dead letter holds it: the platform must keep the event. Its retry
 * writes the dead letter, or its failure destination has the event.
 */
export class DeadLetterFailedError extends AppError {
  override readonly name = 'DeadLetterFailedError';
  readonly retryable = true;
  readonly summary: Summary;

  /**
   * @param record for redrive, which reads it from the failure destination (routing-record.ts)
   * @param lost keys and records that no dead letter holds
   */
  constructor(record: string, summary: Summary, lost: number, cause: unknown) {
    const what = lost === 1 ? '1 failure that is final has' : `${lost} failures that are final have`;
    const keys = summary.submitted === 0 ? '' : `; OMS accepted ${summary.accepted} of ${summary.submitted} keys`;
    const why = cause instanceof AppError ? ` ${cause.message}` : '';
    super(503, 'OmsSync.DeadLetterFailed', `${record} ${what} no dead letter${keys}.${why}`, { cause });
    this.summary = summary;
  }
}

/**
 * Logs what an invocation did and decides whether it failed: it did where a retry can cure something, or where nothing
 * would hold what it could not do. What no retry can cure (a record that cannot be read, a key that OMS refuses) is in
 * a dead letter and in the log with all that an engineer needs to repair it, and does not make the platform repeat the
 * rest.
 *
 * @throws SubmitFailedError, DeadLetterFailedError
 */
export function report(results: Results, log: Logger): Summary {
  const { normalised, filtered, routed, submitted, deadLettered, ms } = results;
  const failed = failedOf(submitted.outcomes);
  const summary: Summary = {
    records: normalised.records,
    changes: normalised.changes.length,
    ignored: normalised.ignored.length + filtered.ignored.length,
    rejected: normalised.rejected.length,
    unrouted: routed.unrouted.length,
    duplicates: routed.duplicates,
    submitted: submitted.outcomes.length,
    accepted: submitted.outcomes.length - failed.length,
    failed: failed.length,
    dead_lettered: sum(deadLettered, ({ name, items }) => (name === undefined ? 0 : items.length)),
    calls: submitted.calls,
    ms,
  };
  logRecords(results, log);
  log.info('summary', { ...summary });
  const record = () => writeRoutingRecord(summary.submitted, results.routing());
  const curable = failed.filter(({ retryable }) => retryable);
  if (curable.length > 0) throw new SubmitFailedError(record(), summary, curable.length, curable[0]?.error);
  const lost = deadLettered.filter(({ name }) => name === undefined);
  if (lost.length > 0)
    throw new DeadLetterFailedError(
      record(),
      summary,
      sum(lost, ({ items }) => items.length),
      lost[0]?.error,
    );
  return summary;
}

/** One line for whatever was not simply accepted, and one for those of a kind that are too many. */
function logRecords({ event, normalised, unrecognised, filtered, ...results }: Results, log: Logger): void {
  const { routed, misdirected, submitted, deadLettered } = results;
  const names = new Map<TerminalItem, string>();
  for (const { name, items } of deadLettered) if (name !== undefined) for (const item of items) names.set(item, name);
  if (unrecognised)
    log.error('event not recognised', { ...shapeOf(event), dead_letter: names.get(unrecognised), error: unrecognised });
  const lines = new CappedLog(log);
  for (const { path, reason, eventName } of normalised.ignored)
    lines.write('debug', 'record ignored', reason, () => ({ path, reason, event_name: eventName }));
  for (const { path, doubt, eventName, ...change } of filtered.kept)
    if (doubt !== undefined)
      lines.write('warn', 'record taken for a creation', doubt, () => ({
        path,
        reason: doubt,
        event_name: eventName,
        ...objectOf(change),
      }));
  for (const { change, reason } of filtered.ignored)
    lines.write('debug', 'record ignored', reason, () => ({ path: change.path, reason, ...objectOf(change) }));
  for (const rejected of normalised.rejected) {
    const { path, problem, error } = rejected;
    lines.write('error', 'record rejected', error.code, () => {
      const fields = { path, error_code: error.code, problem, record: recordAt(event, path) };
      return { ...fields, dead_letter: names.get(rejected), error };
    });
  }
  const unknown = new Set(misdirected);
  for (const change of routed.unrouted) {
    const fields = () => ({ path: change.path, ...objectOf(change) });
    if (unknown.has(change))
      lines.write('error', 'no route names the bucket', '', () => ({ ...fields(), dead_letter: names.get(change) }));
    else lines.write('warn', 'no route matches', '', fields);
  }
  for (const key of failedOf(submitted.outcomes)) {
    const { index, error, failure, retryable } = key;
    const fields = () => {
      const item = routed.routed[index];
      return {
        path: item?.change.path,
        bucket: item?.change.bucket,
        key: item?.change.key,
        sync_task_id: item?.syncTaskId,
        retryable,
        failure: failure.code,
        remedy: failure.remedy,
      };
    };
    if (retryable) lines.write('warn', 'key not accepted', failure.code, () => ({ ...fields(), error }));
    else lines.write('error', 'key refused', failure.code, () => ({ ...fields(), dead_letter: names.get(key), error }));
  }
  for (const { name, failed, items, error } of deadLettered)
    if (name === undefined)
      lines.write('error', 'dead letter not written', failed.failure.code, () => ({
        failure: failed.failure.code,
        count: items.length,
        error,
      }));
  lines.end();
}

function objectOf({ bucket, key }: Pick<ObjectChange, 'bucket' | 'key'>): {
  readonly bucket: string;
  readonly key: string;
} {
  return { bucket, key };
}

/** How much of a foreign event's shape is logged. Names only: what it holds is not known, so neither is its secrecy. */
const SHOWN_NAMES = 20;

/** The shape of an event that is no notification, by which an engineer tells what the trigger delivers. */
function shapeOf(event: unknown): { readonly type: string; readonly names: string[] | undefined } {
  const names = typeof event === 'object' && event !== null ? Object.keys(event).slice(0, SHOWN_NAMES) : undefined;
  return { type: Array.isArray(event) ? 'array' : typeof event, names };
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}

const STEP = /[^.[\]]+/g;

/**
 * The record of an event that a path such as `Records[2]` or `events[0]` names, for the log: what could not be read has
 * no other description.
 *
 * @returns the whole event for an empty path, undefined where there is nothing
 */
export function recordAt(event: unknown, path: string): unknown {
  let value = event;
  for (const [step] of path.matchAll(STEP)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}
