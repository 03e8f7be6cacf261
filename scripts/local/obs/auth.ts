import type { AccessKey } from '../accounts.ts';
import { type Scope, UNSIGNED_PAYLOAD, uriEncodePath } from '../sigv4.ts';
import { S3Error } from './errors.ts';
import { decodePath, type Query } from './request.ts';

interface ChunkSigning {
  readonly key: Buffer;
  readonly date: string;
  readonly scope: Scope;
  /** The request's own signature, which the first chunk continues. */
  readonly seed: string;
}

/** How the body is sent and protected: the value of x-amz-content-sha256. */
export interface Payload {
  readonly sha256?: string;
  readonly chunked: boolean;
  readonly trailer: boolean;
  /** Whether a body may come without its length, as clients of OBS send files. S3 refuses that. */
  readonly unsized?: boolean;
  readonly signing?: ChunkSigning;
}

export interface Authentication {
  readonly accessKey: string;
  readonly payload: Payload;
  /** Whether the signature is in the query, where headers may be as well. */
  readonly presigned: boolean;
}

export interface SignedRequest {
  readonly method: string;
  readonly rawPath: string;
  /** `/bucket/key`, also where the bucket is part of the host name. */
  readonly resource: string;
  readonly query: Query;
  /** Headers under the names that the client sent. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Authenticator {
  find(accessKey: string): AccessKey | undefined;
  readonly now: () => number;
}

/** Milliseconds. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html */
const MAX_SKEW = 15 * 60_000;

const TOKEN = /^x-(?:amz|obs)-security-token$/i;

/**
 * The account of an access key, a temporary one with its token. Throws S3Error InvalidAccessKeyId, InvalidToken.
 */
export function findAccount(accessKey: string, token: string | undefined, { find }: Authenticator): AccessKey {
  const account = find(accessKey);
  if (!account || (account.securityToken !== undefined && token === undefined))
    throw new S3Error('InvalidAccessKeyId', undefined, { AWSAccessKeyId: accessKey });
  if (account.securityToken !== token) throw new S3Error('InvalidToken');
  return account;
}

/** The security token of a request, in a header or in the query. Throws S3Error InvalidToken where there are two. */
export function tokenOf({ headers, query }: SignedRequest): string | undefined {
  const given = [...Object.entries(headers), ...query.pairs].filter(([name]) => TOKEN.test(name));
  const [token, other] = new Set(given.map(([, value]) => value));
  if (other !== undefined) throw new S3Error('InvalidToken');
  return token;
}

export function checkSkew(time: number, now: number): void {
  if (Math.abs(now - time) <= MAX_SKEW) return;
  throw new S3Error('RequestTimeTooSkewed', undefined, {
    ...timesOf(time, now),
    MaxAllowedSkewMilliseconds: String(MAX_SKEW),
  });
}

/** Throws S3Error AccessDenied unless a presigned URL is valid now; milliseconds since the epoch. */
export function checkValidity({ from, to }: { readonly from?: number; readonly to: number }, now: number): void {
  if (from !== undefined && from - now > MAX_SKEW)
    throw new S3Error('AccessDenied', 'Request is not yet valid', timesOf(from, now));
  if (now > to)
    throw new S3Error('AccessDenied', 'Request has expired', {
      Expires: new Date(to).toISOString(),
      ServerTime: new Date(now).toISOString(),
    });
}

function timesOf(time: number, now: number): Record<string, string> {
  return { RequestTime: new Date(time).toISOString(), ServerTime: new Date(now).toISOString() };
}

/** @throws S3Error AccessDenied: a thief of the signature could have added such a header */
export function refuseUnsigned(names: readonly string[]): void {
  if (names.length > 0)
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: names.join(', '),
    });
}

/**
 * Whether a signature is right for a path as it came, or, since clients encode less strictly than they sign, strictly.
 */
export function matchesPath(path: string, matches: (path: string) => boolean): boolean {
  if (matches(path)) return true;
  const strict = uriEncodePath(decodePath(path));
  return strict !== path && matches(strict);
}

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
 * @param signing what chunks are signed with, in Signature V4 only
 */
export function payloadOf(hash: string, signing?: ChunkSigning): Payload {
  switch (hash) {
    case UNSIGNED_PAYLOAD:
      return { chunked: false, trailer: false };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      if (signing) return { chunked: true, trailer: false, signing };
      break;
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      if (signing) return { chunked: true, trailer: true, signing };
      break;
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { chunked: true, trailer: true };
  }
  if (!/^[0-9a-f]{64}$/.test(hash))
    throw new S3Error(
      'InvalidArgument',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, ' +
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
      { ArgumentName: 'x-amz-content-sha256' },
    );
  return { chunked: false, trailer: false, sha256: hash };
}
