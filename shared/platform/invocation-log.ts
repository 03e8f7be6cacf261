import { isAppError } from '#shared/errors/base.ts';
import type { GatewayEvent, GatewayResponse } from './gateway-event.ts';
import type { Middleware, StackRequest } from './stack.ts';

/** One line per HTTP request: method, path, status and time; errors with what an engineer needs. */
export function httpLog(now: () => number = Date.now): Middleware {
  const started = new WeakMap<StackRequest, { readonly at: number; readonly fields: Record<string, unknown> }>();
  const write = (request: StackRequest): void => {
    const start = started.get(request);
    const status = (request.response as GatewayResponse | undefined)?.statusCode;
    const fields = { ...start?.fields, status, ms: start && Math.round(now() - start.at) };
    if (request.error === null || request.error === undefined) request.context.log.info('request', fields);
    else if (isExpected(request.error))
      request.context.log.info('request refused', { ...fields, error: request.error });
    else request.context.log.error('request failed', { ...fields, error: request.error });
  };
  return {
    before: function startHttpLog(request) {
      const event = request.event as GatewayEvent | null;
      const fields = {
        method: event?.httpMethod,
        path: event?.path,
        gateway_request_id: event?.requestContext?.requestId,
      };
      started.set(request, { at: now(), fields });
    },
    after: write,
    onError: write,
  };
}

/** A client's mistake is no failure of the function. */
function isExpected(error: unknown): boolean {
  return isAppError(error) && error.status < 500;
}

/** Logs what makes an event function fail and leaves the error: the platform retries the invocation. */
export function failureLog(): Middleware {
  return {
    onError: function logFailure(request) {
      const { log } = request.context;
      log.error('invocation failed', { error: request.error });
      request.error = withoutSecrets(request.error, (text) => log.redact(text));
    },
  };
}

const DEPTH = 5;

/**
 * Makes a thrown value safe for the platform, which prints message and stack and keeps them in the document of the
 * failure destination. Errors that are thrown on purpose hold no secret and are returned as they are; foreign errors
 * may quote anything.
 *
 * @param redact of the invocation's logger
 */
function withoutSecrets(thrown: unknown, redact: (text: string) => string): unknown {
  try {
    if (!textsOf(thrown, 0).some((text) => redact(text) !== text)) return thrown;
    if (!(thrown instanceof Error)) return redact(String(thrown));
    const concealed = new Error(redact(thrown.message));
    concealed.name = redact(thrown.name);
    concealed.stack = redact(thrown.stack ?? '');
    return concealed;
  } catch {
    return new Error('What was thrown cannot be read.');
  }
}

function textsOf(thrown: unknown, depth: number): string[] {
  if (thrown === undefined || depth > DEPTH) return [];
  if (!(thrown instanceof Error)) return [typeof thrown === 'object' ? (JSON.stringify(thrown) ?? '') : String(thrown)];
  return [thrown.name, thrown.message, thrown.stack ?? '', ...textsOf(thrown.cause, depth + 1)];
}
