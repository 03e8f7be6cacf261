import { AWS_V2, OBS_V2, signatureV2, stringToSignV2, type V2Request, type V2Scheme } from '../sigv2.ts';
import { sameText, UNSIGNED_PAYLOAD } from '../sigv4.ts';
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
  readonly accessKey: string;
  readonly signature: string;
  /** Seconds since the epoch; only of a presigned request. */
  readonly expires?: string;
}

/**
 * Headers that need no signature: the SDK of OBS sends these with Signature V2 of AWS, too, which does not cover them.
 */
const UNSIGNED: readonly string[] = ['x-amz-user-agent', 'x-obs-expires', 'x-obs-az-redundancy'];

/** Verifies Signature V2 of AWS or that of OBS, which covers the headers with its own prefix only. Throws S3Error. */
export function verifyV2(request: SignedRequest, authenticator: Authenticator, scheme: V2Scheme): Authentication {
  const { headers, query } = request;
  const presigned = headers['authorization'] === undefined;
  const { accessKey, signature, expires } = presigned ? claimOfQuery(request, scheme) : claimOfHeader(request, scheme);
  if (expires === undefined) checkSkew(timeOf(request, scheme), authenticator.now());
  else checkValidity({ to: Number(expires) * 1000 }, authenticator.now());
  const foreign = (scheme === OBS_V2 ? AWS_V2 : OBS_V2).headerPrefix;
  const names = [...Object.keys(headers), ...query.pairs.map(([name]) => name.toLowerCase())];
  refuseUnsigned(names.filter((name) => name.startsWith(foreign) && !UNSIGNED.includes(name)));
  const { secretKey } = findAccount(accessKey, tokenOf(request), authenticator);
  const { method, resource } = request;
  const readings = presigned ? readingsOf(request, scheme) : [{ headers, query: query.pairs }];
  // A bucket alone is signed with a slash behind it by boto3, whether that is sent or not.
  const resources = /^\/[^/]+$/.test(resource) ? [resource, `${resource}/`] : [resource];
  const matches = readings.some((reading) =>
    resources.some((candidate) =>
      matchesPath(candidate, (path) => {
        const signed: V2Request = { method, resource: path, ...reading, expires };
        return sameText(signature, signatureV2(secretKey, stringToSignV2(signed, scheme)));
      }),
    ),
  );
  if (!matches) throw new S3Error('SignatureDoesNotMatch', undefined, { AWSAccessKeyId: accessKey });
  const payloadHash = headers[`${scheme.headerPrefix}content-sha256`] ?? UNSIGNED_PAYLOAD;
  return { accessKey, payload: { ...payloadOf(payloadHash), unsized: true }, presigned };
}

function claimOfHeader({ headers }: SignedRequest, { scheme }: V2Scheme): Claim {
  const credential = (headers['authorization'] ?? '').slice(scheme.length + 1);
  // An access key may contain a colon; Base64 does not.
  const colon = credential.lastIndexOf(':');
  if (colon < 1 || colon === credential.length - 1)
    throw new S3Error('InvalidArgument', `The Authorization header is not of the form "${scheme} <key>:<signature>".`, {
      ArgumentName: 'Authorization',
    });
  return { accessKey: credential.slice(0, colon), signature: credential.slice(colon + 1) };
}

function claimOfQuery({ query }: SignedRequest, { keyParameter }: V2Scheme): Claim {
  const [accessKey, signature, expires] = [keyParameter, 'Signature', 'Expires'].map((name) => query.get(name));
  if (!accessKey || !signature || !expires)
    throw new S3Error(
      'AccessDenied',
      `Query-string authentication requires the Signature, Expires and ${keyParameter} parameters`,
    );
  if (!/^\d{1,12}$/.test(expires))
    throw new S3Error('AccessDenied', 'Invalid date (should be seconds since epoch) in the Expires parameter');
  return { accessKey, signature, expires };
}

function timeOf({ headers }: SignedRequest, { headerPrefix }: V2Scheme): number {
  const time = parseRequestDate(headers[`${headerPrefix}date`] ?? headers['date'] ?? '');
  if (time === undefined)
    throw new S3Error('AccessDenied', `Authentication requires a valid Date or ${headerPrefix}date header`);
  return time;
}

/**
 * How `x-amz-*` and `x-obs-*` parameters of a presigned URL are signed: as part of the resource, by the SDKs of OBS, or
 * as headers, by those of AWS. Both cover all of them.
 */
function readingsOf(
  { headers, query }: SignedRequest,
  { headerPrefix }: V2Scheme,
): readonly Pick<V2Request, 'headers' | 'query'>[] {
  const isHeader = ([name]: readonly [string, string]) => name.toLowerCase().startsWith(headerPrefix);
  const moved = query.pairs.filter(isHeader);
  if (moved.length === 0) return [{ headers, query: query.pairs }];
  const asHeaders = moved.map(([name, value]) => [name.toLowerCase(), Buffer.from(value, 'utf8').toString('latin1')]);
  return [
    { headers, query: query.pairs },
    { headers: { ...headers, ...Object.fromEntries(asHeaders) }, query: query.pairs.filter((pair) => !isHeader(pair)) },
  ];
}
