import { callObs, type ObjectStore } from '../obs-call.ts';
import type { DestinationRecord } from './destination.ts';

interface ObsDestination extends ObjectStore {
  readonly bucket: string;
  /** Begins the objects' names; ends with a slash. */
  readonly prefix: string;
}

const SHOWN = 300;

/**
 * The name of an invocation's document: ours, since the vendor documents none. It stays the same at a second attempt.
 */
export function documentName(prefix: string, requestId: string, accepted: number): string {
  const time = new Date(accepted).toISOString().slice(0, 19).replaceAll(':', '-');
  return `${prefix}${time}Z-${requestId}.json`;
}

/**
 * Writes a record into a bucket, as any client of the object store would. It looks at the bucket first: the vendor asks
 * an agency for obs:bucket:HeadBucket besides obs:object:PutObject.
 * https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0920.html
 * @rejects with the store's refusal, or the connection's error
 */
export async function writeDocument(
  destination: ObsDestination,
  record: DestinationRecord,
  accepted: number,
  signal: AbortSignal,
): Promise<void> {
  const { bucket, prefix } = destination;
  const { status } = await callObs(destination, { method: 'HEAD', bucket, limit: 0, signal });
  // The answer to the next request says more about a missing bucket.
  if (status === 403) throw new Error(`The bucket ${bucket} answers 403 AccessDenied to HeadBucket`);
  const key = documentName(prefix, record.request_context.request_id, accepted);
  const body = Buffer.from(JSON.stringify(record));
  // FunctionGraph sends x-obs-expires as well; the local store removes nothing and refuses what it does not do.
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
  const written = await callObs(destination, { method: 'PUT', bucket, key, headers, body, limit: SHOWN, signal });
  const code = /<Code>([^<]*)</.exec(written.body.toString('utf8'))?.[1] ?? '';
  if (written.status !== 200) throw new Error(`The bucket ${bucket} answers ${written.status} ${code}`.trimEnd());
}
