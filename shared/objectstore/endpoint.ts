import { BUCKET_NAME } from '#shared/config/bucket-name.ts';
import { isLoopbackHost } from '#shared/http/loopback-host.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import type { Addressing } from './providers.ts';
import { encodePath } from './sigv4.ts';

/** Where a store is, taken apart once, so that no URL is parsed per call: parsing would resolve `..` in keys. */
export interface StoreEndpoint {
  readonly secure: boolean;
  /** Without brackets around an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
  /** Value of the Host header of a request whose path names the bucket. */
  readonly host: string;
  readonly isLoopback: boolean;
}

/** Where a request goes. */
export interface Location {
  readonly hostname: string;
  readonly host: string;
  /** Strictly encoded. */
  readonly path: string;
}

/** An address has no names below it. Of a host with its port. */
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])(?::\d+)?$/;

/**
 * @param url https, or http for this machine alone; a port at most, no path
 * @throws TypeError which never has the value
 */
export function readStoreEndpoint(url: string): StoreEndpoint {
  const endpoint = URL.canParse(url) ? new URL(url) : undefined;
  if (endpoint === undefined || (endpoint.protocol !== 'https:' && endpoint.protocol !== 'http:'))
    throw new TypeError('The endpoint is not a URL that begins with https://.');
  const { username, password, pathname, search, hash, hostname, host } = endpoint;
  if (username !== '' || password !== '' || pathname !== '/' || search !== '' || hash !== '')
    throw new TypeError('The endpoint must have no user name, password, path, query or fragment.');
  const secure = endpoint.protocol === 'https:';
  const isLoopback = isLoopbackHost(hostname);
  if (!secure && !isLoopback)
    throw new TypeError('The endpoint must begin with https://; http is for a store on this machine only.');
  return {
    secure,
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: endpoint.port === '' ? (secure ? 443 : 80) : Number(endpoint.port),
    host,
    isLoopback,
  };
}

/**
 * Where an object, or a bucket as a whole, is.
 *
 * @param key checked
 * @throws ValidationError where the bucket is not the name of one
 */
export function locate(endpoint: StoreEndpoint, addressing: Addressing, bucket: string, key = ''): Location {
  if (!BUCKET_NAME.test(bucket))
    throw new ValidationError([
      { path: 'bucket', rule: 'bucket_name', message: 'bucket is not the name of a bucket.' },
    ]);
  const { hostname, host } = endpoint;
  // A wildcard certificate covers one label, and a host has no capitals or underscores.
  const isHostName = /^[a-z0-9-]+$/.test(bucket) || (!endpoint.secure && /^[a-z0-9.-]+$/.test(bucket));
  if (addressing === 'path' || !isHostName || ADDRESS.test(host))
    return { hostname, host, path: `/${bucket}/${encodePath(key)}` };
  return { hostname: `${bucket}.${hostname}`, host: `${bucket}.${host}`, path: `/${encodePath(key)}` };
}
