import type { DeadLetter } from '#shared/deadletters/document.ts';
import { makeDeadLetter } from '#shared/deadletters/make.ts';
import { deadLetterName } from '#shared/deadletters/name.ts';
import { normaliseEvent } from '#shared/events/sources.ts';
import { classify, FAILURES, type FailureCode } from '#shared/pipeline/failures.ts';
import { FORM } from './key-encodings.ts';
import { omsError } from './oms-error.ts';
import { NOW, PREFIXES, type RedriveWorld, STATE_BUCKET } from './redrive-world.ts';

/** The notification of an upload, its key written as OBS writes it. */
export function record(key: string, bucket = 'source', time = '2026-10-01T11:00:00.000Z') {
  return {
    eventTime: time,
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key).replaceAll('%20', '+'), size: 1 } },
  };
}

export interface LetterOptions {
  readonly code?: FailureCode;
  readonly syncTaskId?: string;
  readonly attempts?: number;
  /** Milliseconds since the epoch. */
  readonly created?: number;
  readonly lastFailed?: number;
  readonly requestId?: string;
}

/** A dead letter as on-object-created writes it for keys that OMS refused. */
export function keysLetter(event: object, options: LetterOptions = {}): DeadLetter {
  const { code = 'OmsSync.KeyRefused', syncTaskId = 'task-1', attempts = 1 } = options;
  const { created = NOW - 3_600_000, lastFailed = created, requestId = 'request-1' } = options;
  const { changes } = normaliseEvent(event, FORM);
  const failed = {
    kind: 'keys',
    syncTaskId,
    changes,
    failure: FAILURES[code],
    error: omsError(400, 'OMS.0064'),
  } as const;
  return makeDeadLetter(failed, {
    event,
    functionName: 'on-object-created',
    requestId,
    now: lastFailed,
    created,
    attempts,
    redact: (text) => text,
  });
}

/** A dead letter of records that could not be read, or of an event that is no notification. */
export function eventLetter(event: unknown, options: LetterOptions = {}): DeadLetter {
  const { attempts = 1, created = NOW - 3_600_000, lastFailed = created, requestId = 'request-1' } = options;
  const origin = {
    event,
    functionName: 'on-object-created',
    requestId,
    now: lastFailed,
    created,
    attempts,
    redact: (text: string) => text,
  };
  try {
    const { rejected } = normaliseEvent(event, FORM);
    const error = rejected[0]?.error;
    return makeDeadLetter({ kind: 'records', records: rejected, failure: classify(error), error }, origin);
  } catch (error) {
    return makeDeadLetter({ kind: 'event', failure: classify(error), error }, origin);
  }
}

/** The document that FunctionGraph writes of an event that it gave up. */
export function failedInvocation(event: unknown, requestId = 'request-1') {
  return {
    timestamp: '2026-10-01T19:00:00.000Z+08:00',
    request_context: {
      request_id: requestId,
      function_urn: 'urn:fss:cn-north-4:p:function:default:oms-sync-on-object-created:latest',
      condition: 'RetriesExhausted',
      approximate_invoke_count: 4,
    },
    request_payload: event,
    response_context: { status_code: 200, function_error: '400' },
    response_payload: { errorType: 'SubmitFailedError', errorMessage: 'OMS did not accept 1 of 1 keys.' },
  };
}

/** Puts a dead letter where on-object-created would. */
export function seedLetter(world: RedriveWorld, letter: DeadLetter, prefix = PREFIXES.deadLetters): string {
  const name = `${prefix}${deadLetterName(letter)}`;
  world.store.seed(STATE_BUCKET, name, JSON.stringify(letter));
  return name;
}

export function seedFailed(world: RedriveWorld, event: unknown, requestId = 'request-1'): string {
  const name = `${PREFIXES.failedInvocations}on-object-created/2026-10-01T11-00-00Z-${requestId}.json`;
  world.store.seed(STATE_BUCKET, name, JSON.stringify(failedInvocation(event, requestId)));
  return name;
}
