import type { OmsConfig } from '#shared/config/oms.ts';
import { OmsClient } from '#shared/oms/client.ts';
import { MissingCredentialsError, readCredentials } from '#shared/runtime/credentials.ts';
import type { Invocation } from './invocation.ts';

/** Milliseconds that the client leaves of the invocation's time, so that the function can still answer. */
const RESERVE = 500;

/** What is kept between invocations knows no credentials. */
function noCredentials(): never {
  throw new MissingCredentialsError();
}

/**
 * The OMS client of one function instance: connections are kept between invocations, while credentials and deadline
 * are read from the invocation at hand.
 */
export function omsClientFactory(): (config: OmsConfig, invocation: Invocation) => OmsClient {
  let shared: OmsClient | undefined;
  return (config, invocation) => {
    const credentials = () => {
      const current = readCredentials(config, invocation);
      invocation.log.conceal(Object.values(current));
      return current;
    };
    const deadline = () => invocation.remainingTime - RESERVE;
    shared ??= new OmsClient({
      ...(config.region === undefined ? {} : { region: config.region }),
      ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
      projectId: config.projectId,
      timeoutMs: config.timeout,
      maxAttempts: config.maxAttempts,
      credentials: noCredentials,
    });
    return shared.forInvocation({ credentials, deadline });
  };
}
