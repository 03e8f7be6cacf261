import { hash } from 'node:crypto';
import { compareUnits, encodeStrictly } from '#shared/encoding/percent.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';
import { hmacSha256 } from './hmac.ts';

export interface SignableRequest {
  readonly method: string;
  /** Path of the request line without the query; each segment is strictly percent-encoded (`encodeStrictly`). */
  readonly path: string;
  /** Decoded names and values, in any order. */
  readonly query?: readonly (readonly [name: string, value: string])[] | undefined;
  /** Body exactly as it is sent; empty for none. */
  readonly body?: string | undefined;
}

const ALGORITHM = 'SDK-HMAC-SHA256';
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** The query as it is signed and sent: sorted by name, then by value, and strictly encoded. */
export function encodeQuery(query: SignableRequest['query']): string {
  if (query === undefined || query.length === 0) return '';
  return query
    .toSorted(([nameA, valueA], [nameB, valueB]) => compareUnits(nameA, nameB) || compareUnits(valueA, valueB))
    .map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
    .join('&');
}

let second = Number.NaN;
let secondText = '';

/** The value of `x-sdk-date`: `20260101T000000Z`. Written once per second: a date costs as much as a hash. */
export function sdkDate(now: Date): string {
  const current = Math.floor(now.getTime() / 1000);
  if (current !== second) {
    const iso = now.toISOString();
    secondText = `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
    second = current;
  }
  return secondText;
}

/**
 * The value of the header `authorization`.
 *
 * @param headers to sign, by lower-case name; `host`, `x-sdk-date` and, with a token, `x-security-token` among them
 * @see signRequest
 */
export function authorization(
  request: SignableRequest,
  headers: Readonly<Record<string, string>>,
  { accessKey, secretKey }: KeyPair,
): string {
  const { method, path, query, body } = request;
  const names = Object.keys(headers).sort();
  const signedNames = names.join(';');
  let canonicalHeaders = '';
  for (const name of names) canonicalHeaders += `${name}:${(headers[name] ?? '').trim()}\n`;
  const canonicalPath = path.endsWith('/') ? path : `${path}/`;
  const bodyHash = body === undefined || body === '' ? EMPTY_HASH : hash('sha256', body, 'hex');
  const canonical = `${method}\n${canonicalPath}\n${encodeQuery(query)}\n${canonicalHeaders}\n${signedNames}\n${bodyHash}`;
  const toSign = `${ALGORITHM}\n${headers['x-sdk-date']}\n${hash('sha256', canonical, 'hex')}`;
  const signature = hmacSha256(secretKey, toSign);
  return `${ALGORITHM} Access=${accessKey}, SignedHeaders=${signedNames}, Signature=${signature}`;
}

/**
 * Signs a request with SDK-HMAC-SHA256.
 *
 * The path is signed as it is sent. That equals what the vendor's SDKs sign for a path whose segments are strictly
 * encoded once, which is why the client sends no other.
 *
 * @param request.host host and, unless it is the scheme's default, port
 * @param request.headers by lower-case name; all of them are signed
 * @param now the moment of sending; the gateway refuses what differs more than 15 minutes from its clock
 * @returns every header to send: those given, `host`, `x-sdk-date`, `x-security-token` and `authorization`
 * @see https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html
 */
export function signRequest(
  request: SignableRequest & { readonly host: string; readonly headers?: Readonly<Record<string, string>> },
  credentials: KeyPair,
  now: Date,
): Record<string, string> {
  const { securityToken } = credentials;
  const headers: Record<string, string> = { ...request.headers, host: request.host, 'x-sdk-date': sdkDate(now) };
  if (securityToken) headers['x-security-token'] = securityToken;
  return { ...headers, authorization: authorization(request, headers, credentials) };
}
