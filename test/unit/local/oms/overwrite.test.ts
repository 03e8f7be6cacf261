import { describe, expect, it } from 'vitest';
import { factsOf, mustCopy, type ObjectFacts, type OverwriteRules } from '../../../../scripts/local/oms/overwrite.ts';

const SECOND = 1000;
const facts = (changes: Partial<ObjectFacts> = {}): ObjectFacts => ({
  size: 10,
  lastModified: 100 * SECOND,
  etag: 'e1',
  crc64: undefined,
  ...changes,
});
const DEFAULT: OverwriteRules = {
  mode: 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
  consistencyCheck: 'size_last_modified',
};
const certain = { timesProveNothing: false, sameContent: false };

describe('mustCopy', () => {
  it('copies where there is no destination object, in every mode', () => {
    for (const mode of [
      'NO_OVERWRITE',
      'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
      'CRC64_COMPARISON_OVERWRITE',
      'FULL_OVERWRITE',
    ] as const)
      expect(mustCopy({ ...DEFAULT, mode }, facts(), undefined, certain)).toBe(true);
  });

  /** https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html, `object_overwrite_mode` */
  it.each<[string, Partial<OverwriteRules>, Partial<ObjectFacts>, Partial<ObjectFacts>, boolean]>([
    ['same size, destination later', {}, {}, { lastModified: 101 * SECOND }, false],
    ['same size, destination earlier', {}, {}, { lastModified: 99 * SECOND }, true],
    ['another size, destination later', {}, {}, { size: 11, lastModified: 101 * SECOND }, true],
    ['NO_OVERWRITE and another size', { mode: 'NO_OVERWRITE' }, {}, { size: 11, lastModified: 0 }, false],
    ['FULL_OVERWRITE and nothing new', { mode: 'FULL_OVERWRITE' }, {}, { lastModified: 101 * SECOND }, true],
    [
      'CRC64 mode, equal checksums, destination earlier',
      { mode: 'CRC64_COMPARISON_OVERWRITE' },
      { crc64: '1' },
      { crc64: '1', lastModified: 0 },
      false,
    ],
    [
      'CRC64 mode, other checksums, destination later',
      { mode: 'CRC64_COMPARISON_OVERWRITE' },
      { crc64: '1' },
      { crc64: '2', lastModified: 101 * SECOND },
      true,
    ],
    [
      'CRC64 mode, one checksum missing, destination later',
      { mode: 'CRC64_COMPARISON_OVERWRITE' },
      { crc64: '1' },
      { lastModified: 101 * SECOND },
      false,
    ],
    ['crc64 check, equal checksums', { consistencyCheck: 'crc64' }, { crc64: '1' }, { crc64: '1' }, false],
    [
      'transmission and a source of unknown size',
      { consistencyCheck: 'transmission' },
      { size: undefined },
      { lastModified: 101 * SECOND },
      true,
    ],
    [
      'transmission and a source of known size',
      { consistencyCheck: 'transmission' },
      {},
      { lastModified: 101 * SECOND },
      false,
    ],
  ])('decides: %s', (_, rules, source, destination, expected) => {
    expect(mustCopy({ ...DEFAULT, ...rules }, facts(source), facts(destination), certain)).toBe(expected);
  });

  it('lets the content decide within one second, where times cannot', () => {
    expect(mustCopy(DEFAULT, facts(), facts(), { ...certain, sameContent: true })).toBe(false);
    expect(mustCopy(DEFAULT, facts(), facts(), { ...certain, sameContent: false })).toBe(true);
  });

  it('lets the content decide where an earlier attempt may have written an older state later', () => {
    const later = facts({ lastModified: 200 * SECOND });
    expect(mustCopy(DEFAULT, facts(), later, { timesProveNothing: true, sameContent: false })).toBe(true);
    expect(mustCopy(DEFAULT, facts(), later, { timesProveNothing: true, sameContent: true })).toBe(false);
  });
});

describe('factsOf', () => {
  it('reads the headers of an object', () => {
    expect(
      factsOf({
        'content-length': '7',
        'last-modified': 'Sat, 21 Nov 2026 10:00:00 GMT',
        etag: '"abc"',
        'x-oss-hash-crc64ecma': '9',
      }),
    ).toEqual({ size: 7, lastModified: Date.parse('2026-11-21T10:00:00Z'), etag: 'abc', crc64: '9' });
  });

  it('knows no size without content-length', () => {
    expect(factsOf({}).size).toBeUndefined();
  });
});
