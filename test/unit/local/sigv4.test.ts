import { describe, expect, it } from 'vitest';
import {
  amzDate,
  canonicalQuery,
  chunkStringToSign,
  EMPTY_SHA256,
  hmacHex,
  parseAmzDate,
  type Scope,
  sha256Hex,
  signingKey,
  signV4,
  trailerStringToSign,
  uriEncodePath,
} from '../../../scripts/local/sigv4.ts';
import { presignV4 } from '../../contract/s3/presign.ts';

/** The account and time of the examples in Amazon's documentation. */
const EXAMPLE = {
  host: 'examplebucket.s3.amazonaws.com',
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
  service: 's3',
  now: Date.parse('2013-05-24T00:00:00Z'),
};
const SCOPE: Scope = { date: '20130524', region: 'us-east-1', service: 's3' };
const signatureOf = (headers: Record<string, string>): string | undefined =>
  /Signature=(\w+)$/.exec(headers['authorization'] ?? '')?.[1];

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
describe('signV4 gives the signatures of the documentation', () => {
  it('GET with a range', () => {
    const headers = signV4({
      ...EXAMPLE,
      method: 'GET',
      path: '/test.txt',
      headers: { Range: 'bytes=0-9' },
      payloadHash: EMPTY_SHA256,
    });
    expect(headers['authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
        'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, ' +
        'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  it('PUT with a key that needs encoding', () => {
    const headers = signV4({
      ...EXAMPLE,
      method: 'PUT',
      path: uriEncodePath('/test$file.text'),
      headers: { Date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      payloadHash: sha256Hex('Welcome to Amazon S3.'),
    });
    expect(signatureOf(headers)).toBe('98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd');
  });

  it('GET of a subresource without a value', () => {
    const headers = signV4({
      ...EXAMPLE,
      method: 'GET',
      path: '/',
      query: { lifecycle: '' },
      payloadHash: EMPTY_SHA256,
    });
    expect(signatureOf(headers)).toBe('fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543');
  });

  it('GET with a query', () => {
    const headers = signV4({
      ...EXAMPLE,
      method: 'GET',
      path: '/',
      query: { prefix: 'J', 'max-keys': '2' },
      payloadHash: EMPTY_SHA256,
    });
    expect(signatureOf(headers)).toBe('34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7');
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
it('presignV4 gives the signature of the documentation', () => {
  const query = presignV4({ ...EXAMPLE, method: 'GET', path: '/test.txt', expiresIn: 86_400 });
  expect(query).toContain('X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request');
  expect(query).toContain('X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
it('chunk signatures are those of the documentation', () => {
  const headers = signV4({
    ...EXAMPLE,
    host: 's3.amazonaws.com',
    method: 'PUT',
    path: '/examplebucket/chunkObject.txt',
    headers: {
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '66560',
      'content-length': '66824',
    },
    payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  });
  const seed = signatureOf(headers) ?? '';
  expect(seed).toBe('4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9');
  const key = signingKey(EXAMPLE.secretKey, SCOPE);
  const sign = (previous: string, data: Buffer): string =>
    hmacHex(key, chunkStringToSign('20130524T000000Z', SCOPE, previous, sha256Hex(data)));
  const first = sign(seed, Buffer.alloc(65_536, 'a'));
  expect(first).toBe('ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648');
  const second = sign(first, Buffer.alloc(1024, 'a'));
  expect(second).toBe('0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497');
  expect(sign(second, Buffer.alloc(0))).toBe('b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9');
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
it('the trailer signature is the one of the documentation', () => {
  const key = signingKey(EXAMPLE.secretKey, SCOPE);
  const previous = '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992';
  const trailer = sha256Hex('x-amz-checksum-crc32c:sOO8/Q==\n');
  expect(hmacHex(key, trailerStringToSign('20130524T000000Z', SCOPE, previous, trailer))).toBe(
    'd81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435',
  );
});

describe('parts of a signed request', () => {
  it('a path keeps dot segments and slashes, and encodes everything else', () => {
    expect(uriEncodePath("../x//a+b 100%(*)'!~☃")).toBe('../x//a%2Bb%20100%25%28%2A%29%27%21~%E2%98%83');
  });

  it('a query is sorted by encoded name, then value', () => {
    const pairs = [
      ['b', '2'],
      ['a b', '1'],
      ['b', '1'],
      ['B', '&='],
    ] as const;
    expect(canonicalQuery(pairs)).toBe('B=%26%3D&a%20b=1&b=1&b=2');
  });

  it('temporary credentials add their token, signed', () => {
    const headers = signV4({ ...EXAMPLE, securityToken: 'T', method: 'GET', path: '/', payloadHash: EMPTY_SHA256 });
    expect(headers['x-amz-security-token']).toBe('T');
    expect(headers['authorization']).toContain('x-amz-date;x-amz-security-token,');
  });

  it('a time is read as it was written, and only in its format', () => {
    expect(parseAmzDate(amzDate(EXAMPLE.now))).toBe(EXAMPLE.now);
    for (const text of ['', '2013-05-24T00:00:00Z', '20131324T000000Z', '20130524T000000'])
      expect(parseAmzDate(text)).toBeUndefined();
  });
});
