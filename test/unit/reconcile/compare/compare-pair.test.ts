import { describe, expect, it } from 'vitest';
import { comparePair, looksSame } from '#shared/reconcile/compare/overwrite-rules.ts';
import type { ObjectFacts } from '#shared/reconcile/compare/verdict.ts';

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
const OTHER = 'c4ca4238a0b923820dcc509a6f75849b';
const object: ObjectFacts = { key: 'k', size: 5, lastModified: 1_700_000_000_000, etag: MD5 };
const options = { compareETags: true };

describe('comparePair', () => {
  it.each<[string, Partial<ObjectFacts>, Partial<ObjectFacts>, string]>([
    ['equal MD5', {}, {}, 'equal'],
    ['equal MD5 in capitals', {}, { etag: MD5.toUpperCase() }, 'equal'],
    ['different MD5', {}, { etag: OTHER }, 'different'],
    ['different MD5, one in capitals', { etag: MD5.toUpperCase() }, { etag: OTHER }, 'different'],
    ['one uploaded in parts', {}, { etag: `${OTHER}-2` }, 'unknown'],
    ['the other uploaded in parts', { etag: `${OTHER}-2` }, {}, 'unknown'],
    ['both uploaded in parts', { etag: `${MD5}-3` }, { etag: `${OTHER}-3` }, 'unknown'],
    ['the same opaque ETag', { etag: '1' }, { etag: '1' }, 'unknown'],
    ['an ETag of Azure', { etag: '0x8D4BCC2E4835CD0' }, {}, 'unknown'],
    ['a hash of Qiniu', {}, { etag: 'FpLiADEaVoALPkdb8tJEJyRTXoe_' }, 'unknown'],
    ['32 characters that are no hexadecimal digits', {}, { etag: 'g'.repeat(32) }, 'unknown'],
    ['two empty objects, whatever their ETags', { size: 0 }, { size: 0, etag: OTHER }, 'equal'],
    ['two sizes', {}, { size: 6 }, 'different'],
  ])('tells the contents from %s', (_name, source, destination, contents) => {
    expect(comparePair({ ...object, ...source }, { ...object, ...destination }, options).contents).toBe(contents);
    expect(comparePair({ ...object, ...destination }, { ...object, ...source }, options).contents).toBe(contents);
  });

  it('knows nothing from the absence of an ETag', () => {
    const { etag: _, ...bare } = object;
    expect(comparePair(bare, bare, options).contents).toBe('unknown');
    expect(comparePair(bare, object, options).contents).toBe('unknown');
    expect(comparePair(object, bare, options).contents).toBe('unknown');
  });

  it('takes no ETag for a checksum where buckets encrypt with keys of their own', () => {
    expect(comparePair(object, { ...object, etag: OTHER }, { compareETags: false }).contents).toBe('unknown');
    expect(comparePair(object, object, { compareETags: false }).contents).toBe('unknown');
  });

  it.each([
    [0, 0, 'same_second'],
    [999, 0, 'same_second'],
    [0, 999, 'same_second'],
    [1000, 999, 'older'],
    [999, 1000, 'newer'],
    [5000, 0, 'older'],
  ])('compares the whole seconds of source %i ms and destination %i ms: %s', (from, to, time) => {
    const at = (offset: number) => ({ ...object, lastModified: 1_700_000_000_000 + offset });
    expect(comparePair(at(from), at(to), options).time).toBe(time);
  });
});

describe('looksSame', () => {
  it('agrees with the pair: same size, not older, contents not known to differ', () => {
    const sizes = [5, 6];
    const times = [0, 1, 999, 1000];
    const etags = [MD5, OTHER, `${MD5}-2`];
    const objects: ObjectFacts[] = sizes.flatMap((size) =>
      times.flatMap((offset) => etags.map((etag) => ({ ...object, size, etag, lastModified: 1e12 + offset }))),
    );
    for (const source of objects)
      for (const destination of objects) {
        const pair = comparePair(source, destination, options);
        const same = pair.size === 'same' && pair.time !== 'older' && pair.contents !== 'different';
        expect(looksSame(source, destination, options), JSON.stringify({ source, destination })).toBe(same);
      }
  });
});
