import type { selfInvocationVariables } from '#shared/config/oms.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import { type AsynchronousRequest, isGatewayEvent } from './asynchronous-request.ts';
import { type EventFunction, type EventVariables, eventFunction } from './events.ts';
import type { PlatformHandler } from './stack.ts';

/** The variables of a function that works by timer and takes requests over HTTP, with more of its own. */
export type AsynchronousVariables = EventVariables & typeof selfInvocationVariables;

export interface AsynchronousFunction<S extends AsynchronousVariables> extends EventFunction<S> {
  /** Path that requests are posted to. */
  readonly path: string;
  /**
   * Reads what a request asks for.
   *
   * @throws AppError which the client is told
   */
  readonly read: (event: unknown, config: ConfigOf<S>) => AsynchronousRequest<object>;
}

/**
 * A function whose work takes longer than an API gateway waits. A request over HTTP is checked, handed to FunctionGraph
 * as an asynchronous invocation of the same function, and answered with 202; a wrong one is answered with its mistakes.
 * Every other event is worked at, with the stack of an event function.
 *
 * What answers the gateway is loaded with the first request: the timer does without it.
 */
export function asynchronousFunction<S extends AsynchronousVariables>(
  options: AsynchronousFunction<S>,
): PlatformHandler {
  const work = eventFunction(options);
  let accept: PlatformHandler | undefined;
  return async (event, context) => {
    if (!isGatewayEvent(event)) return work(event, context);
    if (accept === undefined) {
      const { acceptRequests } = await import('./accept-requests.ts');
      accept ??= acceptRequests(options);
    }
    return accept(event, context);
  };
}
