import { describe, expect, it } from 'vitest';
import { signRequest } from '#shared/oms/sign.ts';

const CREDENTIALS = { accessKey: 'AK', secretKey: 'SK' };
const NOW = new Date('2026-01-02T03:04:05Z');

const signed = (value: string) =>
  signRequest(
    { method: 'GET', host: 'oms.cn-north-4.myhuaweicloud.com', path: '/v2/p/sync-tasks', headers: { 'x-note': value } },
    CREDENTIALS,
    NOW,
  );

describe('signRequest', () => {
  // A server reads a header's value without the blanks around it, so only the trimmed one can be verified:
  // RFC 9110 section 5.5, and the signing guide's CanonicalHeaders, `Lowercase(HeaderName):Trim(HeaderValue)`.
  it('signs a header value without the blanks around it', () => {
    expect(signed('  a b ')['authorization']).toBe(signed('a b')['authorization']);
    expect(signed('a b')['authorization']).not.toBe(signed('ab')['authorization']);
  });
});
