import { exchange } from '../request.ts';
import { signV4, UNSIGNED_PAYLOAD, uriEncode, uriEncodePath } from '../sigv4.ts';
import type { TemporaryCredentials } from './agency.ts';

export interface ObjectStore {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: () => TemporaryCredentials;
  readonly now: () => number;
}

interface ObsCall {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly bucket: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Bytes of the answer that are kept: chunks that begin after them are dropped. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** Milliseconds without an answer after which a call has failed. */
const TIMEOUT = 10_000;

/** Makes a signed call to the object store. Rejects with the connection's error; an answer of any status resolves. */
export function callObs(
  { endpoint, region, credentials, now }: ObjectStore,
  { method, bucket, key, headers = {}, body, limit, signal }: ObsCall,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const { host, hostname, port } = new URL(endpoint);
  const path = `/${uriEncode(bucket)}${key === undefined ? '' : `/${uriEncodePath(key)}`}`;
  const unsigned = { method, host, path, region, headers, service: 's3', payloadHash: UNSIGNED_PAYLOAD };
  const signed = signV4({ ...unsigned, ...credentials(), now: now() });
  return exchange({ hostname, port, path, method, headers: signed, timeout: TIMEOUT, signal }, body, limit);
}
