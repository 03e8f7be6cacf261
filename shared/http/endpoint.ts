import { isLoopbackHost, REGION_NAME } from '#shared/config/names.ts';
import type { Server } from './transport.ts';

/** A service's address, taken apart once: parsing a URL for each call would resolve `..` in its path. */
export interface Endpoint extends Server {
  readonly host: string;
  /** Path of the URL as it stands; `/` for none. */
  readonly pathname: string;
  readonly isLoopback: boolean;
}

/**
 * The address of a Huawei Cloud service in a region.
 *
 * @param service first label of its host: `oms`, `functiongraph`, `iam`, `lts`
 * @throws TypeError for text that is no region
 */
export function regionalEndpoint(service: string, region: string): string {
  if (!REGION_NAME.test(region)) throw new TypeError('The region is not the name of a region, as in cn-north-4.');
  return `https://${service}.${region}.myhuaweicloud.com`;
}

/**
 * Takes an address apart: https, or http for this machine alone, because keys travel over it.
 *
 * @param options.setting name of the address, for the message
 * @param options.allowPath refuses a path where it is left out
 * @throws TypeError which names the setting, never its value
 */
export function readEndpoint(
  address: string,
  { setting = 'The endpoint', allowPath = false }: { readonly setting?: string; readonly allowPath?: boolean } = {},
): Endpoint {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new TypeError(`${setting} is not a URL that begins with https://.`);
  const { username, password, pathname, search, hash, hostname, port, host } = url;
  if (username !== '' || password !== '' || search !== '' || hash !== '' || (!allowPath && pathname !== '/'))
    throw new TypeError(`${setting} must have no user name, password, ${allowPath ? '' : 'path, '}query or fragment.`);
  const secure = url.protocol === 'https:';
  const isLoopback = isLoopbackHost(hostname);
  if (!secure && !isLoopback)
    throw new TypeError(`${setting} must begin with https://; http is for this machine only.`);
  return {
    secure,
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    host,
    pathname,
    isLoopback,
  };
}
