import {
  ALGORITHM,
  amzDate,
  canonicalRequest,
  hmacHex,
  parseAmzDate,
  type Scope,
  sameText,
  signingKey,
  stringToSign,
  UNSIGNED_PAYLOAD,
} from '../sigv4.ts';
import {
  type Authentication,
  type Authenticator,
  checkSkew,
  checkValidity,
  findAccount,
  matchesPath,
  payloadOf,
  refuseUnsigned,
  type SignedRequest,
  tokenOf,
} from './auth.ts';
import { S3Error } from './errors.ts';
import { parseRequestDate } from './request-date.ts';

interface Claim {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly date: string;
  readonly payloadHash: string;
  readonly query: readonly (readonly [string, string])[];
  /** Seconds; only of a presigned request. */
  readonly expires?: number;
}

/** Seconds: seven days. */
const MAX_EXPIRES = 604_800;

/** Verifies Signature V4 for any region: this one store plays the buckets of every region and cloud. Throws S3Error. */
export function verifyV4(request: SignedRequest, authenticator: Authenticator, presigned: boolean): Authentication {
  const claim = presigned ? claimOfQuery(request) : claimOfHeader(request);
  const { accessKey, scope } = parseCredential(claim.credential, presigned);
  const time = parseAmzDate(claim.date);
  if (time === undefined)
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  if (claim.date.slice(0, 8) !== scope.date)
    throw malformed(presigned, 'The date in the credential scope does not match the date of the request.');
  if (claim.expires === undefined) checkSkew(time, authenticator.now());
  else checkValidity({ from: time, to: time + claim.expires * 1000 }, authenticator.now());

  const account = findAccount(accessKey, tokenOf(request), authenticator);
  checkSignedHeaders(request, claim, presigned);

  const key = signingKey(account.secretKey, scope);
  if (!signatureMatches(request, claim, scope, key))
    throw new S3Error('SignatureDoesNotMatch', undefined, { AWSAccessKeyId: accessKey });
  const signing = { key, date: claim.date, scope, seed: claim.signature };
  return { accessKey, payload: payloadOf(claim.payloadHash, signing), presigned };
}

function claimOfHeader({ headers, query }: SignedRequest): Claim {
  const fields = new Map<string, string>();
  for (const part of (headers['authorization'] ?? '').slice(ALGORITHM.length + 1).split(',')) {
    const equals = part.indexOf('=');
    fields.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) =>
    fields.get(name),
  );
  if (!credential || !signedHeaders || !signature) throw new S3Error('AuthorizationHeaderMalformed');
  const payloadHash = headers['x-amz-content-sha256'] ?? headers['x-obs-content-sha256'];
  if (payloadHash === undefined)
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  return {
    credential,
    signedHeaders: signedHeaders.split(';'),
    signature,
    date: headers['x-amz-date'] ?? dateOf(headers['date']),
    payloadHash,
    query: query.pairs,
  };
}

/** The header Date stands in for x-amz-date. */
function dateOf(header = ''): string {
  const time = parseRequestDate(header);
  return time === undefined ? '' : amzDate(time);
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
    query: query.pairs.filter(([name]) => name !== 'X-Amz-Signature'),
    expires: Number(expires),
  };
}

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

/** Headers that carry meaning for S3 must be signed. */
function checkSignedHeaders({ headers }: SignedRequest, claim: Claim, presigned: boolean): void {
  const signed = new Set(claim.signedHeaders);
  // A presigned URL may be used by a client that adds these of its own accord.
  const tolerated = presigned ? ['x-amz-content-sha256', 'x-amz-user-agent', 'x-amz-date'] : ['x-amz-user-agent'];
  refuseUnsigned(
    Object.keys(headers).filter(
      (name) => (name === 'host' || /^x-(?:amz|obs)-/.test(name)) && !signed.has(name) && !tolerated.includes(name),
    ),
  );
}

function signatureMatches(request: SignedRequest, claim: Claim, scope: Scope, key: Buffer): boolean {
  const { method, rawPath, headers } = request;
  const { signedHeaders, payloadHash, query, date, signature } = claim;
  return matchesPath(rawPath, (path) => {
    const canonical = canonicalRequest({ method, path, query, headers, signedHeaders, payloadHash });
    // Header values have one character per byte that was sent.
    return sameText(signature, hmacHex(key, stringToSign(date, scope, Buffer.from(canonical, 'latin1'))));
  });
}
