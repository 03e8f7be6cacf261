import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifySdkHmac } from '../../../scripts/local/sdk-hmac.ts';
import { runs } from '../../helpers/thorough.ts';

/** The vendor's signer: the oracle of the verification. */
const { AKSKSigner } = createRequire(import.meta.url)('@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner');

const KEY = { accessKey: 'AK', secretKey: 'SK' };
const credential = { getAk: () => KEY.accessKey, getSk: () => KEY.secretKey };
const find = (accessKey: string) => (accessKey === KEY.accessKey ? KEY : undefined);

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly data: unknown;
}

function sign({ method, path, query, data }: Request) {
  const headers: Record<string, string> = AKSKSigner.sign(
    { endpoint: `http://127.0.0.1:1${path}`, method, headers: { 'x-project-id': 'p' }, data, queryParams: query },
    credential,
  );
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return {
    method,
    target: pairs.length > 0 ? `${path}?${pairs.join('&')}` : path,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(data === undefined ? '' : JSON.stringify(data)),
  };
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const requests = fc.record({
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
  path: fc.array(fc.stringMatching(/^[A-Za-z0-9_.~-]{1,12}$/), { maxLength: 4 }).map((parts) => `/${parts.join('/')}`),
  query: fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), text, { maxKeys: 3 }),
  data: fc.option(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), text, { minKeys: 1, maxKeys: 3 }), {
    nil: undefined,
  }),
});

describe('verifySdkHmac', () => {
  it("accepts what the vendor's SDK signs, and nothing that was changed afterwards", () => {
    fc.assert(
      fc.property(requests, (request) => {
        const signed = sign(request);
        const verify = (changes: Partial<typeof signed>) => verifySdkHmac({ ...signed, ...changes }, find, Date.now());

        expect(verify({})).toEqual({ ok: true, key: KEY });
        expect(verify({ method: 'PUT' }).ok).toBe(false);
        expect(verify({ target: `/x${signed.target}` }).ok).toBe(false);
        expect(verify({ body: Buffer.concat([signed.body, Buffer.from(' ')]) }).ok).toBe(false);
        expect(verify({ headers: { ...signed.headers, 'x-project-id': 'other' } }).ok).toBe(false);
      }),
      { seed: 20_260_102, numRuns: runs(200) },
    );
  });

  const signed = sign({ method: 'POST', path: '/a', query: {}, data: { a: 1 } });
  const withHeaders = (changes: Record<string, string | undefined>) => ({
    ...signed,
    headers: Object.fromEntries(
      Object.entries({ ...signed.headers, ...changes }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
  });

  const upperCase = (authorization = '') => authorization.replace(/[0-9a-f]{64}$/, (hex) => hex.toUpperCase());
  it.each([
    ['no_signature', { authorization: undefined }],
    ['malformed_authorization', { authorization: 'SDK-HMAC-SHA256 Access=AK' }],
    ['malformed_authorization', { authorization: 'Bearer x' }],
    ['malformed_date', { 'x-sdk-date': undefined }],
    ['malformed_date', { 'x-sdk-date': '2026-01-01' }],
    ['expired', { 'x-sdk-date': '20200101T000000Z' }],
    ['unknown_access_key', { authorization: signed.headers['authorization']?.replace('Access=AK', 'Access=XX') }],
    ['header_not_signed', { 'x-project-id': undefined }],
    [
      'signed_headers',
      { authorization: signed.headers['authorization']?.replace(/SignedHeaders=(.*?);(.*?),/, 'SignedHeaders=$2;$1,') },
    ],
    ['body_hash', { 'x-sdk-content-sha256': 'a'.repeat(64) }],
    ['body_hash', { 'x-sdk-content-sha256': createHash('sha256').update(signed.body).digest('hex').toUpperCase() }],
    ['malformed_authorization', { authorization: upperCase(signed.headers['authorization']) }],
  ])('says %s', (problem, changes) => {
    expect(verifySdkHmac(withHeaders(changes), find, Date.now())).toMatchObject({ ok: false, problem });
  });

  it('demands the token of temporary credentials', () => {
    const temporary = { ...KEY, securityToken: 'token' };
    const verify = (token: string | undefined) =>
      verifySdkHmac(withHeaders({ 'x-security-token': token }), () => temporary, Date.now());

    expect(verify('token')).toEqual({ ok: true, key: temporary });
    expect(verify(undefined)).toMatchObject({ ok: false, problem: 'security_token' });
    expect(verify('other')).toMatchObject({ ok: false, problem: 'security_token' });
  });
});
