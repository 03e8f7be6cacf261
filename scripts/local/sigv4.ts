/**
 * AWS Signature Version 4, as S3-compatible services verify it and as a small S3 client signs with it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export const ALGORITHM = 'AWS4-HMAC-SHA256';
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Names and values, decoded; an array keeps repeated names. */
export type QueryParameters = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

/** The parts of a credential scope: `20260930/cn-north-4/s3/aws4_request`. */
export interface Scope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Percent-encodes every byte of the UTF-8 form except `A-Za-z0-9-_.~`, as SigV4 asks. */
export function uriEncode(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The path of an object in an S3 request: each segment encoded, `/` literal, nothing normalised. */
export function uriEncodePath(path: string): string {
  return path.split('/').map(uriEncode).join('/');
}

/** The query string, sorted and encoded; also the right one to send. */
export function canonicalQuery(query: QueryParameters): string {
  const pairs: readonly (readonly [string, string])[] = Array.isArray(query) ? query : Object.entries(query);
  return pairs
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

interface CanonicalRequest {
  readonly method: string;
  /** Encoded, as on the request line and without the query. */
  readonly path: string;
  readonly query: QueryParameters;
  /** Lower-case names; several values of one name joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}

export function canonicalRequest(request: CanonicalRequest): string {
  const lines = request.signedHeaders.map((name) => `${name}:${canonicalValue(request.headers[name] ?? '')}\n`);
  return [
    request.method,
    request.path,
    canonicalQuery(request.query),
    lines.join(''),
    request.signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n');
}

function canonicalValue(value: string): string {
  return value.trim().replace(/ {2,}/g, ' ');
}

export function scopeText(scope: Scope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

/** @param amzDate `YYYYMMDDTHHMMSSZ` */
export function stringToSign(amzDate: string, scope: Scope, canonical: string | Uint8Array): string {
  return [ALGORITHM, amzDate, scopeText(scope), sha256Hex(canonical)].join('\n');
}

export function signingKey(secretKey: string, scope: Scope): Buffer {
  const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
  return hmac(hmac(hmac(hmac(`AWS4${secretKey}`, scope.date), scope.region), scope.service), 'aws4_request');
}

export function hmacHex(key: Buffer, data: string): string {
  return createHmac('sha256', key).update(data, 'utf8').digest('hex');
}

/** Compares two secrets or signatures in constant time. */
export function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

/** `YYYYMMDDTHHMMSSZ` */
export function amzDate(now: Date | number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** Milliseconds since the epoch, or undefined when the text is no `YYYYMMDDTHHMMSSZ`. */
export function parseAmzDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** The signature of the first chunk's predecessor is the request's own; each chunk signs the one before. */
export function chunkStringToSign(date: string, scope: Scope, previous: string, chunkHash: string): string {
  return ['AWS4-HMAC-SHA256-PAYLOAD', date, scopeText(scope), previous, EMPTY_SHA256, chunkHash].join('\n');
}

export function trailerStringToSign(date: string, scope: Scope, previous: string, trailerHash: string): string {
  return ['AWS4-HMAC-SHA256-TRAILER', date, scopeText(scope), previous, trailerHash].join('\n');
}

export interface SignV4Request {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Token of temporary credentials; becomes `x-amz-security-token`. */
  readonly securityToken?: string | undefined;
  readonly region: string;
  readonly service: string;
  readonly now: Date | number;
  readonly method: string;
  /** The host with the port, as in the Host header. */
  readonly host: string;
  /** Already encoded (`uriEncodePath`); goes on the request line unchanged. */
  readonly path: string;
  /** Not encoded; send `canonicalQuery(query)`. */
  readonly query?: QueryParameters;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payloadHash: string;
}

/** Signs a request in its headers; returns all headers to send, names in lower case. */
export function signV4(request: SignV4Request): Record<string, string> {
  const date = amzDate(request.now);
  const scope: Scope = { date: date.slice(0, 8), region: request.region, service: request.service };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  headers['host'] = request.host;
  headers['x-amz-date'] = date;
  headers['x-amz-content-sha256'] = request.payloadHash;
  if (request.securityToken !== undefined) headers['x-amz-security-token'] = request.securityToken;
  // Hop-by-hop headers may be rewritten on the way; everything else is protected.
  const signedHeaders = Object.keys(headers)
    .filter((name) => !['authorization', 'connection', 'expect', 'transfer-encoding', 'user-agent'].includes(name))
    .sort();
  const { method, path, query = [], payloadHash } = request;
  const canonical = canonicalRequest({ method, path, query, headers, signedHeaders, payloadHash });
  // Node sends a header value as one byte per character, and those bytes are what the service hashes.
  const signature = hmacHex(
    signingKey(request.secretKey, scope),
    stringToSign(date, scope, Buffer.from(canonical, 'latin1')),
  );
  headers['authorization'] =
    `${ALGORITHM} Credential=${request.accessKey}/${scopeText(scope)}, ` +
    `SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return headers;
}
