import * as http from '#shared/http/endpoint.ts';
import { DeployError } from '../errors.ts';

/**
 * Makes the address of a service in a region.
 *
 * @param service first label of its host: `functiongraph`, `iam`, `lts`
 * @throws DeployError for text that is no region
 */
export function regionalEndpoint(service: string, region: string): string {
  return asDeployError(() => http.regionalEndpoint(service, region));
}

/**
 * Takes an address apart.
 *
 * @param setting name of the address where it was set, for the message
 * @throws DeployError which names the setting, never its value
 */
export function readEndpoint(setting: string, address: string): http.Endpoint {
  return asDeployError(() => http.readEndpoint(address, { setting }));
}

function asDeployError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new DeployError('Deploy.Endpoint', (error as TypeError).message);
  }
}
