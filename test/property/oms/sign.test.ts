import { parse as parseUrl } from 'node:url';
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeStrictly } from '#shared/encoding/percent.ts';
import { signRequest } from '#shared/oms/sign.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20260101;
const RUNS = runs(1000);

/** No `/`, which separates segments, and nothing that a URL resolves. */
const segment = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 12 })
  .filter((text) => !text.includes('/') && text !== '.' && text !== '..');
const key = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }).map((text) => text.replaceAll(',', '-'));
const headerValue = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 30 })
  .map((text) => text.trim())
  .filter((text) => text !== '');
/** Letters, digits and hyphens: for others the SDK's list of names and its values are in different orders. */
const headerName = fc.stringMatching(/^x-[a-z][a-z0-9-]{0,12}$/).filter((name) => !name.startsWith('x-sdk-'));

const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD'),
  host: fc.constantFrom('oms.cn-north-4.myhuaweicloud.com', '127.0.0.1:18082', '[::1]:8080'),
  segments: fc.array(segment, { minLength: 1, maxLength: 6 }),
  closingSlash: fc.boolean(),
  query: fc.dictionary(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }).filter((name) => name !== '__proto__'),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { minLength: 1, maxLength: 4 }),
    ),
    { maxKeys: 5 },
  ),
  contentType: fc.constantFrom(undefined, 'application/json', 'application/json;charset=UTF-8', 'text/plain'),
  headers: fc.dictionary(headerName, headerValue, { maxKeys: 5 }),
  body: fc.option(fc.oneof(fc.object({ withNullPrototype: false }), fc.array(fc.string({ unit: 'binary' }))), {
    nil: undefined,
  }),
  credentials: fc.record({
    accessKey: key,
    secretKey: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    securityToken: fc.option(headerValue, { nil: undefined }),
  }),
  time: fc.date({ min: new Date('1971-01-01T00:00:00Z'), max: new Date('2099-12-31T23:59:59Z'), noInvalidDate: true }),
});

type Sample = typeof request extends fc.Arbitrary<infer T> ? T : never;

/** The same request signed by the vendor's signer. */
function signWithSdk(sample: Sample, date: string): unknown {
  const { accessKey, secretKey, securityToken } = sample.credentials;
  // Handed over as parsed: the signer's own parsing escapes some characters, and it then escapes the percent again.
  const endpoint = Object.assign(parseUrl('http://any/'), { host: sample.host, pathname: decodedPath(sample) });
  const headers = {
    'X-Sdk-Date': date,
    ...(sample.contentType === undefined ? {} : { 'content-type': sample.contentType }),
    ...(securityToken === undefined ? {} : { 'X-Security-Token': securityToken }),
    ...sample.headers,
  };
  const signed: Record<string, unknown> = AKSKSigner.sign(
    // biome-ignore lint/suspicious/noExplicitAny: the SDK's types ask for a string that it parses into this.
    { endpoint: endpoint as any, method: sample.method, headers, queryParams: sample.query, data: sample.body },
    // biome-ignore lint/suspicious/noExplicitAny: the two methods of credentials that the signer calls.
    { getAk: () => accessKey, getSk: () => secretKey } as any,
  );
  return signed['Authorization'];
}

function decodedPath({ segments, closingSlash }: Sample): string {
  return `/${segments.join('/')}${closingSlash ? '/' : ''}`;
}

describe('signRequest', () => {
  it(`signs ${RUNS} random requests as the vendor's SDK does`, () => {
    let compared = 0;
    fc.assert(
      fc.property(request, (sample) => {
        const { method, host, contentType, credentials, segments, closingSlash, time } = sample;
        const signed = signRequest(
          {
            method,
            host,
            path: `/${segments.map(encodeStrictly).join('/')}${closingSlash ? '/' : ''}`,
            query: Object.entries(sample.query).flatMap(([name, value]) =>
              [value].flat().map((one) => [name, one] as const),
            ),
            headers: { ...sample.headers, ...(contentType === undefined ? {} : { 'content-type': contentType }) },
            body: sample.body === undefined ? '' : JSON.stringify(sample.body),
          },
          credentials,
          time,
        );
        const date = signed['x-sdk-date'] ?? '';
        expect(signed['authorization']).toBe(signWithSdk(sample, date));
        compared += 1;
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect(compared).toBe(RUNS);
  });
});
