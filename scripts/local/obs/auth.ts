import type { AccessKey } from '../accounts.ts';
import {
  ALGORITHM,
  canonicalRequest,
  hmacHex,
  parseAmzDate,
  type Scope,
  sameSignature,
  signingKey,
  stringToSign,
  UNSIGNED_PAYLOAD,
  uriEncodePath,
} from '../sigv4.ts';
import { S3Error } from './errors.ts';
import { decodePath, type Query } from './request.ts';

/** What the chunks of a signed stream are checked with. */
export interface ChunkSigning {
  readonly key: Buffer;
  readonly date: string;
  readonly scope: Scope;
  /** The request's own signature, which the first chunk continues. */
  readonly seed: string;
}

/** How the body is sent and protected: the value of x-amz-content-sha256. */
export interface Payload {
  /** Expected SHA-256 in hex, where the request states one. */
  readonly sha256?: string;
  readonly chunked: boolean;
  readonly trailer: boolean;
  readonly signing?: ChunkSigning;
}

export interface Authentication {
  readonly accessKey: string;
  readonly payload: Payload;
}

export interface SignedRequest {
  readonly method: string;
  readonly rawPath: string;
  readonly query: Query;
  readonly headers: Readonly<Record<string, string>>;
}

interface Claim {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: string;
  readonly payloadHash: string;
  readonly token?: string | undefined;
  readonly query: readonly (readonly [string, string])[];
  /** Seconds; only of a presigned request. */
  readonly expires?: number;
}

export interface Authenticator {
  find(accessKey: string): AccessKey | undefined;
  readonly now: () => number;
}

/** Milliseconds. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html */
const MAX_SKEW = 15 * 60_000;
/** Seconds: seven days. */
const MAX_EXPIRES = 604_800;

/**
 * Verifies who sent a request. Any region is accepted in the credential scope, because this one store plays the
 * buckets of every region and cloud.
 *
 * @throws S3Error with the code that S3 answers
 */
export function authenticate(request: SignedRequest, authenticator: Authenticator): Authentication {
  const presigned = request.query.has('X-Amz-Algorithm') || request.query.has('X-Amz-Signature');
  const claim = presigned ? claimOfQuery(request) : claimOfHeader(request);
  const { accessKey, scope } = parseCredential(claim.credential, presigned);
  const time = parseAmzDate(claim.date);
  if (time === undefined)
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  if (claim.date.slice(0, 8) !== scope.date)
    throw malformed(presigned, 'The date in the credential scope does not match the date of the request.');
  checkTime(claim, time, authenticator.now());

  const account = findAccount(accessKey, claim.token, authenticator);
  checkSignedHeaders(request, claim, presigned);

  const key = signingKey(account.secretKey, scope);
  if (!signatureMatches(request, claim, scope, key))
    throw new S3Error('SignatureDoesNotMatch', undefined, { AWSAccessKeyId: accessKey });
  const signing = { key, date: claim.date, scope, seed: claim.signature };
  return { accessKey, payload: payloadOf(claim.payloadHash, signing) };
}

/**
 * The account of an access key; temporary ones count only with their token.
 *
 * @throws S3Error InvalidAccessKeyId, InvalidToken
 */
export function findAccount(accessKey: string, token: string | undefined, { find }: Authenticator): AccessKey {
  const account = find(accessKey);
  if (!account || (account.securityToken !== undefined && token === undefined))
    throw new S3Error('InvalidAccessKeyId', undefined, { AWSAccessKeyId: accessKey });
  if (account.securityToken !== token) throw new S3Error('InvalidToken');
  return account;
}

function claimOfHeader({ headers, query }: SignedRequest): Claim {
  const authorization = headers['authorization'];
  if (authorization === undefined) throw new S3Error('AccessDenied');
  if (!authorization.startsWith(`${ALGORITHM} `))
    throw new S3Error(
      'InvalidRequest',
      `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`,
    );
  const fields = new Map<string, string>();
  for (const part of authorization.slice(ALGORITHM.length + 1).split(',')) {
    const equals = part.indexOf('=');
    fields.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) =>
    fields.get(name),
  );
  if (!credential || !signedHeaders || !signature) throw new S3Error('AuthorizationHeaderMalformed');
  const payloadHash = headers['x-amz-content-sha256'];
  if (payloadHash === undefined)
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  return {
    credential,
    signedHeaders: signedHeaders.split(';'),
    signature,
    date: headers['x-amz-date'] ?? '',
    payloadHash,
    token: headers['x-amz-security-token'],
    query: query.pairs,
  };
}

function claimOfQuery({ query, headers }: SignedRequest): Claim {
  const read = (name: string): string => {
    const value = query.get(name);
    if (!value)
      throw new S3Error(
        'AuthorizationQueryParametersError',
        'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, ' +
          'X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
      );
    return value;
  };
  const algorithm = read('X-Amz-Algorithm');
  if (algorithm !== ALGORITHM)
    throw new S3Error('AuthorizationQueryParametersError', `X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const expires = read('X-Amz-Expires');
  if (!/^\d{1,7}$/.test(expires) || Number(expires) > MAX_EXPIRES)
    throw new S3Error('AuthorizationQueryParametersError', 'X-Amz-Expires must be less than a week (in seconds)');
  const signedHeaders = read('X-Amz-SignedHeaders').split(';');
  const signedHash = signedHeaders.includes('x-amz-content-sha256') ? headers['x-amz-content-sha256'] : undefined;
  return {
    credential: read('X-Amz-Credential'),
    signedHeaders,
    signature: read('X-Amz-Signature'),
    date: read('X-Amz-Date'),
    payloadHash: query.get('X-Amz-Content-Sha256') ?? signedHash ?? UNSIGNED_PAYLOAD,
    token: query.get('X-Amz-Security-Token'),
    query: query.pairs.filter(([name]) => name !== 'X-Amz-Signature'),
    expires: Number(expires),
  };
}

/** @throws S3Error when it is no credential for S3 */
export function parseCredential(credential: string, presigned: boolean): { accessKey: string; scope: Scope } {
  // An access key may contain a slash; the scope has exactly four parts.
  const match = /^(.+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential);
  if (!match)
    throw malformed(presigned, 'The credential is not of the form "<key>/YYYYMMDD/<region>/s3/aws4_request".');
  const [, accessKey = '', date = '', region = '', service = ''] = match;
  if (service !== 's3') throw malformed(presigned, `Credential should be scoped to service "s3", not "${service}".`);
  return { accessKey, scope: { date, region, service } };
}

function malformed(presigned: boolean, message: string): S3Error {
  return new S3Error(presigned ? 'AuthorizationQueryParametersError' : 'AuthorizationHeaderMalformed', message);
}

function checkTime({ expires }: Claim, time: number, now: number): void {
  const times = { RequestTime: new Date(time).toISOString(), ServerTime: new Date(now).toISOString() };
  if (expires === undefined) {
    if (Math.abs(now - time) > MAX_SKEW)
      throw new S3Error('RequestTimeTooSkewed', undefined, { ...times, MaxAllowedSkewMilliseconds: String(MAX_SKEW) });
    return;
  }
  if (time - now > MAX_SKEW) throw new S3Error('AccessDenied', 'Request is not yet valid', times);
  if (now > time + expires * 1000)
    throw new S3Error('AccessDenied', 'Request has expired', { ...times, 'X-Amz-Expires': String(expires) });
}

/** Headers that carry meaning for S3 must be signed, else a thief of the signature could add them. */
function checkSignedHeaders({ headers }: SignedRequest, claim: Claim, presigned: boolean): void {
  const signed = new Set(claim.signedHeaders);
  const unsigned = Object.keys(headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signed.has(name),
  );
  // A presigned URL may be used by a client that adds these of its own accord.
  const tolerated = presigned ? ['x-amz-content-sha256', 'x-amz-user-agent', 'x-amz-date'] : ['x-amz-user-agent'];
  const missing = unsigned.filter((name) => !tolerated.includes(name));
  if (missing.length > 0)
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: missing.join(', '),
    });
}

function signatureMatches(request: SignedRequest, claim: Claim, scope: Scope, key: Buffer): boolean {
  const { method, rawPath, headers } = request;
  const { signedHeaders, payloadHash, query, date, signature } = claim;
  const matches = (path: string): boolean => {
    const canonical = canonicalRequest({ method, path, query, headers, signedHeaders, payloadHash });
    // Header values have one character per byte that was sent.
    return sameSignature(signature, hmacHex(key, stringToSign(date, scope, Buffer.from(canonical, 'latin1'))));
  };
  if (matches(rawPath)) return true;
  // A client may send a path that is encoded less strictly than the one it signs.
  const strict = uriEncodePath(decodePath(rawPath));
  return strict !== rawPath && matches(strict);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html */
function payloadOf(hash: string, signing: ChunkSigning): Payload {
  switch (hash) {
    case UNSIGNED_PAYLOAD:
      return { chunked: false, trailer: false };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { chunked: true, trailer: false, signing };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { chunked: true, trailer: true, signing };
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
