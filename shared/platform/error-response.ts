import { isAppError, type Problem } from '#shared/errors/base.ts';
import { MethodNotAllowedError } from '#shared/errors/http.ts';
import { GATEWAY_LIMITS, type HttpReply } from './gateway-event.ts';
import { toGatewayResponse } from './json-response.ts';
import type { Middleware } from './stack.ts';

export interface ErrorEnvelope {
  readonly error_code: string;
  readonly error_msg: string;
  readonly request_id: string;
  /** One entry per problem; never holds a value. */
  readonly details?: readonly Problem[];
}

/**
 * Makes the answer to an error. Messages, stacks and causes of unexpected errors stay in the log.
 *
 * @param requestId of the invocation, under which an engineer finds its log
 */
export function toErrorReply(error: unknown, requestId: string | undefined): HttpReply {
  const request_id = requestId ?? '';
  if (!isAppError(error)) {
    const error_msg = 'The request could not be completed. See the function log.';
    return { status: 500, body: { error_code: 'OmsSync.Internal', error_msg, request_id } satisfies ErrorEnvelope };
  }
  const headers: Record<string, string> = {};
  if (error instanceof MethodNotAllowedError) headers['allow'] = error.allow.join(', ');
  if (error.status === 429 || error.status === 503 || error.retryAfter !== undefined)
    headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfter ?? GATEWAY_LIMITS.retryAfter)));
  const body: ErrorEnvelope = {
    error_code: error.code,
    error_msg: error.publicMessage,
    request_id,
    ...(error.status < 500 && error.details !== undefined && error.details.length > 0
      ? { details: error.details.map(({ path, rule, message }) => ({ path, rule, message })) }
      : {}),
  };
  return { status: error.status, body, headers };
}

/** Turns every error into the envelope; the only place of an HTTP function that does. */
export function errorResponse(): Middleware {
  return {
    onError: function writeErrorResponse(request) {
      const { log, requestId } = request.context;
      const reply = toErrorReply(request.error, requestId);
      request.response = toGatewayResponse(reply, (text) => log.redact(text));
    },
  };
}
