import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { AccessKey } from './accounts.ts';
import { canonicalQuery, parseAmzDate, sameText, sha256Hex, uriEncode } from './sigv4.ts';

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
  | 'signed_headers'
  | 'header_not_signed'
  | 'body_hash'
  | 'mismatch';

type SignatureVerdict =
  | { readonly ok: true; readonly key: AccessKey }
  | {
      readonly ok: false;
      readonly problem: SignatureProblem;
      /** The date, access key or header that is wrong; for a wrong signature or body, the canonical request. */
      readonly detail: string;
    };

const AUTHORIZATION = /^SDK-HMAC-SHA256 +Access=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]+)$/;

/**
 * Checks an SDK-HMAC-SHA256 signature in headers. Clients canonicalise a path that is already encoded
 * and a `+` in the query in different ways; what any of the vendor's published signers produces is accepted.
 * @see https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html
 */
export function verifySdkHmac(
  request: SignedRequest,
  find: (accessKey: string) => AccessKey | undefined,
  now: number,
): SignatureVerdict {
  const { headers } = request;
  const refuse = (problem: SignatureProblem, detail = ''): SignatureVerdict => ({ ok: false, problem, detail });
  if (headers.authorization === undefined) return refuse('no_signature');
  const match = AUTHORIZATION.exec(headers.authorization);
  if (!match) return refuse('malformed_authorization');
  const [, accessKey = '', signedList = '', signature = ''] = match;

  const date = String(headers['x-sdk-date'] ?? '');
  const time = parseAmzDate(date);
  if (time === undefined) return refuse('malformed_date');
  if (Math.abs(now - time) > MAX_CLOCK_SKEW) return refuse('expired', date);

  const key = find(accessKey);
  if (!key) return refuse('unknown_access_key', accessKey);
  // Temporary keys come with a token that the signature does not prove: it is compared.
  // https://support.huaweicloud.com/intl/en-us/api-iam/iam_04_0002.html
  if (key.securityToken !== undefined && !sameText(String(headers['x-security-token'] ?? ''), key.securityToken))
    return refuse('security_token');

  const signed = signedList.split(';');
  const ordered = signed.every((name, index) => name === name.toLowerCase() && (signed[index - 1] ?? '') < name);
  // The date limits how long a recorded request can be replayed, so the signature must cover it.
  if (!ordered || !signed.includes('x-sdk-date')) return refuse('signed_headers');
  const missing = signed.find((name) => headers[name] === undefined);
  if (missing !== undefined) return refuse('header_not_signed', missing);

  const declared = headers['x-sdk-content-sha256'];
  const actual = sha256Hex(request.body);
  const bodyHash = typeof declared === 'string' ? declared : actual;
  const canonicalHeaders = signed.map((name) => `${name}:${String(headers[name]).trim()}\n`).join('');
  const [path, query] = splitTarget(request.target);
  const candidates = canonicalPaths(path).flatMap((canonicalPath) =>
    canonicalQueries(query).map((canonical) =>
      [request.method, canonicalPath, canonical, canonicalHeaders, signedList, bodyHash].join('\n'),
    ),
  );
  if (bodyHash !== actual && bodyHash !== 'UNSIGNED-PAYLOAD') return refuse('body_hash', candidates[0]);
  const accepted = candidates.some((canonical) => {
    const toSign = `SDK-HMAC-SHA256\n${date}\n${sha256Hex(canonical)}`;
    return sameText(signature, createHmac('sha256', key.secretKey).update(toSign).digest('hex'));
  });
  return accepted ? { ok: true, key } : refuse('mismatch', candidates[0]);
}

export function splitTarget(target: string): [path: string, query: string] {
  const question = target.indexOf('?');
  return question < 0 ? [target, ''] : [target.slice(0, question), target.slice(question + 1)];
}

/**
 * Each segment decoded and encoded again (as the documents say), encoded as sent (as the official SDK does, which
 * encodes `%` once more), or as sent; always with a `/` at the end.
 */
function canonicalPaths(path: string): string[] {
  const segments = path.split('/');
  const forms = [segments.map((part) => uriEncode(decodeLeniently(part))), segments.map(uriEncode), segments];
  return [...new Set(forms.map((parts) => parts.join('/').replace(/(?<!\/)$/, '/')))];
}

/** A parameter without `=` gets one. */
function canonicalQueries(query: string): string[] {
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`));
  const canonical = (read: (text: string) => string): string =>
    canonicalQuery(
      pairs.map((pair) => {
        const equals = pair.indexOf('=');
        return [read(pair.slice(0, equals)), read(pair.slice(equals + 1))] as const;
      }),
    );
  return [...new Set([canonical(decodeLeniently), canonical((text) => decodeLeniently(text.replaceAll('+', ' ')))])];
}

/** Decodes percent-encoding; text that is not percent-encoded stays as it is. */
export function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
