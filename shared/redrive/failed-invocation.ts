import { type Fields, field, isFields, optionalText } from '#shared/events/fields.ts';
import type { DeadLetterFailedError, SubmitFailedError } from '#shared/pipeline/report.ts';
import { type RoutingRecord, readFailure, readRoutingRecord } from '#shared/pipeline/routing-record.ts';
import { readBoundedJson } from '#shared/validation/bounded-json.ts';
import { REDRIVE_LIMITS } from './limits.ts';

/** The part of FunctionGraph's document on a failed asynchronous invocation that is needed to repeat it. */
export interface FailedInvocation {
  /** The event as the function got it. */
  readonly event: unknown;
  /** When the invocation began, milliseconds since the epoch; undefined where the text is no time. */
  readonly time: number | undefined;
  readonly requestId: string | undefined;
  readonly functionUrn: string | undefined;
  /** Error of the last attempt, in the function's or the platform's words. */
  readonly cause: string | undefined;
  /** Code of the failure that the last attempt ended with; undefined where the error does not tell. */
  readonly failure: string | undefined;
  /** Result of the routing then; undefined where the error does not tell. */
  readonly routing: RoutingRecord | undefined;
}

/** The vendor's own example has both: `2020-08-20T12:00:00.000Z+08:00`. The offset is then the one that counts. */
const Z_AND_OFFSET = /Z(?=[+-]\d\d:\d\d$)/;
/** The names of what on-object-created throws when it has routed an event. */
const ROUTED: readonly string[] = ['SubmitFailedError', 'DeadLetterFailedError'] satisfies readonly (
  | SubmitFailedError
  | DeadLetterFailedError
)['name'][];
/** Characters that are looked at: more than a message quotes, for secrets are taken out before it is cut. */
const CAUSE_LENGTH = 10_000;

/**
 * Reads a document of a failure destination. Only the request context and the event are asked for; the vendor says of
 * the rest what it means, not what is always there, and writes `statusCode` where its example has `status_code`.
 *
 * @returns undefined where it is another document
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0390.html
 */
export function readFailedInvocation(document: unknown): FailedInvocation | undefined {
  const context = field(document, 'request_context');
  if (!isFields(document) || !isFields(context) || !Object.hasOwn(document, 'request_payload')) return undefined;
  const message = routedMessage(readPayload(field(document, 'response_payload')));
  return {
    event: readPayload(field(document, 'request_payload')),
    time: readTimestamp(optionalText(document, 'timestamp')),
    requestId: optionalText(context, 'request_id'),
    functionUrn: optionalText(context, 'function_urn'),
    cause: readCause(document, context),
    failure: message === undefined ? undefined : readFailure(message),
    routing: message === undefined ? undefined : readRoutingRecord(message),
  };
}

/**
 * The payload is shown as a text in the vendor's example, so it may be the event itself or the event's JSON. A text that
 * is not readable stays one: it is no notification, and a dead letter will hold it.
 */
function readPayload(payload: unknown): unknown {
  if (typeof payload !== 'string') return payload;
  const read = readBoundedJson(payload, REDRIVE_LIMITS.documentValues);
  return 'reason' in read ? payload : read.value;
}

function readTimestamp(text: string | undefined): number | undefined {
  const time = Date.parse(text?.replace(Z_AND_OFFSET, '') ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** The message of an error that on-object-created threw after it had routed the event. */
function routedMessage(response: unknown): string | undefined {
  if (!ROUTED.includes(optionalText(response, 'errorType') ?? '')) return undefined;
  return (optionalText(response, 'errorMessage') ?? '').slice(0, CAUSE_LENGTH);
}

function readCause(document: Fields, context: Fields): string | undefined {
  const payload = readPayload(field(document, 'response_payload'));
  const parts = [
    optionalText(context, 'condition'),
    optionalText(payload, 'errorMessage') ?? optionalText(field(document, 'response_context'), 'function_error'),
  ];
  const cause = parts.filter((part) => part !== undefined).join(': ');
  return cause === '' ? undefined : cause.slice(0, CAUSE_LENGTH);
}

/**
 * True for the invocations of functions that are called by a timer or over HTTP: their events name no objects, and
 * what they did is done again by their next call.
 */
export function isCallOfOtherFunction(event: unknown): boolean {
  const trigger = field(event, 'trigger_type');
  return trigger === 'TIMER' || trigger === 'HTTP' || optionalText(event, 'httpMethod') !== undefined;
}
