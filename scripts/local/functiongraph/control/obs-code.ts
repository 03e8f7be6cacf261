import { request } from 'node:http';
import { signV4, UNSIGNED_PAYLOAD, uriEncode, uriEncodePath } from '../../sigv4.ts';
import type { TemporaryCredentials } from '../agency.ts';
import { ApiError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { FetchCode } from './code-body.ts';
import { invalid } from './fields.ts';

/** Milliseconds. */
const TIMEOUT = 10_000;

/**
 * Fetches code packages from the local object store, whatever host the URL names: every bucket is there.
 *
 * @throws ApiError 400 FSS.1010 for a URL that names no object; 404 FSS.1054 where there is none
 */
export function fetchFromObs(options: {
  /** `http://host:port`, path style. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly credentials: () => TemporaryCredentials;
  readonly now: () => number;
}): FetchCode {
  return async (url) => {
    const place = placeOf(url, options.endpoint);
    if (!place) throw invalid('code_url', 'is not the URL of an object', 'FSS.1010');
    if (options.endpoint === undefined) throw missing();
    const { host, hostname, port } = new URL(options.endpoint);
    const path = `/${uriEncode(place.bucket)}/${uriEncodePath(place.key)}`;
    const headers = signV4({
      method: 'GET',
      host,
      path,
      region: options.region,
      service: 's3',
      ...options.credentials(),
      now: options.now(),
      payloadHash: UNSIGNED_PAYLOAD,
      headers: {},
    });
    return new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, path, method: 'GET', headers, agent: false, timeout: TIMEOUT });
      const unavailable = (): void => reject(new ApiError(503, 'FSS.0503', 'The object store does not answer'));
      outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
      outgoing.on('error', unavailable);
      outgoing.on('response', (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= LIMITS.obsCodeBytes + 1) chunks.push(chunk);
        });
        answer.on('error', unavailable);
        answer.on('end', () => (answer.statusCode === 200 ? resolve(Buffer.concat(chunks)) : reject(missing())));
      });
      outgoing.end();
    });
  };
}

/** Bucket and key of `https://bucket.obs.region.myhuaweicloud.com/key`, or of a URL of the local store itself. */
function placeOf(url: string, endpoint: string | undefined): { bucket: string; key: string } | undefined {
  const [, origin = '', rawPath = ''] = /^(https?:\/\/[^/?#]+)\/([^?#]+)$/.exec(url) ?? [];
  if (rawPath === '') return undefined;
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    return undefined;
  }
  if (origin === endpoint) {
    const slash = path.indexOf('/');
    return slash > 0 && slash < path.length - 1
      ? { bucket: path.slice(0, slash), key: path.slice(slash + 1) }
      : undefined;
  }
  const [, bucket] =
    /^https:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.obs\.[a-z0-9-]+\.myhuaweicloud\.com$/.exec(origin) ?? [];
  return bucket === undefined ? undefined : { bucket, key: path };
}

function missing(): ApiError {
  return new ApiError(404, 'FSS.1054', 'The function app does not exist in OBS.');
}
