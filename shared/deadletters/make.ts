import { AppError, type Problem } from '#shared/errors/base.ts';
import type { ObjectChange } from '#shared/events/object-change.ts';
import { eventTimes, minimalEvent } from '#shared/events/sources.ts';
import { OmsError } from '#shared/oms/errors.ts';
import { checkName, concealEvent, type Redact } from './conceal-event.ts';
import type { DeadLetter, DeadLetterKey } from './document.ts';
import { DEAD_LETTER_LIMITS, DEAD_LETTER_VERSION } from './limits.ts';
import { deadLetterId } from './name.ts';

export type TerminalFailure = { readonly failure: Reason; readonly error: unknown } & (
  | { readonly kind: 'keys'; readonly syncTaskId: string; readonly changes: readonly ObjectChange[] }
  | { readonly kind: 'records'; readonly records: readonly FailedRecord[] }
  | { readonly kind: 'event' }
);

interface Reason {
  readonly code: string;
  readonly remedy: string;
}

interface FailedRecord {
  /** Leads to the record in the event. */
  readonly path: string;
  readonly problem?: Problem;
}

export interface Origin {
  readonly event: unknown;
  readonly functionName: string;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly redact: Redact;
  /** Attempts in vain, this one included; 1 by default. */
  readonly attempts?: number;
  /** When it failed first; milliseconds since the epoch. `now` by default. */
  readonly created?: number;
}

/**
 * The dead letter of a failure. Pure: the same failure of the same event has the same name, whenever it is written.
 *
 * @throws CredentialInNameError where it could not be written without a credential
 */
export function makeDeadLetter(failed: TerminalFailure, origin: Origin): DeadLetter {
  const { redact, now, created = now, attempts = 1 } = origin;
  const minimal = minimalEvent(origin.event, pathsOf(failed));
  const event = concealEvent(minimal.event, redact);
  const eventTime = oldest(eventTimes(minimal.event));
  const { code, remedy } = failed.failure;
  const syncTaskId = failed.kind === 'keys' ? failed.syncTaskId : undefined;
  const requestId = eventTime === undefined ? origin.requestId : undefined;
  const oms = omsOf(failed.error, redact);
  const problems = problemsOf(failed, minimal.paths);
  const keys =
    failed.kind === 'keys' ? failed.changes.map((change) => keyOf(change, minimal.paths, redact)) : undefined;
  return {
    version: DEAD_LETTER_VERSION,
    id: deadLetterId({
      kind: failed.kind,
      syncTaskId,
      code,
      event,
      requestId,
      keys: minimal.event === origin.event ? keys : undefined,
    }),
    kind: failed.kind,
    created: new Date(created).toISOString(),
    last_failed: new Date(now).toISOString(),
    ...(eventTime === undefined ? {} : { event_time: eventTime }),
    attempts,
    // A failed invocation or an older document may hold anybody's text here.
    function: short(origin.functionName, redact),
    request_id: short(origin.requestId, redact),
    code,
    message: messageOf(failed.error, redact),
    remedy,
    ...(oms === undefined ? {} : { oms }),
    ...(problems.length === 0 ? {} : { problems }),
    ...(syncTaskId === undefined || keys === undefined ? {} : { sync_task_id: syncTaskId, keys }),
    event,
  };
}

function pathsOf(failed: TerminalFailure): string[] {
  if (failed.kind === 'event') return [''];
  return (failed.kind === 'keys' ? failed.changes : failed.records).map(({ path }) => path);
}

function oldest(times: readonly string[]): string | undefined {
  if (times.length === 0) return undefined;
  const earliest = times.map((text) => Date.parse(text)).reduce((a, b) => Math.min(a, b));
  const time = new Date(earliest).toISOString();
  // An offset can lead out of the years of four digits.
  return /^\d{4}-/.test(time) ? time : undefined;
}

function keyOf(change: ObjectChange, paths: ReadonlyMap<string, string>, redact: Redact): DeadLetterKey {
  const { time, size, etag, sequencer, versionId } = change;
  return {
    bucket: checkName(change.bucket, redact),
    key: checkName(change.key, redact),
    path: redact(paths.get(change.path) ?? change.path),
    ...(time === undefined ? {} : { event_time: redact(time) }),
    ...(size === undefined ? {} : { size }),
    ...(etag === undefined ? {} : { etag: redact(etag) }),
    ...(sequencer === undefined ? {} : { sequencer: redact(sequencer) }),
    ...(versionId === undefined ? {} : { version_id: redact(versionId) }),
  };
}

/** Quotes only errors that are thrown on purpose: others may hold anything. */
function messageOf(error: unknown, redact: Redact): string {
  const message = error instanceof AppError ? error.message : 'An unexpected error; see the log of the request.';
  return short(message, redact);
}

function short(text: string, redact: Redact): string {
  return redact(text).slice(0, DEAD_LETTER_LIMITS.message);
}

function omsOf(error: unknown, redact: Redact): DeadLetter['oms'] {
  if (!(error instanceof OmsError)) return undefined;
  const { omsStatus, omsErrorCode, omsErrorMsg, requestId } = error;
  const conceal = (text: string): string => short(text, redact);
  return {
    ...(omsStatus === undefined ? {} : { status: omsStatus }),
    ...(omsErrorCode === undefined ? {} : { error_code: conceal(omsErrorCode) }),
    ...(omsErrorMsg === undefined ? {} : { error_msg: conceal(omsErrorMsg) }),
    ...(requestId === undefined ? {} : { request_id: conceal(requestId) }),
  };
}

/** Problems of the records, with their paths in the document's event. */
function problemsOf(failed: TerminalFailure, paths: ReadonlyMap<string, string>): Problem[] {
  if (failed.kind !== 'records') return [];
  return failed.records.slice(0, DEAD_LETTER_LIMITS.problems).flatMap(({ path, problem }) => {
    if (problem === undefined) return [];
    const { rule, message } = problem;
    return [{ path: `${paths.get(path) ?? path}${problem.path.slice(path.length)}`, rule, message }];
  });
}
