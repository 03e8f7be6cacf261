import { createHmac, hash } from 'node:crypto';

/** A key pair, permanent, or temporary with its token. */
export interface AccessKeyCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken?: string | undefined;
}

export interface SignableRequest {
  readonly method: string;
  /** Host and, unless it is the scheme's default, port. */
  readonly host: string;
  /** As in the request line, without the query: each segment strictly percent-encoded (`encodePathSegment`). */
  readonly path: string;
  /** Decoded names and values, in any order. */
  readonly query?: readonly (readonly [name: string, value: string])[];
  /** By lower-case name; all of them are signed. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Exactly as it is sent; empty for none. */
  readonly body?: string;
}

const ALGORITHM = 'SDK-HMAC-SHA256';
/** sha256 of nothing. */
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** Reserved characters that `encodeURIComponent` leaves alone. */
const LEFT_BY_ENCODE_URI_COMPONENT = /[!'()*]/g;

/**
 * Percent-encodes everything but `A-Za-z0-9-_.~`.
 *
 * @throws URIError on an unpaired surrogate
 */
export function encodePathSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    LEFT_BY_ENCODE_URI_COMPONENT,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The query as it is signed and sent: sorted by name, then by value, and strictly encoded. */
export function encodeQuery(query: SignableRequest['query']): string {
  if (query === undefined || query.length === 0) return '';
  return query
    .toSorted(([nameA, valueA], [nameB, valueB]) => order(nameA, nameB) || order(valueA, valueB))
    .map(([name, value]) => `${encodePathSegment(name)}=${encodePathSegment(value)}`)
    .join('&');
}

/** By UTF-16 unit, as the vendor's Node SDK sorts; for ASCII every order is the same. */
function order(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** `20260101T000000Z` */
function basicDate(now: Date): string {
  const iso = now.toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

/**
 * Signs a request with SDK-HMAC-SHA256.
 *
 * The path is signed as it is sent. That equals what the vendor's SDKs sign for a path whose segments are strictly
 * encoded once, which is why the client sends no other.
 *
 * @param now the moment of sending; the gateway refuses what differs more than 15 minutes from its clock
 * @returns every header to send: those given, `host`, `x-sdk-date`, `x-security-token` and `authorization`
 * @see https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html
 */
export function signRequest(
  request: SignableRequest,
  credentials: AccessKeyCredentials,
  now: Date,
): Record<string, string> {
  const { method, host, path, body } = request;
  const date = basicDate(now);
  const headers: Record<string, string> = { ...request.headers, host, 'x-sdk-date': date };
  if (credentials.securityToken) headers['x-security-token'] = credentials.securityToken;
  const names = Object.keys(headers).sort();
  const signedNames = names.join(';');
  let canonicalHeaders = '';
  for (const name of names) canonicalHeaders += `${name}:${(headers[name] ?? '').trim()}\n`;
  const canonicalPath = path.endsWith('/') ? path : `${path}/`;
  const bodyHash = body === undefined || body === '' ? EMPTY_HASH : hash('sha256', body, 'hex');
  const canonical = `${method}\n${canonicalPath}\n${encodeQuery(request.query)}\n${canonicalHeaders}\n${signedNames}\n${bodyHash}`;
  const toSign = `${ALGORITHM}\n${date}\n${hash('sha256', canonical, 'hex')}`;
  const signature = createHmac('sha256', credentials.secretKey).update(toSign).digest('hex');
  headers['authorization'] =
    `${ALGORITHM} Access=${credentials.accessKey}, SignedHeaders=${signedNames}, Signature=${signature}`;
  return headers;
}
