import { isLoopbackHost } from '#shared/http/loopback-host.ts';
import type { Server } from '#shared/http/transport.ts';
import { DeployError } from '../errors.ts';

export interface Endpoint extends Server {
  /** Value of the Host header. */
  readonly host: string;
}

/** A region, for example `cn-north-4`: one DNS label, so that it cannot name another host. */
export const REGION_NAME = /^(?=.{3,63}$)[a-z]+(?:-[a-z0-9]+)+$/;

/**
 * The address of a service in a region.
 *
 * @param service first label of its host: `functiongraph`, `iam`, `lts`
 * @throws DeployError for what is no region
 */
export function regionalEndpoint(service: string, region: string): string {
  if (!REGION_NAME.test(region))
    throw new DeployError('Deploy.Endpoint', 'region is not the name of a region, as in cn-north-4.');
  return `https://${service}.${region}.myhuaweicloud.com`;
}

/**
 * Takes an address apart: https, or http for this machine alone, because variables and keys travel over it.
 *
 * @param setting what it is called where it was set, for the message
 * @throws DeployError which names the setting, never its value
 */
export function readEndpoint(setting: string, address: string): Endpoint {
  const refuse = (reason: string): DeployError => new DeployError('Deploy.Endpoint', `${setting} ${reason}`);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw refuse('is not a URL that begins with https://.');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname !== '/')
    throw refuse('must be a scheme, a host and perhaps a port, and nothing else.');
  const secure = url.protocol === 'https:';
  if (!secure && !isLoopbackHost(url.hostname))
    throw refuse('must begin with https://; http is for this machine only.');
  return {
    secure,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    host: url.host,
  };
}
