import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { AccessKey } from './accounts.ts';

/** Signed requests are valid this long around the server's clock. Milliseconds. */
const MAX_CLOCK_SKEW = 15 * 60_000;

export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

type SignatureProblem =
  | 'no_signature'
  | 'malformed_authorization'
  | 'malformed_date'
  | 'expired'
  | 'unknown_access_key'
  | 'security_token'
  | 'header_not_signed'
  | 'body_hash'
  | 'mismatch';

export type SignatureVerdict =
  | { readonly ok: true; readonly key: AccessKey }
  | { readonly ok: false; readonly problem: SignatureProblem };

const AUTHORIZATION = /^SDK-HMAC-SHA256 +Access=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})$/;
const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const EMPTY = new Uint8Array();

/**
 * Checks an SDK-HMAC-SHA256 signature (the header form that Huawei's SDKs send).
 *
 * Clients differ in how they canonicalise a path that is already percent-encoded and a `+` in the query, and the
 * gateway accepts what each of its published signers produces; so do we: any of the candidates may match.
 *
 * @param find the key pair of an access key, or undefined when there is none or it has expired
 * @param now milliseconds since the epoch
 * @see https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html
 */
export function verifySdkHmac(
  request: SignedRequest,
  find: (accessKey: string) => AccessKey | undefined,
  now: number,
): SignatureVerdict {
  const { headers } = request;
  if (headers.authorization === undefined) return { ok: false, problem: 'no_signature' };
  const match = AUTHORIZATION.exec(headers.authorization);
  if (!match) return { ok: false, problem: 'malformed_authorization' };
  const [, accessKey = '', signedList = '', signature = ''] = match;

  const date = headers['x-sdk-date'];
  const time = typeof date === 'string' ? timeOf(date) : Number.NaN;
  if (typeof date !== 'string' || Number.isNaN(time)) return { ok: false, problem: 'malformed_date' };
  if (Math.abs(now - time) > MAX_CLOCK_SKEW) return { ok: false, problem: 'expired' };

  const key = find(accessKey);
  if (!key) return { ok: false, problem: 'unknown_access_key' };
  const token = headers['x-security-token'];
  if (key.securityToken !== undefined && !sameText(String(token ?? ''), key.securityToken)) {
    return { ok: false, problem: 'security_token' };
  }

  const signed = signedList.split(';');
  if (!signed.includes('x-sdk-date') || signed.some((name) => headers[name] === undefined)) {
    return { ok: false, problem: 'header_not_signed' };
  }
  const declared = headers['x-sdk-content-sha256'];
  const actual = sha256(request.body);
  if (typeof declared === 'string' && declared !== 'UNSIGNED-PAYLOAD' && declared !== actual) {
    return { ok: false, problem: 'body_hash' };
  }
  const bodyHash = typeof declared === 'string' ? declared : actual;
  const canonicalHeaders = signed.map((name) => `${name}:${String(headers[name]).trim()}\n`).join('');

  for (const path of canonicalPaths(pathOf(request.target))) {
    for (const query of canonicalQueries(queryOf(request.target))) {
      const canonical = `${request.method}\n${path}\n${query}\n${canonicalHeaders}\n${signedList}\n${bodyHash}`;
      const toSign = `SDK-HMAC-SHA256\n${date}\n${sha256(canonical)}`;
      const expected = createHmac('sha256', key.secretKey).update(toSign).digest('hex');
      if (sameText(signature, expected)) return { ok: true, key };
    }
  }
  return { ok: false, problem: 'mismatch' };
}

/** Compares two texts in a time that does not depend on where they differ. */
export function sameText(one: string, other: string): boolean {
  return timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());
}

function timeOf(date: string): number {
  const match = DATE.exec(date);
  if (!match) return Number.NaN;
  const [, y, mo, d, h, mi, s] = match;
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
}

function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

function queryOf(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? '' : target.slice(query + 1);
}

/** Each segment decoded and encoded again, encoded as sent, or as sent; always with a `/` at the end. */
function canonicalPaths(path: string): Set<string> {
  const slash = (value: string): string => (value.endsWith('/') ? value : `${value}/`);
  const segments = path.split('/');
  return new Set(
    [segments.map((part) => encode(decode(part))), segments.map(encode), segments].map((parts) =>
      slash(parts.join('/')),
    ),
  );
}

function canonicalQueries(query: string): Set<string> {
  if (query === '') return new Set(['']);
  const canonical = (read: (text: string) => string): string =>
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const equals = pair.indexOf('=');
        const name = equals < 0 ? pair : pair.slice(0, equals);
        const value = equals < 0 ? '' : pair.slice(equals + 1);
        return [encode(read(name)), encode(read(value))] as const;
      })
      .sort(([nameA, valueA], [nameB, valueB]) => order(nameA, nameB) || order(valueA, valueB))
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
  return new Set([canonical(decode), canonical((text) => decode(text.replaceAll('+', ' ')))]);
}

function order(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Uint8Array = EMPTY): string {
  return createHash('sha256').update(data).digest('hex');
}
