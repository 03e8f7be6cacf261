import { InvocationError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { offsetAt } from '../timers/zone.ts';
import type { ExecutionResult } from '../types.ts';

/** Why an asynchronous invocation was given up; the platform's own words are not documented. */
export type FailureCondition = 'RetriesExhausted' | 'EventAgeExceeded';

export interface Failure {
  readonly condition: FailureCondition;
  readonly status: number;
  readonly error: string;
  readonly payload?: string;
}

/**
 * The record that a destination for failures receives.
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0390_03.html
 */
export interface DestinationRecord {
  /** When the invocation started, in the vendor's form: `2020-08-20T12:00:00.000Z+08:00`, which Date cannot parse. */
  readonly timestamp: string;
  readonly request_context: {
    readonly request_id: string;
    readonly function_urn: string;
    readonly condition: FailureCondition;
    /** More than 1: it was retried. */
    readonly approximate_invoke_count: number;
  };
  readonly request_payload: unknown;
  readonly response_context: {
    /** "If the code is not 200, a system error occurred": an error that the function throws is none. */
    readonly status_code: number;
    readonly function_error: string;
  };
  readonly response_payload: unknown;
}

/**
 * How payloads stand in the record: the vendor's example shows a text, and nothing says which, so a reader takes both.
 */
export type PayloadStyle = 'value' | 'text';

/** Sums up the last attempt of an invocation that is given up; there may have been none. */
export function failureOf(condition: FailureCondition, result: ExecutionResult | InvocationError | undefined): Failure {
  if (result === undefined) return { condition, status: 0, error: '' };
  if (result instanceof InvocationError)
    return { condition, status: result.status, error: result.code, payload: result.message };
  const thrown = result.outcome === 'error';
  return {
    condition,
    status: thrown ? 200 : 500,
    error: thrown ? String(result.code) : result.outcome,
    // "The return value of a function in asynchronous mode cannot exceed 256 KB; otherwise, an empty value will be
    // returned."
    payload: Buffer.byteLength(result.payload) > LIMITS.asyncRequestBytes ? '' : result.payload,
  };
}

export function destinationRecord(failed: {
  readonly requestId: string;
  readonly urn: string;
  readonly qualifier?: string;
  readonly event: string;
  readonly attempts: number;
  readonly failure: Failure;
  readonly time: number;
  readonly timeZone: string;
  readonly payloads?: PayloadStyle;
}): DestinationRecord {
  const { failure, payloads = 'value' } = failed;
  const show = (text: string): unknown => (payloads === 'text' ? text : jsonOf(text));
  return {
    timestamp: timestamp(failed.time, failed.timeZone),
    request_context: {
      request_id: failed.requestId,
      function_urn: `${failed.urn}:${failed.qualifier ?? 'latest'}`,
      condition: failure.condition,
      approximate_invoke_count: failed.attempts,
    },
    request_payload: show(failed.event),
    response_context: { status_code: failure.status, function_error: failure.error },
    response_payload: failure.payload === undefined ? null : show(failure.payload),
  };
}

/** Local time, an unfounded Z, and the offset: as in the vendor's example. */
function timestamp(time: number, timeZone: string): string {
  const offset = offsetAt(time, timeZone);
  const minutes = Math.abs(Math.round(offset / 60_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  return `${new Date(time + offset).toISOString()}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
