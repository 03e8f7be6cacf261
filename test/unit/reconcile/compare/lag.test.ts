import { describe, expect, it } from 'vitest';
import {
  addLag,
  countArrival,
  countOffset,
  countWaiting,
  LAG_BOUNDS,
  type LagCounts,
  lagSchema,
  noLag,
} from '#shared/reconcile/compare/lag.ts';

const NOON = Date.UTC(2026, 10, 21, 12);
const WINDOW = { since: NOON - 900_000, asOf: NOON, within: 300_000 };
const at = (seconds: number) => ({ key: 'k', size: 1, lastModified: NOON + seconds * 1000 });

/** The histogram of one object: changed, and arrived, so many seconds before noon. */
function lagOfOne(changed: number, arrived?: number, window = WINDOW): LagCounts {
  const counts: { lag?: LagCounts } = {};
  if (arrived === undefined) countWaiting(counts, at(changed), window);
  else countArrival(counts, at(changed), at(arrived), window);
  return counts.lag ?? noLag();
}

/** The upper bound of the bucket that has the only object; undefined where none has one. */
function boundOf({ buckets }: LagCounts): number | undefined {
  const index = buckets.indexOf(1);
  return index < 0 ? undefined : (LAG_BOUNDS[index] ?? Number.POSITIVE_INFINITY);
}

describe('the lag of an object', () => {
  it.each([
    ['arrived in the same second', -100, -100, 1],
    ['arrived after 2 seconds', -100, -98, 2],
    ['arrived after 3 seconds', -100, -97, 5],
    ['arrived at the very objective', -400, -100, 300],
    ['arrived a second later than that', -401, -100, 600],
    ['was copied by a clock that is behind', -100, -110, 1],
    ['changed before the pass before, and arrived since', -910, -890, 30],
    ['had time left at the pass before, and arrived late', -1_150, -800, 600],
  ])('that %s is counted', (_what, changed, arrived, bound) => {
    expect(boundOf(lagOfOne(changed, arrived))).toBe(bound);
  });

  it.each([
    ['arrived before the pass before', -1000, -901],
    ['was late at the pass before already', -1_300, -800],
    ['arrived after the pass had begun, in time', -20, 5],
    ['changed after the pass had begun', 5, 6],
  ])('that %s is not counted', (_what, changed, arrived) => {
    expect(lagOfOne(changed, arrived).buckets).toEqual(noLag().buckets);
  });

  it('that waits longer than the objective counts with its age, by one pass alone', () => {
    expect(lagOfOne(-301)).toMatchObject({ waiting: 1, max: 301, oldest: 301 });
    expect(lagOfOne(-300)).toMatchObject({ waiting: 0, oldest: 300 });
    expect(lagOfOne(-1_200)).toMatchObject({ waiting: 1 });
    expect(lagOfOne(-1_201)).toMatchObject({ waiting: 0, oldest: 1_201 });
  });

  it('that arrived while the pass was under way, too late, counts as one that waits', () => {
    expect(lagOfOne(-400, 3)).toMatchObject({ waiting: 1, max: 400 });
  });

  it('is counted once, whenever the passes come and the object arrives', () => {
    for (const interval of [100, 300, 1_000])
      for (const lag of [0, 1, 50, 299, 300, 301, 302, 650, 5_000])
        for (let changed = 0; changed < interval; changed += 7) {
          let counted = 0;
          for (let pass = 1; pass <= 60; pass++) {
            const window = {
              since: NOON + (pass - 1) * interval * 1000,
              asOf: NOON + pass * interval * 1000,
              within: 300_000,
            };
            // Listed half a minute after the pass has begun.
            const hasArrived = changed + lag <= pass * interval + 30;
            const { buckets } = lagOfOne(changed, hasArrived ? changed + lag : undefined, window);
            counted += buckets.reduce((sum, count) => sum + count);
          }
          expect({ interval, lag, changed, counted }).toEqual({ interval, lag, changed, counted: 1 });
        }
  });
});

describe('lag of two parts', () => {
  it('adds up', () => {
    const a = lagOfOne(-100, -98);
    const b: { lag: LagCounts } = { lag: lagOfOne(-301) };
    countOffset(b, 1_500.7);
    countOffset(b, -400);

    const both = addLag(a, b.lag);

    expect(both).toMatchObject({ max: 301, waiting: 1, oldest: 301, offset: { ms: 1_100, samples: 2 } });
    expect(both?.buckets.reduce((sum, count) => sum + count)).toBe(2);
    expect(addLag(b.lag, a)).toEqual(both);
    expect(addLag(undefined, a)).toEqual(a);
    expect(addLag(undefined, undefined)).toBeUndefined();
    expect(lagSchema.parse(JSON.parse(JSON.stringify(both)))).toEqual(both);
  });

  it.each([
    ['no object', 7],
    ['other buckets', { ...noLag(), buckets: [1, 2] }],
    ['a number that no sum could hold', { ...noLag(), max: 2 ** 53 }],
    ['fewer than none', { ...noLag(), waiting: -1 }],
  ])('of which one was stored as %s is that of the other', (_what, stored) => {
    expect(lagSchema.parse(stored)).toBeUndefined();
  });
});
