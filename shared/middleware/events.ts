import type { OmsConfig } from '#shared/config/oms.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import { configReader, type FunctionVariables } from './function-config.ts';
import type { Services } from './http.ts';
import { failureLog } from './invocation-log.ts';
import { omsClientFactory } from './oms-client.ts';
import { type PlatformHandler, stack } from './stack.ts';

export interface EventFunction<S extends FunctionVariables> {
  readonly variables: S;
  readonly handle: (event: unknown, services: Services<ConfigOf<S>>) => Promise<unknown>;
}

/**
 * The stack of every event function: errors are logged and rethrown, so that the platform retries the invocation and
 * in the end hands the event to the failure destination. The order is written here and nowhere else.
 */
export function eventFunction<S extends FunctionVariables>({ variables, handle }: EventFunction<S>): PlatformHandler {
  const readConfig = configReader(variables);
  const omsClient = omsClientFactory();
  return stack([failureLog()], async (event, invocation) => {
    const config = readConfig(invocation);
    return handle(event, { config, invocation, oms: omsClient(config as OmsConfig, invocation) });
  });
}
