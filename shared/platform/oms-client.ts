import type { OmsConfig } from '#shared/config/oms.ts';
import { OmsClient } from '#shared/oms/client.ts';
import { callInvocation, noCredentials, readCredentials } from './credentials.ts';
import type { Invocation } from './invocation.ts';

/**
 * The OMS client of one function instance: connections are kept between invocations, while credentials and deadline
 * are read from the invocation at hand.
 *
 * @returns a client for the invocation; it leaves `reserve` more milliseconds for what comes after its calls
 */
export function omsClientFactory(): (config: OmsConfig, invocation: Invocation, reserve?: number) => OmsClient {
  let shared: OmsClient | undefined;
  return (config, invocation, reserve) => {
    shared ??= new OmsClient({
      ...(config.region !== undefined && { region: config.region }),
      ...(config.endpoint !== undefined && { endpoint: config.endpoint }),
      projectId: config.projectId,
      timeoutMs: config.timeout,
      maxAttempts: config.maxAttempts,
      credentials: noCredentials,
    });
    return shared.forInvocation(callInvocation(invocation, () => readCredentials(config, invocation), reserve));
  };
}
