import { createHmac, hash } from 'node:crypto';
import { compareUnits, encodeStrictly } from '#shared/encoding/percent.ts';
import type { KeyPair } from '#shared/http/key-pair.ts';

export type QueryParameter = readonly [name: string, value: string];

export interface SignableRequest {
  readonly method: string;
  /** Path of the request line without the query, strictly encoded (`encodePath`). */
  readonly path: string;
  /** Query of the request line, sorted and strictly encoded (`encodeQuery`); empty for none. */
  readonly query: string;
  /** Headers to sign and send, `host` among them. Names are in lower case; values have no spaces around them. */
  readonly headers: Readonly<Record<string, string>>;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
/**
 * Stands in place of the body's hash. OBS refuses requests that sign the body.
 * @see https://support.huaweicloud.com/intl/en-us/obs_faq/obs_faq_0274.html
 */
const UNSIGNED = 'UNSIGNED-PAYLOAD';

/** Characters that are neither unreserved (RFC 3986, section 2.3) nor a slash. */
const NEEDS_ENCODING = /[^\w.~\-/]/;
const SPACES = / +/g;

/**
 * Writes a key as a path: strictly encoded, with slashes as they are. It keeps `.`, `..` and empty segments, which an
 * object store treats as any other name.
 *
 * @throws URIError on an unpaired surrogate
 */
export function encodePath(key: string): string {
  return NEEDS_ENCODING.test(key) ? encodeStrictly(key).replaceAll('%2F', '/') : key;
}

/**
 * A query as it is signed and sent: strictly encoded, then sorted by name and value.
 *
 * @throws URIError on an unpaired surrogate
 */
export function encodeQuery(query: readonly QueryParameter[]): string {
  return query
    .map(([name, value]) => [encodeStrictly(name), encodeStrictly(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compareUnits(nameA, nameB) || compareUnits(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/**
 * Signs requests with AWS signature version 4 in headers, the body unsigned. The path is signed as it is sent, which is
 * S3's way: nothing is resolved, or encoded a second time.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class SigV4Signer {
  readonly #region: string;
  /** Signing key of the last request: it stays the same for a day and costs four hashes. */
  #derived: { readonly secretKey: string; readonly date: string; readonly key: Buffer } | undefined;

  constructor(region: string) {
    this.#region = region;
  }

  /**
   * @param now the moment of sending, milliseconds since the epoch; a store refuses what differs 15 minutes from its
   *   clock
   * @returns every header to send: those given, `x-amz-date`, `x-amz-content-sha256`, `x-amz-security-token` where the
   *   credentials have one, and `authorization`
   */
  sign(
    request: SignableRequest,
    { accessKey, secretKey, securityToken }: KeyPair,
    now: number,
  ): Record<string, string> {
    const { method, path, query } = request;
    const time = new Date(now).toISOString();
    const date = time.slice(0, 10).replaceAll('-', '');
    const stamp = `${date}T${time.slice(11, 19).replaceAll(':', '')}Z`;
    const headers: Record<string, string> = {
      ...request.headers,
      'x-amz-content-sha256': UNSIGNED,
      'x-amz-date': stamp,
      ...(securityToken ? { 'x-amz-security-token': securityToken } : {}),
    };
    const names = Object.keys(headers).sort();
    const signedNames = names.join(';');
    const canonicalHeaders = names.map((name) => `${name}:${(headers[name] ?? '').replace(SPACES, ' ')}\n`).join('');
    const canonical = `${method}\n${path}\n${query}\n${canonicalHeaders}\n${signedNames}\n${UNSIGNED}`;
    const scope = `${date}/${this.#region}/s3/aws4_request`;
    const toSign = `${ALGORITHM}\n${stamp}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
    const signature = hmac(this.#key(secretKey, date), toSign).toString('hex');
    headers['authorization'] =
      `${ALGORITHM} Credential=${accessKey}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
    return headers;
  }

  #key(secretKey: string, date: string): Buffer {
    let derived = this.#derived;
    if (derived?.secretKey !== secretKey || derived.date !== date) {
      const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secretKey}`, date), this.#region));
      derived = { secretKey, date, key };
      this.#derived = derived;
    }
    return derived.key;
  }
}
