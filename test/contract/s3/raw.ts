import { request } from 'node:http';
import {
  canonicalQuery,
  type QueryParameters,
  sha256Hex,
  signV4,
  uriEncodePath,
} from '../../../scripts/local/sigv4.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  /** The path on the request line, as it is. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** One HTTP request, sent as given: no signature, no normalisation. */
export function send(endpoint: string, { method = 'GET', path, headers = {}, body = '' }: RawRequest): Promise<Answer> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        method,
        path,
        agent: false,
        headers: { 'content-length': Buffer.byteLength(body), ...headers },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    // A string body would make Node write the headers in UTF-8, too.
    outgoing.end(Buffer.from(body));
  });
}

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken?: string;
}

export interface SignedRequest {
  readonly method?: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly query?: QueryParameters;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The hash in place of the body's SHA-256. */
  readonly payloadHash?: string;
  readonly now?: Date;
  readonly region?: string;
  readonly service?: string;
}

/** A request as a signing client would send it. */
export function signed(endpoint: string, credentials: Credentials, given: SignedRequest): RawRequest {
  const { method = 'GET', bucket = '', key, query = [], body = '', now = new Date() } = given;
  const path = `/${bucket}${key === undefined ? '' : `/${uriEncodePath(key)}`}`;
  const headers = signV4({
    method,
    host: new URL(endpoint).host,
    path,
    query,
    headers: { ...given.headers },
    payloadHash: given.payloadHash ?? sha256Hex(body),
    ...credentials,
    region: given.region ?? 'us-east-1',
    service: given.service ?? 's3',
    now,
  });
  const text = canonicalQuery(query);
  return { method, path: text === '' ? path : `${path}?${text}`, headers, body };
}
