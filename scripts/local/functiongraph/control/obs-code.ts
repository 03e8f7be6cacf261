import { ApiError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { callObs, type ObjectStore } from '../obs-call.ts';
import type { FetchCode } from './code-body.ts';
import { invalid } from './fields.ts';

/**
 * Fetches code packages from the local object store, whatever host the URL names: every bucket is there.
 * @throws ApiError 400 FSS.1010 for a URL that names no object; 404 FSS.1054 where there is none
 */
export function fetchFromObs(
  store: Omit<ObjectStore, 'endpoint'> & { readonly endpoint: string | undefined },
): FetchCode {
  return async (url) => {
    const { endpoint } = store;
    const place = placeOf(url, endpoint);
    if (!place) throw invalid('code_url', 'is not the URL of an object', 'FSS.1010');
    if (endpoint === undefined) throw missing();
    const call = { method: 'GET', ...place, limit: LIMITS.obsCodeBytes + 1 } as const;
    const { status, body } = await callObs({ ...store, endpoint }, call).catch(() => {
      throw new ApiError(503, 'FSS.0503', 'The object store does not answer');
    });
    if (status !== 200) throw missing();
    return body;
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
