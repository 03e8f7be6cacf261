import { describe, expect, it, vi } from 'vitest';
import { afterPrefix, fromByteKey, toByteKey } from '../../../../scripts/local/obs/byte-key.ts';
import type { Call } from '../../../../scripts/local/obs/call.ts';
import { listPage } from '../../../../scripts/local/obs/listing.ts';
import { listObjectsV2 } from '../../../../scripts/local/obs/operations/list-objects.ts';
import type { ObjectRecord } from '../../../../scripts/local/obs/records.ts';
import { Query } from '../../../../scripts/local/obs/request.ts';
import { Cursor, SortedMap } from '../../../../scripts/local/obs/sorted-map.ts';

describe('byte keys', () => {
  it('compare as the bytes of UTF-8, where plain strings do not', () => {
    expect('😀' < '～').toBe(true);
    expect(toByteKey('😀') < toByteKey('～')).toBe(false);
  });

  it.each(['plain', 'ü', '报告 ☃', '😀', '\u0000\u001f', ''])('%j comes back', (key) => {
    expect(fromByteKey(toByteKey(key))).toBe(key);
  });

  it.each([
    ['a/', 'a0'],
    ['a\xff', 'b'],
    ['\xff\xff', undefined],
    ['', undefined],
  ])('the first text behind the prefix %j is %j', (prefix, expected) => {
    expect(afterPrefix(prefix)).toBe(expected);
  });
});

describe('SortedMap', () => {
  const numbered = (index: number): string => String(index).padStart(6, '0');

  it('finds, replaces and removes among many entries', () => {
    const map = new SortedMap<number>();
    for (let index = 0; index < 5000; index++) map.set(numbered((index * 2654435761) % 5000), index);
    map.set(numbered(42), -1);
    expect([map.size, map.get(numbered(42)), map.get('missing')]).toEqual([5000, -1, undefined]);
    for (let index = 0; index < 5000; index += 2) expect(map.delete(numbered(index))).toBe(true);
    expect([map.delete(numbered(0)), map.size, map.get(numbered(42)), map.get(numbered(43))?.constructor]).toEqual([
      false,
      2500,
      undefined,
      Number,
    ]);
    expect([...map.entries()].map(([key]) => key)).toEqual(
      Array.from({ length: 2500 }, (_, index) => numbered(2 * index + 1)),
    );
  });

  it('seeks between entries, behind the last one and in an empty map', () => {
    const map = SortedMap.from(
      new Map([
        ['b', 1],
        ['d', 2],
      ]),
    );
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => map.seek(key).key)).toEqual(['b', 'b', 'd', 'd', undefined]);
    expect(['b', 'c', 'd'].map((key) => map.seek(key, true).key)).toEqual(['d', 'd', undefined]);
    expect(new SortedMap().seek('a').key).toBeUndefined();
  });
});

describe('a bucket of 100,000 objects', () => {
  const object = { segments: [], size: 1, etag: 'e'.repeat(32), modified: 0, sequence: 1, headers: {}, metadata: {} };
  const objects = SortedMap.from(
    new Map(
      Array.from({ length: 100_000 }, (_, index): [string, ObjectRecord] => [
        toByteKey(`报告/${index % 50}/object ${String(index).padStart(6, '0')}`),
        object,
      ]),
    ),
  );
  const list = (query: string) =>
    listObjectsV2({ bucket: 'b', query: new Query(query), store: { bucket: () => ({ objects }) } } as unknown as Call);

  it.each(['', '&encoding-type=url', '&delimiter=/', '&prefix=报告/&delimiter=/', '&delimiter=1'])(
    'lists a page of 1000 at any position without a look at other objects (%s)',
    async (more) => {
      const steps = [vi.spyOn(Cursor.prototype, 'next'), vi.spyOn(SortedMap.prototype, 'seek')];
      for (let position = 0; position < 30; position++) {
        for (const step of steps) step.mockClear();
        const { body } = await list(`start-after=报告/${position}/object 05${more}`);
        expect(body).toContain('<ListBucketResult');
        expect(steps.reduce((sum, { mock }) => sum + mock.calls.length, 0)).toBeLessThanOrEqual(1002);
      }
      vi.restoreAllMocks();
    },
  );
});

describe('listPage', () => {
  const map = SortedMap.from(new Map(['a', 'a/1', 'a/2', 'b', 'c/1'].map((key) => [key, key])));
  const page = (query: object) => listPage(map, { prefix: '', delimiter: '', after: '', maxKeys: 1000, ...query });

  it('ends a page in front of the entry that does not fit', () => {
    expect(page({ maxKeys: 2 })).toMatchObject({ truncated: true, last: 'a/1' });
    expect(page({ maxKeys: 5 })).toMatchObject({ truncated: false });
  });

  it('counts a common prefix as one and is not truncated by what is below it', () => {
    expect(page({ delimiter: '/', maxKeys: 4 })).toMatchObject({
      contents: [{ key: 'a' }, { key: 'b' }],
      commonPrefixes: ['a/', 'c/'],
      truncated: false,
    });
  });

  it('skips the prefix in which it starts', () => {
    expect(page({ delimiter: '/', after: 'a/1' }).commonPrefixes).toEqual(['c/']);
  });

  it('looks at one key per common prefix', () => {
    const large = new Map<string, number>();
    for (let folder = 0; folder < 20; folder++)
      for (let file = 0; file < 2000; file++) large.set(`${String(folder).padStart(2, '0')}/${file}`, file);
    const sorted = SortedMap.from(large);
    let seeks = 0;
    const counting = {
      seek: (key: string, exclusive?: boolean) => {
        seeks++;
        return sorted.seek(key, exclusive);
      },
    };
    listPage(counting as unknown as SortedMap<number>, { prefix: '', delimiter: '/', after: '', maxKeys: 1000 });
    expect(seeks).toBe(21);
  });
});
