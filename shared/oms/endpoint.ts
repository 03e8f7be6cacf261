import { isLoopbackHost } from '#shared/http/loopback-host.ts';
import { encodePathSegment } from './sign.ts';

/** Where OMS is, taken apart once, so that no URL is parsed per call. */
export interface Endpoint {
  readonly secure: boolean;
  /** Without brackets around an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
  /** Value of the Host header. */
  readonly host: string;
  /** Strictly encoded; no slash at the end; empty for none. */
  readonly basePath: string;
}

/** A region, for example `cn-north-4`: one DNS label, so that it cannot name another host. */
const REGION_NAME = /^(?=.{3,63}$)[a-z]+(?:-[a-z0-9]+)+$/;

/**
 * @param options.region for example `cn-north-4`; used where no endpoint is given
 * @param options.endpoint https, or http for this machine alone; may have a path
 * @throws TypeError which names the option and never its value
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/oms_api_0006.html
 */
export function resolveEndpoint(options: {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}): Endpoint {
  if (options.endpoint !== undefined) return readEndpoint(options.endpoint);
  if (options.region === undefined) throw new TypeError('OmsClient needs a region or an endpoint.');
  if (!REGION_NAME.test(options.region))
    throw new TypeError('The region is not the name of a region, as in cn-north-4.');
  return readEndpoint(`https://oms.${options.region}.myhuaweicloud.com`);
}

function readEndpoint(endpoint: string): Endpoint {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new TypeError('The endpoint is not a URL that begins with https://.');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new TypeError('The endpoint must have no user name, password, query or fragment.');
  const secure = url.protocol === 'https:';
  // Key pairs of buckets travel in the body of create-sync-task.
  if (!secure && !isLoopbackHost(url.hostname))
    throw new TypeError('The endpoint must begin with https://; http is for an OMS on this machine only.');
  return {
    secure,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    host: url.host,
    basePath: readBasePath(url.pathname),
  };
}

/** Encoded as every other path is, for the signature covers the path as it is sent. */
function readBasePath(pathname: string): string {
  try {
    return pathname
      .replace(/(?<!\/)\/+$/, '')
      .split('/')
      .map((segment) => encodePathSegment(decodeURIComponent(segment)))
      .join('/');
  } catch {
    throw new TypeError('The path of the endpoint has a malformed percent escape.');
  }
}
