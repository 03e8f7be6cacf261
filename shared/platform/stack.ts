import middy from '@middy/core';
import { DeadlineError } from '#shared/errors/base.ts';
import { GATEWAY_LIMITS } from './gateway-event.ts';
import { Invocation } from './invocation.ts';

/** A function's entry point as FunctionGraph calls it: exactly two parameters, and a Promise. */
export type PlatformHandler = (event: unknown, context: unknown) => Promise<unknown>;

export interface StackRequest {
  event: unknown;
  readonly context: Invocation;
  response: unknown;
  error: unknown;
}

export interface Middleware {
  readonly before?: (request: StackRequest) => void | Promise<void>;
  readonly after?: (request: StackRequest) => void | Promise<void>;
  readonly onError?: (request: StackRequest) => void | Promise<void>;
}

/** middy decides about its early timeout before the first middleware runs, so the context is adapted here. */
function adaptContext(request: { context: unknown }): void {
  request.context = new Invocation(request.context);
}

function timeoutEarly(): never {
  throw new DeadlineError();
}

/**
 * A middy stack. `before` runs in the order given, `after` and `onError` in the reverse order.
 *
 * @param middlewares outermost first
 * @param handle receives the event as the last `before` left it
 */
export function stack(
  middlewares: readonly Middleware[],
  handle: (event: unknown, invocation: Invocation) => Promise<unknown>,
): PlatformHandler {
  const stacked = middy({
    requestStart: adaptContext as () => void,
    timeoutEarlyInMillis: GATEWAY_LIMITS.timeoutMargin,
    timeoutEarlyResponse: timeoutEarly,
  })
    // middy's types know AWS's context only.
    .use(middlewares as Parameters<ReturnType<typeof middy>['use']>[0])
    .handler(handle as never);
  return stacked as unknown as PlatformHandler;
}
