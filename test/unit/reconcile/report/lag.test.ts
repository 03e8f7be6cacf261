import { describe, expect, it } from 'vitest';
import { LAG_BOUNDS, type LagCounts, noLag } from '#shared/reconcile/compare/lag.ts';
import { lagOf, objectsNeeded, SLO_DAYS, type Slo, sloOf } from '#shared/reconcile/report/lag.ts';

const NOON = Date.UTC(2026, 10, 21, 12);
const DAY = 86_400_000;
const objective = { target: 0.999, seconds: 900 };

/** So many objects of each bucket, by its upper bound. */
function counts(objects: Readonly<Record<number, number>>, more: Partial<LagCounts> = {}): LagCounts {
  const lag = noLag();
  for (const [bound, count] of Object.entries(objects)) {
    lag.buckets[LAG_BOUNDS.indexOf(Number(bound))] = count;
    if (count > 0) lag.max = Math.max(lag.max, Number(bound));
  }
  return { ...lag, ...more };
}

describe('lag', () => {
  it('is told by the upper bounds of its buckets, and never above the longest', () => {
    const lag = lagOf(
      counts({ 1: 900, 5: 60, 60: 30, 1800: 10 }, { max: 1_100, waiting: 4, oldest: 1_100 }),
      NOON,
      objective,
    );

    expect(lag).toEqual({
      since: '2026-11-21T12:00:00.000Z',
      count: 1_000,
      waiting: 4,
      oldest_waiting: 1_100,
      p50: 1,
      p95: 5,
      p99: 60,
      max: 1_100,
      within_objective: 0.99,
    });
  });

  it.each([
    [0, {}],
    [1, {}],
    [2, { p50: 1 }],
    [20, { p50: 1, p95: 1 }],
    [999, { p50: 1, p95: 1, p99: 1 }],
    [1_000, { p50: 1, p95: 1, p99: 1, within_objective: 1 }],
  ])('of %d objects states no share that so few cannot bear', (objects, stated) => {
    const { since: _, ...lag } = lagOf(counts({ 1: objects }), NOON, objective);

    expect(lag).toEqual({ count: objects, waiting: 0, oldest_waiting: 0, max: objects > 0 ? 1 : 0, ...stated });
  });

  it('never reads as all where one object was late', () => {
    expect(lagOf(counts({ 1: 99_999_999, 1800: 1 }), NOON, objective).within_objective).toBe(0.999999);
  });

  it('tells how far the clocks are apart, where the stores tell their times', () => {
    const offsetOf = (ms: number, samples: number): number | undefined =>
      lagOf(counts({}, { offset: { ms, samples } }), NOON, objective).clock_offset_seconds;

    expect([offsetOf(10_400, 4), offsetOf(-300, 1), offsetOf(0, 0)]).toEqual([3, 0, undefined]);
  });
});

it.each([
  [0.9, 10],
  [0.99, 100],
  [0.999, 1_000],
  [0.9999, 10_000],
])('a share of %d needs %d objects', (target, objects) => {
  expect(objectsNeeded(target)).toBe(objects);
});

describe('the error budget', () => {
  const input = { objective, previous: undefined, counts: counts({ 1: 1_999, 1800: 1 }), started: NOON, counted: true };

  it('is what the late objects of the days leave', () => {
    expect(sloOf(input)).toEqual({
      target: 0.999,
      seconds: 900,
      objects: 2_000,
      late: 1,
      needed: 1_000,
      share: 0.9995,
      budget_left: 0.5,
      days: [{ day: '2026-11-21', objects: 2_000, late: 1 }],
    });
  });

  it('is overdrawn where more are late, and unknown where there are too few', () => {
    expect(sloOf({ ...input, counts: counts({ 1: 997, 1800: 3 }) })).toMatchObject({ share: 0.997, budget_left: -2 });
    const few = sloOf({ ...input, counts: counts({ 1: 999 }) });
    expect([few.share, few.budget_left]).toEqual([undefined, undefined]);
  });

  it('adds up passes by day, and forgets what is older than thirty days', () => {
    let slo: Slo | undefined;
    for (let day = 0; day < 50; day++)
      for (const hour of [0, 1])
        slo = sloOf({
          ...input,
          previous: slo,
          counts: counts({ 1: day }),
          started: NOON + day * DAY + hour * 3_600_000,
        });

    expect(slo?.days).toHaveLength(SLO_DAYS);
    expect(slo?.days[0]).toEqual({ day: '2026-12-11', objects: 40, late: 0 });
    expect(slo?.days.at(-1)).toEqual({ day: '2027-01-09', objects: 98, late: 0 });
  });

  it('takes nothing from a pass that does not count, nor from sums of another time', () => {
    const previous = sloOf(input);

    expect(sloOf({ ...input, previous, counted: false })).toEqual(previous);
    expect(sloOf({ ...input, previous, objective: { target: 0.99, seconds: 900 } }).objects).toBe(4_000);
    expect(sloOf({ ...input, previous, objective: { target: 0.999, seconds: 60 } }).objects).toBe(2_000);
  });

  it('forgets days of a clock that has gone back', () => {
    const previous = sloOf({ ...input, started: NOON + DAY });

    expect(sloOf({ ...input, previous }).days).toEqual([{ day: '2026-11-21', objects: 2_000, late: 1 }]);
  });
});
