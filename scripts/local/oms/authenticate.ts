import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Accounts } from '../accounts.ts';
import { notAuthenticated, OmsFault } from './errors.ts';
import { LIMITS } from './limits.ts';

/**
 * What the gateway in front of OMS does with SDK-HMAC-SHA256 signatures and tokens, from the vendor's description
 * of the algorithm. https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm-002.html
 */
export interface SignedRequest {
  readonly method: string;
  /** Path as on the request line, without the query. */
  readonly rawPath: string;
  /** Query as on the request line, without `?`. */
  readonly rawQuery: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

/** Who called. */
export interface Caller {
  /** Absent for a token of nobody in particular. */
  readonly accessKey?: string;
}

/** What IAM knows of tokens. */
export interface IssuedTokens {
  has(token: string): boolean;
  /** Whose permissions the token has. */
  accessKeyOf?(token: string): string | undefined;
}

export interface AuthenticateOptions {
  readonly accounts: Accounts;
  /** IAM tokens that were issued. */
  readonly tokens?: IssuedTokens;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const ALGORITHM = 'SDK-HMAC-SHA256';
const AUTHORIZATION = /^SDK-HMAC-SHA256 +Access=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]+)$/;
const UNSIGNED = 'UNSIGNED-PAYLOAD';

/**
 * Accepts a request or says why not.
 *
 * @throws OmsFault 401 APIGW.0301. As the gateway does, a wrong signature is answered with the canonical request that
 *   the server computed, which holds every signed header of the caller.
 */
export function authenticate(request: SignedRequest, options: AuthenticateOptions): Caller {
  const authorization = header(request, 'authorization');
  if (authorization === undefined) return byToken(header(request, 'x-auth-token'), options);
  const [, accessKey, names, signature] = AUTHORIZATION.exec(authorization) ?? [];
  if (accessKey === undefined || names === undefined || signature === undefined)
    throw notAuthenticated(`authorization header format error, expected ${ALGORITHM}`);

  const date = header(request, 'x-sdk-date') ?? '';
  const signedAt = parseDate(date);
  if (signedAt === undefined) throw notAuthenticated('x-sdk-date is missing or not YYYYMMDDTHHMMSSZ');
  if (Math.abs(options.now - signedAt) > LIMITS.clockSkew)
    throw notAuthenticated(
      `signature expired, signature time:${date},server time:${new Date(options.now).toISOString().replace(/[-:]|\.\d+/g, '')}`,
    );

  const account = options.accounts.find(accessKey);
  if (!account) throw notAuthenticated(`Get secretKey failed,ak:${accessKey},err:ak not exist`);
  // Temporary keys come with a token that the signature does not prove: it is compared.
  // https://support.huaweicloud.com/intl/en-us/api-iam/iam_04_0002.html
  if (account.securityToken !== undefined && !same(account.securityToken, header(request, 'x-security-token') ?? ''))
    throw notAuthenticated('decrypt token fail');

  const signedHeaders = names.split(';');
  const ordered = signedHeaders.every((name, index) => index === 0 || (signedHeaders[index - 1] ?? '') < name);
  // The date is what limits how long a recorded request can be replayed, so it must be under the signature.
  if (!ordered || !signedHeaders.includes('x-sdk-date') || signedHeaders.some((name) => name !== name.toLowerCase()))
    throw notAuthenticated('SignedHeaders must be lower case, sorted, and hold x-sdk-date');

  const candidates = canonicalPaths(request.rawPath).map((path) => canonicalRequest(request, path, signedHeaders));
  const claimed = header(request, 'x-sdk-content-sha256');
  const honest = claimed === undefined || claimed === UNSIGNED || same(claimed, sha256(request.body));
  const accepted = candidates.some((canonical) =>
    same(
      createHmac('sha256', account.secretKey)
        .update(`${ALGORITHM}\n${date}\n${sha256(canonical)}`)
        .digest('hex'),
      signature,
    ),
  );
  if (!accepted || !honest)
    throw notAuthenticated(
      `verify aksk signature fail, canonicalRequest:${(candidates[0] ?? '').replaceAll('\n', '|')}`,
    );
  return { accessKey };
}

function byToken(token: string | undefined, options: AuthenticateOptions): Caller {
  if (token === undefined || token === '') throw notAuthenticated('x-auth-token not found');
  if (!options.tokens?.has(token)) throw notAuthenticated('decrypt token fail');
  const accessKey = options.tokens.accessKeyOf?.(token);
  return accessKey === undefined ? {} : { accessKey };
}

/**
 * The canonical request: method, path, query, signed headers, their names, hash of the body.
 *
 * @throws OmsFault 401 when a signed header was not sent
 */
function canonicalRequest(request: SignedRequest, path: string, signedHeaders: readonly string[]): string {
  const lines = signedHeaders.map((name) => {
    const value = header(request, name);
    if (value === undefined) throw notAuthenticated(`signed header ${name} not found`);
    return `${name}:${value.trim()}\n`;
  });
  const payload = header(request, 'x-sdk-content-sha256') ?? sha256(request.body);
  const query = canonicalQuery(request.rawQuery);
  return [request.method, path, query, lines.join(''), signedHeaders.join(';'), payload].join('\n');
}

/**
 * The canonical path ends with `/` whatever was sent. The documents take a path as decoded and encode it; the
 * official SDK encodes the path as sent, which encodes `%` once more. They differ only where a path holds `%`;
 * both are accepted, since the vendor says neither that the gateway refuses the one nor the other.
 */
function canonicalPaths(rawPath: string): string[] {
  const close = (path: string): string => (path.endsWith('/') ? path : `${path}/`);
  const segments = rawPath.split('/');
  const asSent = close(segments.map(encode).join('/'));
  if (!rawPath.includes('%')) return [asSent];
  return [close(segments.map((segment) => encode(decode(segment))).join('/')), asSent];
}

/** Names and values encoded, sorted by name, then by value; a parameter without `=` gets one. */
function canonicalQuery(rawQuery: string): string {
  return rawQuery
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      const [name, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
      return [encode(decode(name)), encode(decode(value))] as const;
    })
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function header(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** `A-Za-z0-9-_.~` literal, every other byte of UTF-8 as `%XX`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new OmsFault(400, 'APIGW.0201', `Bad request: ${(error as Error).message}`);
  }
}

function parseDate(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
