import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ListedPage, ObjectLister } from '#shared/listing/lister.ts';
import type { LiveRange } from '#shared/listing/live-range.ts';
import { listInParallel, RangeWork } from '#shared/listing/parallel-lister.ts';
import { type KeyRange, splitRange } from '#shared/listing/ranges.ts';
import { byBytes, ModelStore } from '../../../helpers/model-store.ts';
import { planRanges } from '../../../helpers/plan-ranges.ts';
import { runs } from '../../../helpers/thorough.ts';
import { bucketKeys } from './buckets.ts';
import { choices, RUN as PAGES } from './pages.ts';

const BUCKET = 'bucket';
const RUN = { ...PAGES, numRuns: runs(150) };
const pageKeys = fc.integer({ min: 1, max: 9 });
const workers = fc.integer({ min: 1, max: 8 });

/** The most that one split may ask for, page and probes. */
const CALLS_PER_SPLIT = 1 + 64;

function contains({ after, until }: KeyRange, key: string): boolean {
  return (after === undefined || byBytes(after, key) < 0) && (until === undefined || byBytes(key, until) <= 0);
}

async function keysOf(pages: AsyncIterable<ListedPage>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { objects } of pages) keys.push(...objects.map(({ key }) => key));
  return keys;
}

describe('planned ranges', () => {
  it('are in order, without a gap, and show every key once', async () => {
    await fc.assert(
      fc.asyncProperty(bucketKeys, pageKeys, workers, fc.constantFrom(1, 2), async (keys, size, count, version) => {
        const store = new ModelStore(keys, { version });
        const lister = new ObjectLister({ store, pageKeys: size });

        const ranges = await planRanges(lister, { bucket: BUCKET, workers: count });

        expect(ranges.length).toBeLessThanOrEqual(count);
        expect(store.requests.length).toBeLessThanOrEqual(2 * count * CALLS_PER_SPLIT);
        expect(ranges[0]?.after).toBeUndefined();
        expect(ranges.at(-1)?.until).toBeUndefined();
        for (const [index, { until }] of ranges.slice(0, -1).entries()) {
          expect(ranges[index + 1]?.after).toBe(until);
          expect(until).not.toMatch(/\p{Surrogate}/u);
        }
        const listed: string[] = [];
        for (const range of ranges) {
          const found = await keysOf(lister.pages({ bucket: BUCKET, ...range }));
          expect(found).toEqual(store.keys.filter((key) => contains(range, key)));
          listed.push(...found);
        }
        expect(listed).toEqual(store.keys);
      }),
      RUN,
    );
  });

  it('of a part of a bucket are of that part', async () => {
    await fc.assert(
      fc.asyncProperty(bucketKeys, pageKeys, workers, choices, async (keys, size, count, choose) => {
        const store = new ModelStore(keys);
        const lister = new ObjectLister({ store, pageKeys: size });
        const [one = '', other = ''] = [keys[choose(keys.length || 1)], keys[choose(keys.length || 1)]].sort(
          (a = '', b = '') => byBytes(a, b),
        );
        const prefix = [...(keys[choose(keys.length || 1)] ?? '')].slice(0, choose(3)).join('');
        const bounds = { prefix, after: one, until: other };

        const ranges = await planRanges(lister, { bucket: BUCKET, workers: count, ...bounds });

        const listed: string[] = [];
        for (const range of ranges) listed.push(...(await keysOf(lister.pages({ bucket: BUCKET, prefix, ...range }))));
        expect(listed).toEqual(store.keys.filter((key) => key.startsWith(prefix) && contains(bounds, key)));
        expect([ranges[0]?.after, ranges.at(-1)?.until]).toEqual([one, other]);
      }),
      RUN,
    );
  });
});

describe('a split', () => {
  it('leaves keys on both sides of it behind the cursor, and asks a bounded number of questions', async () => {
    await fc.assert(
      fc.asyncProperty(bucketKeys, pageKeys, choices, async (keys, size, choose) => {
        const store = new ModelStore(keys);
        const lister = new ObjectLister({ store, pageKeys: size });
        const cursor = choose(2) === 0 ? undefined : store.keys[choose(keys.length || 1)];
        const range: KeyRange =
          choose(2) === 0 || keys.length === 0 ? {} : { until: store.keys.at(-1 - choose(3)) ?? '\u{10ffff}' };
        const left = store.keys.filter((key) =>
          contains({ ...range, ...(cursor === undefined ? {} : { after: cursor }) }, key),
        );

        const parts = await splitRange(lister, { bucket: BUCKET }, range, cursor);

        expect(store.requests.length).toBeLessThanOrEqual(CALLS_PER_SPLIT);
        if (parts === undefined) return;
        const [lower, upper] = parts;
        expect({ ...lower, until: range.until }).toEqual({ until: range.until, ...range });
        expect(upper).toEqual({ after: lower.until, ...range });
        const counts = [lower, upper].map((part) => left.filter((key) => contains(part, key)).length);
        expect(Math.min(...counts)).toBeGreaterThan(0);
        expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(left.length);
      }),
      RUN,
    );
  });

  it('is found wherever there are more than two pages of names that differ in a usable character', async () => {
    const printable = fc.string({ unit: fc.constantFrom(...'abcXYZ0189/-_. 汉报éß😀🎉'), minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(printable, { minLength: 12, maxLength: 60 }), async (keys) => {
        const lister = new ObjectLister({ store: new ModelStore(keys), pageKeys: 5 });
        expect(await splitRange(lister, { bucket: BUCKET }, {})).toBeDefined();
      }),
      RUN,
    );
  });
});

/** Answers after a while, so that workers overtake each other. */
function slowStore(keys: readonly string[], choose: (count: number) => number): ModelStore {
  return new ModelStore(keys, {
    damage: async (page) => {
      for (let left = choose(12); left > 0; left--) await Promise.resolve();
      return page;
    },
  });
}

describe('a parallel listing', () => {
  it('hands every object out once, in order within a range, however workers overtake each other', async () => {
    await fc.assert(
      fc.asyncProperty(bucketKeys, pageKeys, workers, choices, async (keys, size, count, choose) => {
        const store = slowStore(keys, choose);
        const seen: string[] = [];
        const positions = new Map<LiveRange, string>();

        await listInParallel(
          { bucket: BUCKET },
          {
            lister: new ObjectLister({ store, pageKeys: size }),
            workers: count,
            onPage: async ({ objects }, range) => {
              for (const { key } of objects) {
                const position = positions.get(range);
                if (position !== undefined) expect(byBytes(position, key)).toBeLessThan(0);
                positions.set(range, key);
                seen.push(key);
              }
              for (let left = choose(6); left > 0; left--) await Promise.resolve();
            },
          },
        );

        expect(seen.sort(byBytes)).toEqual(store.keys);
      }),
      RUN,
    );
  });

  it('of two buckets meets the same keys in the same range, also where a range is split under way', async () => {
    await fc.assert(
      fc.asyncProperty(bucketKeys, pageKeys, workers, choices, async (keys, size, count, choose) => {
        const [one, other] = [
          slowStore(keys, choose),
          slowStore(
            keys.filter(() => choose(4) > 0),
            choose,
          ),
        ];
        const [first, second] = [
          new ObjectLister({ store: one, pageKeys: size }),
          new ObjectLister({ store: other, pageKeys: size + 2 }),
        ];
        const ends: { readonly range: LiveRange; readonly keys: readonly string[][] }[] = [];
        const work = new RangeWork({
          ranges: [{}],
          workers: count,
          pagesBeforeSplit: 1,
          split: (range, cursor) => splitRange(first, { bucket: BUCKET }, range, cursor),
          work: async (range) => {
            const found = await Promise.all(
              [first, second].map((lister) => keysOf(range.pages(lister, { bucket: BUCKET }))),
            );
            ends.push({ range, keys: found });
          },
        });

        await work.run();

        expect(work.remaining).toEqual([]);
        for (const { range, keys: found } of ends)
          for (const [index, store] of [one, other].entries())
            expect(found[index]).toEqual(store.keys.filter((key) => contains(range.range, key)));
        for (const [index, store] of [one, other].entries())
          expect(ends.flatMap(({ keys: found }) => found[index] ?? []).sort(byBytes)).toEqual(store.keys);
      }),
      RUN,
    );
  });

  it('that fails anywhere knows what is left: nothing is lost, and a page per worker at most comes twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        bucketKeys,
        pageKeys,
        workers,
        choices,
        fc.nat(30),
        async (keys, size, count, choose, lastPage) => {
          const store = slowStore(keys, choose);
          const lister = new ObjectLister({ store, pageKeys: size });
          const seen: string[] = [];
          let pages = 0;
          const workOn = (ranges: readonly KeyRange[], stopAt: number) =>
            new RangeWork({
              ranges,
              workers: count,
              pagesBeforeSplit: 1,
              split: (range, cursor) => splitRange(lister, { bucket: BUCKET }, range, cursor),
              work: async (range, signal) => {
                for await (const { objects } of range.pages(lister, { bucket: BUCKET, signal })) {
                  for (const { key } of objects) seen.push(key);
                  if (++pages >= stopAt) throw new Error('killed');
                  const cursor = objects.at(-1)?.key;
                  if (cursor !== undefined) range.done(cursor);
                }
              },
            });

          const killed = workOn([{}], lastPage + 1);
          await killed.run().catch(({ message }: Error) => expect(message).toBe('killed'));
          await workOn(killed.remaining, Number.POSITIVE_INFINITY).run();

          expect([...new Set(seen)].sort(byBytes)).toEqual(store.keys);
          expect(seen.length - store.keys.length).toBeLessThanOrEqual(count * size);
        },
      ),
      RUN,
    );
  });
});
