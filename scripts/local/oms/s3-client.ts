import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream';
import { EMPTY_SHA256, signV4, UNSIGNED_PAYLOAD, uriEncode, uriEncodePath } from '../sigv4.ts';

export interface S3Bucket {
  readonly endpoint: string;
  readonly region: string;
  readonly name: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface S3Response {
  readonly status: number;
  /** Lower-case names; bytes above 0x7F as Latin-1 characters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: IncomingMessage;
}

interface S3ClientOptions {
  readonly maxSockets: number;
  readonly now: () => number;
  readonly timeout?: number;
}

interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Not encoded; absent for the bucket itself. */
  readonly key?: string;
  /** A parameter without a value. */
  readonly subresource?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | NodeJS.ReadableStream;
}

/**
 * The calls that a copier needs, signed with SigV4. Paths go on the request line as they are: nothing turns the
 * key `../x` into `x`.
 */
export class S3Client {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #now: () => number;
  readonly #timeout: number;
  #closed = false;

  constructor({ maxSockets, now, timeout = 60_000 }: S3ClientOptions) {
    this.#http = new HttpAgent({ keepAlive: true, maxSockets });
    this.#https = new HttpsAgent({ keepAlive: true, maxSockets });
    this.#now = now;
    this.#timeout = timeout;
  }

  headBucket(bucket: S3Bucket): Promise<S3Response> {
    return this.#drained(this.#call(bucket, { method: 'HEAD' }));
  }

  headObject(bucket: S3Bucket, key: string): Promise<S3Response> {
    return this.#drained(this.#call(bucket, { method: 'HEAD', key }));
  }

  getObject(bucket: S3Bucket, key: string): Promise<S3Response> {
    return this.#call(bucket, { method: 'GET', key });
  }

  /** @param headers with `content-length`, the size of the body */
  putObject(
    bucket: S3Bucket,
    key: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array | NodeJS.ReadableStream,
  ): Promise<S3Response> {
    return this.#drained(this.#call(bucket, { method: 'PUT', key, headers, body }));
  }

  /** Asks for an archived object to be readable for some days; 202 or 200, 409 while that is under way. */
  restoreObject(bucket: S3Bucket, key: string, days: number): Promise<S3Response> {
    const body = Buffer.from(`<RestoreRequest><Days>${days}</Days></RestoreRequest>`);
    const headers = { 'content-length': String(body.length), 'content-type': 'application/xml' };
    return this.#drained(this.#call(bucket, { method: 'POST', key, subresource: 'restore', headers, body }));
  }

  close(): void {
    this.#closed = true;
    this.#http.destroy();
    this.#https.destroy();
  }

  async #drained(call: Promise<S3Response>): Promise<S3Response> {
    const response = await call;
    response.body.resume();
    return response;
  }

  /** @rejects with the connection's error; an answer of any status resolves */
  #call(bucket: S3Bucket, call: Call, fresh = false): Promise<S3Response> {
    const { protocol, host, hostname, port } = new URL(bucket.endpoint);
    const path = `/${uriEncode(bucket.name)}${call.key === undefined ? '' : `/${uriEncodePath(call.key)}`}`;
    const headers = signV4({
      method: call.method,
      host,
      path,
      ...(call.subresource === undefined ? {} : { query: [[call.subresource, ''] as const] }),
      region: bucket.region,
      service: 's3',
      accessKey: bucket.accessKey,
      secretKey: bucket.secretKey,
      now: this.#now(),
      payloadHash: call.body === undefined ? EMPTY_SHA256 : UNSIGNED_PAYLOAD,
      ...(call.headers ? { headers: call.headers } : {}),
    });
    const secure = protocol === 'https:';
    return new Promise<S3Response>((resolve, reject) => {
      const outgoing = (secure ? requestHttps : requestHttp)({
        hostname,
        port: port || (secure ? 443 : 80),
        path: call.subresource === undefined ? path : `${path}?${call.subresource}=`,
        method: call.method,
        headers,
        agent: fresh ? false : secure ? this.#https : this.#http,
        timeout: this.#timeout,
      });
      outgoing.on('response', (body) => resolve({ status: body.statusCode ?? 0, headers: headersOf(body), body }));
      outgoing.on('timeout', () => outgoing.destroy(new Error(`No answer within ${this.#timeout} ms`)));
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        // Most likely the server closed an idle connection while this request was written to it. All calls may be
        // repeated; `reusedSocket` does not tell, since it is false where a request waited for its connection.
        const repeatable = call.body === undefined || call.body instanceof Uint8Array;
        if (!fresh && !this.#closed && repeatable && error.code === 'ECONNRESET')
          resolve(this.#call(bucket, call, true));
        else reject(error);
      });
      send(outgoing, call.body, reject);
    });
  }
}

function send(outgoing: ClientRequest, body: Call['body'], reject: (error: Error) => void): void {
  if (body === undefined || body instanceof Uint8Array) outgoing.end(body);
  else
    pipeline(body, outgoing, (error) => {
      // A source that breaks off destroys the request, so the destination never sees a complete object.
      if (error) reject(error);
    });
}

function headersOf(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return headers;
}
