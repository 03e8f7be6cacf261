import { describe, expect, it } from 'vitest';
import { authenticate } from '../../../../scripts/local/obs/authenticate.ts';
import { parseTarget } from '../../../../scripts/local/obs/request.ts';
import { parseRequestDate } from '../../../../scripts/local/obs/request-date.ts';
import { AWS_V2, OBS_V2, signatureV2, stringToSignV2, type V2Scheme } from '../../../../scripts/local/sigv2.ts';
import {
  ALGORITHM,
  amzDate,
  canonicalRequest,
  hmacHex,
  type Scope,
  scopeText,
  signingKey,
  stringToSign,
  UNSIGNED_PAYLOAD,
} from '../../../../scripts/local/sigv4.ts';
import { presignV4 } from '../../../contract/s3/presign.ts';

const KEYS = { accessKey: 'AK', secretKey: 'secret' };
const NOW = Date.parse('2026-11-30T12:00:00Z');
const DATE = new Date(NOW).toUTCString();
const LATER = String(NOW / 1000 + 60);
const HOST = '127.0.0.1:8081';

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

function verify({ method = 'GET', path, headers }: Sent) {
  const { rawPath, resource, query } = parseTarget(path, headers['host']);
  const find = (accessKey: string) => (accessKey === KEYS.accessKey ? KEYS : undefined);
  return authenticate({ method, rawPath, resource, query, headers }, { find, now: () => NOW });
}

const signatureOf = (scheme: V2Scheme, { method = 'GET', path, headers }: Sent, expires?: string): string => {
  const { resource, query } = parseTarget(path, headers['host']);
  return signatureV2(
    KEYS.secretKey,
    stringToSignV2({ method, resource, query: query.pairs, headers, expires }, scheme),
  );
};

/** Signed in its headers. */
function inHeader(scheme: V2Scheme, headers: Readonly<Record<string, string>> = { date: DATE }, path = '/b/k'): Sent {
  const signature = signatureOf(scheme, { path, headers });
  return { path, headers: { ...headers, authorization: `${scheme.scheme} ${KEYS.accessKey}:${signature}` } };
}

/** Signed in its query. */
function inQuery(scheme: V2Scheme, expires = LATER, more = ''): Sent {
  const signature = signatureOf(scheme, { path: `/b/k?${more}`, headers: {} }, expires);
  const named = `${scheme.keyParameter}=${KEYS.accessKey}&Expires=${expires}&Signature=${encodeURIComponent(signature)}`;
  return { path: `/b/k?${named}${more === '' ? '' : `&${more}`}`, headers: {} };
}

const inV4Query = (): string =>
  presignV4({ method: 'GET', host: HOST, path: '/b/k', ...KEYS, region: 'r', service: 's3', expiresIn: 60, now: NOW });

/** Signature V4 with the header Date in the place of x-amz-date. */
function withDate(date: string, sent = date): Sent {
  const scope: Scope = { date: amzDate(NOW).slice(0, 8), region: 'r', service: 's3' };
  const headers = { host: HOST, date, 'x-amz-content-sha256': UNSIGNED_PAYLOAD };
  const signedHeaders = ['date', 'host', 'x-amz-content-sha256'];
  const request = { method: 'GET', path: '/b/k', query: [], headers, signedHeaders, payloadHash: UNSIGNED_PAYLOAD };
  const text = stringToSign(amzDate(Date.parse(date)), scope, canonicalRequest(request));
  const signature = hmacHex(signingKey(KEYS.secretKey, scope), text);
  const credential = `${KEYS.accessKey}/${scopeText(scope)}`;
  const fields = `Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return { path: '/b/k', headers: { ...headers, date: sent, authorization: `${ALGORITHM} ${fields}` } };
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#ConstructingTheAuthenticationHeader
describe('the examples of the documentation of Signature V2', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  it.each([
    [
      'an object',
      'GET',
      '/awsexamplebucket1/photos/puppy.jpg',
      { date: 'Tue, 27 Mar 2007 19:36:42 +0000' },
      'qgk2+6Sv9/oM7G3qLEjTH1a1l1g=',
    ],
    [
      'an upload',
      'PUT',
      '/awsexamplebucket1/photos/puppy.jpg',
      { date: 'Tue, 27 Mar 2007 21:15:45 +0000', 'content-type': 'image/jpeg' },
      'iqRzw+ileNPu1fhspnRs8nOjjIA=',
    ],
    [
      'a listing',
      'GET',
      '/awsexamplebucket1/?prefix=photos&max-keys=50&marker=puppy',
      { date: 'Tue, 27 Mar 2007 19:42:41 +0000' },
      'm0WP8eCtspQl5Ahe6L1SozdX9YA=',
    ],
    [
      'a sub-resource',
      'GET',
      '/awsexamplebucket1/?acl',
      { date: 'Tue, 27 Mar 2007 19:44:46 +0000' },
      '82ZHiFIjc+WbcwFKGUVEQspPn+0=',
    ],
    [
      'metadata',
      'PUT',
      '/static.example.com/db-backup.dat.gz',
      {
        date: 'Tue, 27 Mar 2007 21:06:08 +0000',
        'x-amz-acl': 'public-read',
        'content-type': 'application/x-download',
        'content-md5': '4gJE4saaMU4BqNR0kLY+lw==',
        'x-amz-meta-reviewedby': 'joe@example.com,jane@example.com',
        'x-amz-meta-filechecksum': '0x02661779',
        'x-amz-meta-checksumalgorithm': 'crc32',
      },
      'jtBQa0Aq+DkULFI8qrpwIjGEx0E=',
    ],
  ])('%s', (_name, method, path, headers, signature) => {
    const { resource, query } = parseTarget(path);
    const text = stringToSignV2({ method, resource, query: query.pairs, headers }, AWS_V2);
    expect(signatureV2(secret, text)).toBe(signature);
  });
});

describe('what is accepted', () => {
  it.each([
    ['OBS in a header', inHeader(OBS_V2)],
    ['AWS in a header', inHeader(AWS_V2)],
    ['x-obs-date in the place of Date', inHeader(OBS_V2, { 'x-obs-date': DATE })],
    ['x-amz-date beside another Date', inHeader(AWS_V2, { 'x-amz-date': DATE, date: new Date(0).toUTCString() })],
    ['a date of ISO 8601', inHeader(AWS_V2, { date: amzDate(NOW) })],
    ['a bucket in the host name', inHeader(OBS_V2, { date: DATE, host: 'b.localhost' }, '/k')],
    ['OBS in the query', inQuery(OBS_V2)],
    ['AWS in the query', inQuery(AWS_V2)],
    ['V4 with Date in a header', withDate(DATE)],
    ['V4 in the query', { path: `/b/k?${inV4Query()}`, headers: { host: HOST } }],
    [
      'a header of the SDK that Signature V2 does not cover',
      { ...inHeader(AWS_V2), headers: { ...inHeader(AWS_V2).headers, 'x-obs-expires': '3' } },
    ],
  ])('%s', (_name, sent) => {
    expect(verify(sent).accessKey).toBe(KEYS.accessKey);
  });

  it('headers in the query, as the SDKs of AWS presign them with Signature V2', () => {
    const signature = signatureOf(AWS_V2, { path: '/b/k', headers: { 'x-amz-meta-a': 'é b' } }, LATER);
    const query = `AWSAccessKeyId=AK&Expires=${LATER}&Signature=${encodeURIComponent(signature)}`;
    expect(() => verify({ path: `/b/k?${query}&x-amz-meta-a=%C3%A9%20b`, headers: {} })).toThrow(
      expect.objectContaining({ code: 'SignatureDoesNotMatch' }),
    );
    const bytes = Buffer.from('é b').toString('latin1');
    const right = encodeURIComponent(signatureOf(AWS_V2, { path: '/b/k', headers: { 'x-amz-meta-a': bytes } }, LATER));
    const named = `AWSAccessKeyId=AK&Expires=${LATER}&Signature=${right}`;
    expect(verify({ path: `/b/k?${named}&x-amz-meta-a=%C3%A9%20b`, headers: {} }).presigned).toBe(true);
  });
});

describe('what is refused', () => {
  const obs = inHeader(OBS_V2);
  const withHeader = (sent: Sent, headers: Readonly<Record<string, string>>): Sent => ({
    ...sent,
    headers: { ...sent.headers, ...headers },
  });
  const withQuery = (sent: Sent, more: string): Sent => ({
    ...sent,
    path: `${sent.path}${sent.path.includes('?') ? '&' : '?'}${more}`,
  });
  const at = (ms: number): string => new Date(NOW + ms).toUTCString();

  it.each([
    ['no signature', { path: '/b/k', headers: {} }, 'AccessDenied'],
    ['an unknown scheme', withHeader(obs, { authorization: 'Basic AK:x' }), 'InvalidRequest'],
    ['a scheme in lower case', withHeader(obs, { authorization: 'obs AK:x' }), 'InvalidRequest'],
    ['no signature behind the key', withHeader(obs, { authorization: 'OBS AK:' }), 'InvalidArgument'],
    ['no colon', withHeader(obs, { authorization: 'AWS AK' }), 'InvalidArgument'],
    ['a wrong signature', withHeader(obs, { authorization: 'OBS AK:AAAA' }), 'SignatureDoesNotMatch'],
    [
      'a signature of OBS under the name of AWS',
      withHeader(inHeader(OBS_V2, { date: DATE, 'x-obs-meta-a': '1' }), { authorization: 'AWS AK:AAAA' }),
      'AccessDenied',
    ],
    [
      'an unknown key',
      withHeader(obs, { authorization: obs.headers['authorization']?.replace('AK', 'NO') ?? '' }),
      'InvalidAccessKeyId',
    ],
    ['no date', inHeader(OBS_V2, {}), 'AccessDenied'],
    ['a date that cannot be', inHeader(OBS_V2, { date: 'Mon, 31 Feb 2026 12:00:00 GMT' }), 'AccessDenied'],
    ['a date of 16 minutes ago', inHeader(OBS_V2, { date: at(-16 * 60_000) }), 'RequestTimeTooSkewed'],
    ['a date in 16 minutes', inHeader(AWS_V2, { date: at(16 * 60_000) }), 'RequestTimeTooSkewed'],
    [
      'an old x-obs-date beside a new Date',
      inHeader(OBS_V2, { 'x-obs-date': at(-16 * 60_000), date: DATE }),
      'RequestTimeTooSkewed',
    ],
    ['x-amz-* with the signature of OBS', inHeader(OBS_V2, { date: DATE, 'x-amz-meta-a': '1' }), 'AccessDenied'],
    ['x-obs-* with the signature of AWS', inHeader(AWS_V2, { date: DATE, 'x-obs-acl': 'public-read' }), 'AccessDenied'],
    ['x-amz-* in a query that OBS signed', withQuery(inQuery(OBS_V2), 'x-amz-security-token=x'), 'AccessDenied'],
    ['an added x-obs-* header', withHeader(obs, { 'x-obs-acl': 'public-read' }), 'SignatureDoesNotMatch'],
    ['an added sub-resource', withQuery(obs, 'acl'), 'SignatureDoesNotMatch'],
    ['an expired URL', inQuery(OBS_V2, String(NOW / 1000 - 1)), 'AccessDenied'],
    [
      'an expired URL with a new time',
      { ...inQuery(AWS_V2), path: inQuery(AWS_V2).path.replace(LATER, String(Number(LATER) + 1)) },
      'SignatureDoesNotMatch',
    ],
    ['a URL that expires at no time', inQuery(OBS_V2, 'never'), 'AccessDenied'],
    ['a URL without its end', { path: '/b/k?AccessKeyId=AK&Signature=x', headers: {} }, 'AccessDenied'],
    ['a signature without a key', { path: '/b/k?Signature=x&Expires=1', headers: {} }, 'AccessDenied'],
    [
      'the policy of a form for a whole folder',
      withQuery({ path: '/b/k?AccessKeyId=AK&Signature=x', headers: {} }, 'Policy=x&prefix=a'),
      'AccessDenied',
    ],
    ['a header and a query of OBS', withHeader(inQuery(OBS_V2), obs.headers), 'InvalidArgument'],
    ['a header of OBS and a query of V4', { ...obs, path: `/b/k?${inV4Query()}` }, 'InvalidArgument'],
    ['a header of V4 and a query of AWS', withHeader(inQuery(AWS_V2), withDate(DATE).headers), 'InvalidArgument'],
    ['queries of V4 and V2', withQuery(inQuery(AWS_V2), inV4Query()), 'InvalidArgument'],
    ['keys of OBS and AWS', withQuery(inQuery(AWS_V2), 'AccessKeyId=AK'), 'InvalidArgument'],
    ['two signatures', withQuery(inQuery(OBS_V2), 'Signature=x'), 'InvalidArgument'],
    ['two ends', withQuery(inQuery(OBS_V2), 'Expires=9999999999'), 'InvalidArgument'],
    [
      'two X-Amz-Date',
      { path: `/b/k?${inV4Query()}&X-Amz-Date=20261130T120000Z`, headers: { host: HOST } },
      'InvalidArgument',
    ],
    ['V4 without any date', withHeader(withDate(DATE), { date: '' }), 'AccessDenied'],
    ['V4 with a Date of 16 minutes ago', withDate(at(-16 * 60_000)), 'RequestTimeTooSkewed'],
    ['V4 with another Date than was signed', withDate(DATE, at(1000)), 'SignatureDoesNotMatch'],
    ['V4 with an unsigned x-obs-* header', withHeader(withDate(DATE), { 'x-obs-acl': 'public-read' }), 'AccessDenied'],
    [
      'chunks that Signature V2 cannot sign',
      inHeader(AWS_V2, { date: DATE, 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }),
      'InvalidArgument',
    ],
  ])('%s', (_name, sent, code) => {
    expect(() => verify(sent)).toThrow(expect.objectContaining({ code }));
  });
});

it.each([
  ['Mon, 30 Nov 2026 12:00:00 GMT', NOW],
  ['Mon, 30 Nov 2026 12:00:00 +0000', NOW],
  ['20261130T120000Z', NOW],
  ['Mon, 30 Nov 2026 12:00:00 +0800', undefined],
  ['Mon, 30 Nov 2026 12:00:00', undefined],
  ['Mon, 30 Nov 2026 25:00:00 GMT', undefined],
  ['Mon, 30 Nov 2026 12:00:00 GMT, Mon, 30 Nov 2026 12:00:00 GMT', undefined],
  ['2026-11-30T12:00:00Z', undefined],
  ['', undefined],
])('the date %j of a request is %s', (text, time) => {
  expect(parseRequestDate(text)).toBe(time);
});
