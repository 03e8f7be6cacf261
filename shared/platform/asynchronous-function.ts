import type { AsynchronousFunction, AsynchronousVariables } from './accept-requests.ts';
import { isGatewayEvent } from './asynchronous-request.ts';
import { eventFunction } from './events.ts';
import type { PlatformHandler } from './stack.ts';

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
