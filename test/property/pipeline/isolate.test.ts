import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isolate, type Sent } from '#shared/pipeline/isolate.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20_260_922;
const itemsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ index, key: `k${index}` }));

describe('isolate', () => {
  it('rejects exactly the bad keys, each refused alone, brings every other through, in a bounded number of calls', async () => {
    const sizeAndBad = fc
      .integer({ min: 1, max: 100 })
      .chain((size) => fc.tuple(fc.constant(size), fc.uniqueArray(fc.nat({ max: size - 1 }), { minLength: 1 })));
    await fc.assert(
      fc.asyncProperty(sizeAndBad, async ([size, badIndexes]) => {
        const bad = new Set(badIndexes);
        const accepted: number[] = [];
        const rejected: number[] = [];
        const refusedAlone = new Set<number>(size === 1 ? [0] : []);
        let calls = 0;

        await isolate(itemsOf(size), 'refused', {
          send: async (items): Promise<Sent> => {
            calls += 1;
            expect(items.length).toBeGreaterThan(0);
            if (items.every(({ index }) => !bad.has(index))) {
              accepted.push(...items.map(({ index }) => index));
              return { status: 'accepted' };
            }
            if (items.length === 1) for (const { index } of items) refusedAlone.add(index);
            return { status: 'refused', error: 'refused' };
          },
          reject: ({ index }) => {
            expect(refusedAlone).toContain(index);
            rejected.push(index);
          },
        });

        expect(rejected.toSorted((a, b) => a - b)).toEqual(badIndexes.toSorted((a, b) => a - b));
        expect([...accepted, ...rejected].toSorted((a, b) => a - b)).toEqual(itemsOf(size).map(({ index }) => index));
        expect(calls).toBeLessThanOrEqual(bad.size * (Math.ceil(Math.log2(size)) + 2) + 1);
        if (bad.size === size) expect(calls).toBeLessThanOrEqual(size + 2 * Math.ceil(Math.log2(size)));
      }),
      { seed: SEED, numRuns: runs(500) },
    );
  });

  it('settles every key once, whatever the calls come to', async () => {
    const status = fc.constantFrom('accepted', 'failed', 'refused', 'refused');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.infiniteStream(status), async (size, statuses) => {
        const settled: number[] = [];
        let rejected = 0;

        const refusals = await isolate(itemsOf(size), 'refused', {
          send: async (items): Promise<Sent> => {
            const { value } = statuses.next();
            if (value === 'refused') return { status: value, error: 'refused' };
            settled.push(...items.map(({ index }) => index));
            return { status: value };
          },
          reject: ({ index }) => {
            rejected += 1;
            settled.push(index);
          },
        });

        expect(settled.toSorted((a, b) => a - b)).toEqual(itemsOf(size).map(({ index }) => index));
        expect(refusals).toHaveLength(rejected);
      }),
      { seed: SEED, numRuns: runs(500) },
    );
  });
});
