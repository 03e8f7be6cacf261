import type { OmsConfig } from '#shared/config/oms.ts';
import type { ConfigOf } from '#shared/config/read.ts';
import type { StateConfig, stateVariables } from '#shared/config/state.ts';
import { concealWithin } from '#shared/logging/redact.ts';
import { type DeadLetterSink, deadLetterReserve } from '#shared/pipeline/write-dead-letters.ts';
import { configReader, type FunctionVariables, variableSecrets } from './function-config.ts';
import type { Services } from './http.ts';
import { failureLog } from './invocation-log.ts';
import { deadLettersFactory } from './object-store.ts';
import { omsClientFactory } from './oms-client.ts';
import { type PlatformHandler, stack } from './stack.ts';

export type EventVariables = FunctionVariables & typeof stateVariables;

export interface EventServices<Config> extends Services<Config> {
  /** Loaded when it is first asked for; undefined where no state bucket is configured. */
  readonly deadLetters: () => Promise<DeadLetterSink | undefined>;
}

export interface EventFunction<S extends EventVariables> {
  readonly variables: S;
  readonly handle: (event: unknown, services: EventServices<ConfigOf<S>>) => Promise<unknown>;
}

/**
 * The stack of every event function: errors are logged and rethrown, so that the platform retries the invocation and
 * in the end hands the event to the failure destination. The order is written here and nowhere else.
 */
export function eventFunction<S extends EventVariables>({ variables, handle }: EventFunction<S>): PlatformHandler {
  const readConfig = configReader(variables);
  const omsClient = omsClientFactory();
  const deadLetters = deadLettersFactory();
  return stack([variableSecrets(variables), failureLog()], async (event, invocation) => {
    const config = readConfig(invocation);
    const shared = config as OmsConfig & StateConfig;
    const reserve = shared.stateBucket === undefined ? 0 : deadLetterReserve(invocation.remainingTime);
    const result = await handle(event, {
      config,
      invocation,
      oms: omsClient(shared, invocation, reserve),
      deadLetters: () => deadLetters(shared, invocation),
    });
    // The platform keeps it, or hands it to a destination.
    return concealWithin(result, (text) => invocation.log.redact(text));
  });
}
