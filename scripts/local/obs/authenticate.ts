import { AWS_V2, OBS_V2 } from '../sigv2.ts';
import { ALGORITHM } from '../sigv4.ts';
import type { Authentication, Authenticator, SignedRequest } from './auth.ts';
import { verifyV2 } from './auth-v2.ts';
import { verifyV4 } from './auth-v4.ts';
import { S3Error } from './errors.ts';

const V4_PARAMETER = /^X-Amz-(?:Algorithm|Credential|Date|Expires|Signature|SignedHeaders)$/;
const SINGLE = /^(?:X-Amz-.*|x-(?:amz|obs)-security-token|AWSAccessKeyId|AccessKeyId|Signature|Expires)$/;

/** Verifies who sent a request: with Signature V4, V2 or that of OBS, in a header or in the query, in one way only. */
export function authenticate(request: SignedRequest, authenticator: Authenticator): Authentication {
  const { authorization } = request.headers;
  const names = request.query.pairs.map(([name]) => name);
  const v4 = names.some((name) => V4_PARAMETER.test(name));
  const keyed = [AWS_V2, OBS_V2].filter(({ keyParameter }) => names.includes(keyParameter));
  const v2 = keyed.length || Number(names.includes('Signature'));
  if (Number(authorization !== undefined) + Number(v4) + v2 > 1)
    throw new S3Error(
      'InvalidArgument',
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or ' +
        'the Authorization header should be specified',
      { ArgumentName: 'Authorization' },
    );
  const repeated = names.find((name, index) => SINGLE.test(name) && names.indexOf(name) !== index);
  if (repeated !== undefined)
    throw new S3Error('InvalidArgument', `The query parameter ${repeated} is there more than once.`, {
      ArgumentName: repeated,
    });
  if (v4 || authorization?.startsWith(`${ALGORITHM} `)) return verifyV4(request, authenticator, v4);
  const scheme =
    authorization === undefined
      ? keyed[0]
      : [AWS_V2, OBS_V2].find(({ scheme }) => authorization.startsWith(`${scheme} `));
  if (scheme) return verifyV2(request, authenticator, scheme);
  if (authorization === undefined) throw new S3Error('AccessDenied');
  throw new S3Error(
    'InvalidRequest',
    `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`,
  );
}
