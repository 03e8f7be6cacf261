import type { selfInvocationVariables } from '#shared/config/oms.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import { ACCEPTED, type AsynchronousRequest } from './asynchronous-request.ts';
import { errorResponse } from './error-response.ts';
import type { EventFunction, EventVariables } from './events.ts';
import { configReader, variableSecrets } from './function-config.ts';
import type { GatewayEvent, HttpReply } from './gateway-event.ts';
import { findRoute } from './gateway-request.ts';
import { httpLog } from './invocation-log.ts';
import { jsonResponse } from './json-response.ts';
import { invokeSelf } from './self-invocation.ts';
import { type PlatformHandler, stack } from './stack.ts';

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

/** Answers requests of the gateway: 202 once FunctionGraph has accepted the invocation that does the work. */
export function acceptRequests<S extends AsynchronousVariables>({
  path,
  variables,
  read,
}: Pick<AsynchronousFunction<S>, 'path' | 'variables' | 'read'>): PlatformHandler {
  const routes = [{ method: 'POST', path }];
  const readConfig = configReader(variables);
  return stack(
    [variableSecrets(variables), httpLog(), errorResponse(), jsonResponse()],
    async (event, invocation): Promise<HttpReply> => {
      findRoute(routes, event as GatewayEvent);
      const config = readConfig(invocation);
      const { options } = read(event, config);
      const requestId = await invokeSelf({ trigger_type: ACCEPTED, options }, config, invocation);
      return { status: 202, body: { request_id: requestId } };
    },
  );
}
