import { encodeStrictly } from '#shared/encoding/percent.ts';
import { type Endpoint, readEndpoint, regionalEndpoint } from '#shared/http/endpoint.ts';

export interface OmsEndpoint extends Endpoint {
  /** Strictly encoded; no slash at the end; empty for none. */
  readonly basePath: string;
}

/**
 * @param options.region for example `cn-north-4`; used where no endpoint is given
 * @param options.endpoint https, or http for this machine alone; may have a path
 * @throws TypeError which names the option and never its value
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/oms_api_0006.html
 */
export function resolveEndpoint(options: {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}): OmsEndpoint {
  const { region, endpoint } = options;
  if (endpoint === undefined && region === undefined) throw new TypeError('OmsClient needs a region or an endpoint.');
  const read = readEndpoint(endpoint ?? regionalEndpoint('oms', region ?? ''), { allowPath: true });
  return { ...read, basePath: readBasePath(read.pathname) };
}

/** Encoded as every other path is, for the signature covers the path as it is sent. */
function readBasePath(pathname: string): string {
  try {
    return pathname
      .replace(/(?<!\/)\/+$/, '')
      .split('/')
      .map((segment) => encodeStrictly(decodeURIComponent(segment)))
      .join('/');
  } catch {
    throw new TypeError('The path of the endpoint has a malformed percent escape.');
  }
}
