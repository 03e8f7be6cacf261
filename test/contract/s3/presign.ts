import {
  ALGORITHM,
  amzDate,
  canonicalQuery,
  canonicalRequest,
  hmacHex,
  type Scope,
  type SignV4Request,
  scopeText,
  signingKey,
  stringToSign,
  UNSIGNED_PAYLOAD,
} from '../../../scripts/local/sigv4.ts';

type PresignV4Request = Omit<SignV4Request, 'headers' | 'payloadHash' | 'query'> & {
  /** Seconds; at most 604800. */
  readonly expiresIn: number;
};

/** Signs a request in its query string; returns that query string. The payload stays unsigned. */
export function presignV4(request: PresignV4Request): string {
  const { method, path, host } = request;
  const date = amzDate(request.now);
  const scope: Scope = { date: date.slice(0, 8), region: request.region, service: request.service };
  const query: [string, string][] = [
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', `${request.accessKey}/${scopeText(scope)}`],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', String(request.expiresIn)],
    ['X-Amz-SignedHeaders', 'host'],
  ];
  if (request.securityToken !== undefined) query.push(['X-Amz-Security-Token', request.securityToken]);
  const signed = { headers: { host }, signedHeaders: ['host'], payloadHash: UNSIGNED_PAYLOAD };
  const canonical = canonicalRequest({ method, path, query, ...signed });
  const signature = hmacHex(signingKey(request.secretKey, scope), stringToSign(date, scope, canonical));
  return canonicalQuery([...query, ['X-Amz-Signature', signature]]);
}
