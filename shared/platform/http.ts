import type { OmsConfig } from '#shared/config/oms.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import type { OmsClient } from '#shared/oms/client.ts';
import { errorResponse } from './error-response.ts';
import { configReader, type FunctionVariables, variableSecrets } from './function-config.ts';
import type { HttpReply, HttpRequest, HttpRoute } from './gateway-event.ts';
import { gatewayRequest } from './gateway-request.ts';
import type { Invocation } from './invocation.ts';
import { httpLog } from './invocation-log.ts';
import { jsonResponse } from './json-response.ts';
import { omsClientFactory } from './oms-client.ts';
import { type PlatformHandler, stack } from './stack.ts';

export interface Services<Config> {
  readonly config: Config;
  readonly invocation: Invocation;
  readonly oms: OmsClient;
}

export interface HttpFunction<S extends FunctionVariables> {
  readonly routes: readonly HttpRoute[];
  readonly variables: S;
  readonly handle: (request: HttpRequest, services: Services<ConfigOf<S>>) => Promise<HttpReply>;
}

/** The stack of every HTTP function: errors become responses. The order is written here and nowhere else. */
export function httpFunction<S extends FunctionVariables>({
  routes,
  variables,
  handle,
}: HttpFunction<S>): PlatformHandler {
  const readConfig = configReader(variables);
  const omsClient = omsClientFactory();
  return stack(
    [
      variableSecrets(variables),
      httpLog(), // sees the answer, whatever became of the request
      errorResponse(),
      jsonResponse(),
      gatewayRequest(routes),
    ],
    async (request, invocation) => {
      const config = readConfig(invocation);
      return handle(request as HttpRequest, { config, invocation, oms: omsClient(config as OmsConfig, invocation) });
    },
  );
}
