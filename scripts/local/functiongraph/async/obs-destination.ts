import { request } from 'node:http';
import { signV4, UNSIGNED_PAYLOAD, uriEncode, uriEncodePath } from '../../sigv4.ts';
import type { DestinationRecord } from './destination.ts';

interface ObsDestination {
  /** `http://host:port` of the object store, path style. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Begins the objects' names; ends with a slash. */
  readonly prefix: string;
  /** Credentials of the function's agency, which must have the right to write there. */
  readonly credentials: () => {
    readonly accessKey: string;
    readonly secretKey: string;
    readonly securityToken: string;
  };
  readonly now: () => number;
}

/** Milliseconds without an answer after which an attempt has failed. */
const TIMEOUT = 10_000;
/** Bytes of a refusal that are shown. */
const SHOWN = 300;

/**
 * The name of an invocation's document. How FunctionGraph names them is not documented: this is ours, so nothing may
 * depend on it. It is the same each time the record is written, so that a second attempt replaces the first.
 *
 * @param accepted milliseconds since the epoch
 */
export function documentName(prefix: string, requestId: string, accepted: number): string {
  const time = new Date(accepted).toISOString().slice(0, 19).replaceAll(':', '-');
  return `${prefix}${time}Z-${requestId}.json`;
}

/**
 * Writes a record into a bucket, as any client of the object store would. It looks at the bucket first: the vendor asks
 * an agency for obs:bucket:HeadBucket besides obs:object:PutObject.
 * https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0920.html
 *
 * @rejects with the store's refusal, or the connection's error
 */
export async function writeDocument(
  destination: ObsDestination,
  record: DestinationRecord,
  accepted: number,
  signal: AbortSignal,
): Promise<void> {
  const { bucket, prefix } = destination;
  const path = `/${uriEncode(bucket)}`;
  const { status } = await send(destination, { method: 'HEAD', path }, signal);
  // The answer to the next request says more about a missing bucket.
  if (status === 403) throw new Error(`The bucket ${bucket} answers 403 AccessDenied to HeadBucket`);
  const name = documentName(prefix, record.request_context.request_id, accepted);
  const body = Buffer.from(JSON.stringify(record));
  // FunctionGraph sends x-obs-expires as well; the local store removes nothing and refuses what it does not do.
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
  const written = await send(
    destination,
    { method: 'PUT', path: `${path}/${uriEncodePath(name)}`, headers, body },
    signal,
  );
  if (written.status !== 200)
    throw new Error(`The bucket ${bucket} answers ${written.status} ${written.code}`.trimEnd());
}

interface Call {
  readonly method: 'HEAD' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

interface Answer {
  readonly status: number | undefined;
  /** Code of the error document; empty where there is none. */
  readonly code: string;
}

/** @rejects with the connection's error */
function send(
  { endpoint, region, credentials, now }: ObsDestination,
  call: Call,
  signal: AbortSignal,
): Promise<Answer> {
  const { host, hostname, port } = new URL(endpoint);
  const { method, path, headers = {}, body } = call;
  const signed = signV4({
    ...{ method, host, path, region, headers, service: 's3', payloadHash: UNSIGNED_PAYLOAD },
    ...credentials(),
    now: now(),
  });
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers: signed, agent: false, timeout: TIMEOUT, signal });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`No answer within ${TIMEOUT} ms`)));
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        if (text.length < SHOWN) text += chunk;
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode, code: /<Code>([^<]*)</.exec(text)?.[1] ?? '' }));
    });
    outgoing.end(body);
  });
}
