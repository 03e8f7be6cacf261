import type { AsynchronousFunction, AsynchronousVariables } from './asynchronous-function.ts';
import { ACCEPTED } from './asynchronous-request.ts';
import { errorResponse } from './error-response.ts';
import { configReader, variableSecrets } from './function-config.ts';
import type { GatewayEvent, HttpReply } from './gateway-event.ts';
import { findRoute } from './gateway-request.ts';
import { httpLog } from './invocation-log.ts';
import { jsonResponse } from './json-response.ts';
import { invokeSelf } from './self-invocation.ts';
import { type PlatformHandler, stack } from './stack.ts';

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
