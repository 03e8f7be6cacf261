import { describe, expect, it } from 'vitest';
import { MalformedListingError } from '#shared/objectstore/errors.ts';
import { readListAnswer } from '#shared/objectstore/page/list-page.ts';

const V2 = { listVersion: 2, upperCaseEtag: false } as const;
const V1 = { listVersion: 1, upperCaseEtag: false } as const;

const object = (key: string, etag = ''): string =>
  `<Contents><Key>${key}</Key><LastModified>2026-09-30T11:24:42.533Z</LastModified><Size>1</Size>${etag}</Contents>`;
const page = (inner: string, truncated = true): Buffer =>
  Buffer.from(`<ListBucketResult><IsTruncated>${truncated}</IsTruncated>${inner}</ListBucketResult>`);

describe('an answer to ListObjectsV2', () => {
  it('goes on with its token, and with nothing else', () => {
    const token = '<NextContinuationToken>t&amp;1</NextContinuationToken>';
    expect(readListAnswer(page(object('a') + token), V2, 't&0').nextToken).toBe('t&1');
    expect(() => readListAnswer(page(object('a') + token), V2, 't&1')).toThrow(/leads back to itself/);
  });

  it('without a token is of a store that knows version 1 only, and is refused', () => {
    for (const inner of [object('a'), `${object('a')}<NextMarker>a</NextMarker>`])
      expect(() => readListAnswer(page(inner), V2, undefined)).toThrow(/has no NextContinuationToken: .*version 1/);
  });

  it('that is the last has no token, whatever it says', () => {
    const token = '<NextContinuationToken>t</NextContinuationToken>';
    expect(readListAnswer(page(object('a') + token, false), V2, undefined)).not.toHaveProperty('nextToken');
  });
});

describe('an answer to ListObjects', () => {
  it('goes on behind its last key', () => {
    expect(readListAnswer(page(`${object('a')}${object('b')}<NextMarker>a</NextMarker>`), V1, 'A').nextToken).toBe('b');
    expect(readListAnswer(page('<NextMarker>m</NextMarker>'), V1, 'A').nextToken).toBe('m');
    expect(() => readListAnswer(page('<NextMarker>m</NextMarker>'), V1, 'm')).toThrow(/leads back to itself/);
  });
});

describe('an answer', () => {
  it('with common prefixes hides objects and is refused', () => {
    const prefixes = '<CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes>';
    for (const provider of [V1, V2])
      expect(() => readListAnswer(page(object('a') + prefixes, false), provider, undefined)).toThrow(
        MalformedListingError,
      );
  });

  it('has ETags in lower case where the provider writes them in upper case', () => {
    const body = page(object('a', '<ETag>"688A7BF4F233DC9C-2"</ETag>') + object('b'), false);
    const etags = (upperCaseEtag: boolean) =>
      readListAnswer(body, { listVersion: 2, upperCaseEtag }, undefined).objects.map(({ etag }) => etag);
    expect(etags(true)).toEqual(['688a7bf4f233dc9c-2', undefined]);
    expect(etags(false)).toEqual(['688A7BF4F233DC9C-2', undefined]);
  });
});
