import { InvocationError } from '../errors.ts';
import type { ExecutionResult } from '../types.ts';

/** Why an asynchronous invocation was given up; the platform's own words are not documented. */
export type FailureCondition = 'RetriesExhausted' | 'EventAgeExceeded';

/**
 * What a destination for failures receives.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0390.html
 */
export interface DestinationRecord {
  readonly timestamp: string;
  readonly request_context: {
    readonly request_id: string;
    readonly function_urn: string;
    readonly condition: FailureCondition;
    /** More than 1: it was retried. */
    readonly approximate_invoke_count: number;
  };
  readonly request_payload: unknown;
  readonly response_context: { readonly status_code: number; readonly function_error: string };
  readonly response_payload: unknown;
}

/** Makes the record of a failed asynchronous invocation. */
export function destinationRecord(failed: {
  readonly requestId: string;
  readonly urn: string;
  /** JSON text. */
  readonly event: string;
  readonly attempts: number;
  readonly condition: FailureCondition;
  /** Of the last attempt; absent when there was none. */
  readonly result: ExecutionResult | InvocationError | undefined;
  /** When it was accepted; milliseconds since the epoch. */
  readonly time: number;
}): DestinationRecord {
  const { result } = failed;
  const payload = result instanceof InvocationError ? result.message : result?.payload;
  return {
    timestamp: new Date(failed.time).toISOString(),
    request_context: {
      request_id: failed.requestId,
      function_urn: failed.urn,
      condition: failed.condition,
      approximate_invoke_count: failed.attempts,
    },
    request_payload: json(failed.event),
    response_context: { status_code: statusOf(result), function_error: functionErrorOf(result) },
    response_payload: payload === undefined ? null : json(payload),
  };
}

function statusOf(result: ExecutionResult | InvocationError | undefined): number {
  if (result === undefined) return 0;
  return result instanceof Error ? result.status : 500;
}

function functionErrorOf(result: ExecutionResult | InvocationError | undefined): string {
  if (result === undefined) return '';
  if (result instanceof Error) return result.code;
  return result.outcome === 'error' ? String(result.code) : result.outcome;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
