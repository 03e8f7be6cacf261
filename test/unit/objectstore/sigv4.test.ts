import { describe, expect, it } from 'vitest';
import { encodePath, encodeQuery, SigV4Signer } from '#shared/objectstore/sigv4.ts';

describe('encodePath', () => {
  it.each([
    ['plain-key_1.txt~', 'plain-key_1.txt~'],
    ['a/b', 'a/b'],
    ['../x', '../x'],
    ['./', './'],
    ['a//b', 'a//b'],
    ['/lead', '/lead'],
    ['dir/', 'dir/'],
    ['a+b %2F ☃', 'a%2Bb%20%252F%20%E2%98%83'],
    ["!'()*", '%21%27%28%29%2A'],
    ['#?&=;:@,$', '%23%3F%26%3D%3B%3A%40%2C%24'],
    ['😀', '%F0%9F%98%80'],
    ['a\nb\u0000', 'a%0Ab%00'],
    ['e\u0301', 'e%CC%81'],
  ])('writes %j as %s', (key, path) => {
    expect(encodePath(key)).toBe(path);
  });
});

describe('encodeQuery', () => {
  it('sorts by encoded name, then by value, and escapes strictly', () => {
    expect(
      encodeQuery([
        ['prefix', 'a+b/*'],
        ['list-type', '2'],
        ['b', '2'],
        ['b', '10'],
        ['é', ''],
        ['~', '1'],
      ]),
    ).toBe('%C3%A9=&b=10&b=2&list-type=2&prefix=a%2Bb%2F%2A&~=1');
  });

  it('is empty for no parameter', () => {
    expect(encodeQuery([])).toBe('');
  });
});

describe('SigV4Signer', () => {
  const signer = new SigV4Signer('cn-north-4');
  const request = { method: 'GET', path: '/b/k', query: '', headers: { host: 'obs.example' } };
  const pair = { accessKey: 'AK', secretKey: 'SK' };

  it('signs every header that it returns, and leaves the body unsigned', () => {
    const headers = signer.sign(
      { ...request, headers: { ...request.headers, 'if-none-match': '*' } },
      { ...pair, securityToken: 'token' },
      Date.UTC(2026, 0, 2, 3, 4, 5, 999),
    );
    expect(headers).toEqual({
      host: 'obs.example',
      'if-none-match': '*',
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-date': '20260102T030405Z',
      'x-amz-security-token': 'token',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AK\/20260102\/cn-north-4\/s3\/aws4_request, SignedHeaders=host;if-none-match;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
      ),
    });
  });

  it('does not change the headers that it was given', () => {
    const headers = { host: 'obs.example' };
    signer.sign({ ...request, headers }, pair, 0);
    expect(headers).toEqual({ host: 'obs.example' });
  });

  it.each([undefined, ''])('sends no token where there is none: %j', (securityToken) => {
    expect(signer.sign(request, { ...pair, securityToken }, 0)).not.toHaveProperty('x-amz-security-token');
  });

  it.each([
    ['method', { method: 'PUT' }],
    ['path', { path: '/b/l' }],
    ['query', { query: 'a=' }],
    ['host', { headers: { host: 'other.example' } }],
  ])('signs the %s', (_name, change) => {
    expect(signer.sign({ ...request, ...change }, pair, 0)['authorization']).not.toBe(
      signer.sign(request, pair, 0)['authorization'],
    );
  });
});
