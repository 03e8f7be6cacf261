import { BUCKET_NAME } from '#shared/config/names.ts';
import type { Endpoint } from '#shared/http/endpoint.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import type { Addressing } from './providers.ts';
import { encodePath } from './sigv4.ts';

export interface Location {
  readonly hostname: string;
  readonly host: string;
  /** Strictly encoded. */
  readonly path: string;
}

/** Matches a host, with its port, that is an IP address: it has no names below it. */
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])(?::\d+)?$/;

/**
 * Locates an object, or a bucket as a whole.
 *
 * @param key checked
 * @throws ValidationError where the bucket is not the name of one
 */
export function locate(endpoint: Endpoint, addressing: Addressing, bucket: string, key = ''): Location {
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
