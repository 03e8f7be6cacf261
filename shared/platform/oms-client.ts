import type { OmsConfig } from '#shared/config/oms.ts';
import { OmsClient } from '#shared/oms/client.ts';
import { MissingCredentialsError, readCredentials } from './credentials.ts';
import type { Invocation } from './invocation.ts';

/** Milliseconds that the client leaves of the invocation's time, so that the function can still answer. */
const RESERVE = 500;

/** Clients that outlive an invocation hold no credentials. */
function noCredentials(): never {
  throw new MissingCredentialsError();
}

/**
 * The OMS client of one function instance: connections are kept between invocations, while credentials and deadline
 * are read from the invocation at hand.
 *
 * @returns a client for the invocation; it leaves `reserve` more milliseconds for what comes after its calls
 */
export function omsClientFactory(): (config: OmsConfig, invocation: Invocation, reserve?: number) => OmsClient {
  let shared: OmsClient | undefined;
  return (config, invocation, reserve = 0) => {
    const credentials = () => {
      const current = readCredentials(config, invocation);
      invocation.log.conceal(Object.values(current));
      return current;
    };
    const deadline = () => invocation.remainingTime - RESERVE - reserve;
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
