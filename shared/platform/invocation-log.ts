import { isAppError } from '#shared/errors/base.ts';
import type { GatewayEvent, GatewayResponse } from './gateway-event.ts';
import type { Middleware, StackRequest } from './stack.ts';
import { withoutSecrets } from './thrown.ts';

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
