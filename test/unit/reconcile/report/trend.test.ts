import { describe, expect, it } from 'vitest';
import { TREND_LENGTH, type Trend, trendOf } from '#shared/reconcile/report/convergence.ts';

const point = (pass: number, differences: number, converged = differences === 0): Trend => ({
  pass,
  finished: '2026-11-21T12:00:00.000Z',
  source_objects: 100,
  differences,
  submitted: differences,
  converged,
});

describe('trendOf', () => {
  it.each<[string, Trend[], Trend, string]>([
    ['is unknown at the first pass', [], point(1, 5), 'unknown'],
    ['is converged at once', [], point(1, 0), 'converged'],
    ['is converging where less differs', [point(1, 5)], point(2, 4), 'converging'],
    ['is diverging where more differs', [point(1, 5)], point(2, 6), 'diverging'],
    ['is steady where as much differs', [point(1, 5)], point(2, 5), 'steady'],
    ['looks at the last pass only', [point(1, 9), point(2, 1)], point(3, 5), 'diverging'],
    ['is not converged while something else stands against it', [point(1, 0)], point(2, 0, false), 'steady'],
  ])('%s', (_name, before, now, direction) => {
    expect(trendOf(before, now).direction).toBe(direction);
  });

  it('keeps the last passes, oldest first, with this one at the end', () => {
    const before = Array.from({ length: TREND_LENGTH }, (_, index) => point(index + 1, 20 - index));
    const now = point(TREND_LENGTH + 1, 3);

    expect(trendOf(before, now).trend).toEqual([...before.slice(1), now]);
  });

  it('names a pass once, though its report is written twice', () => {
    const before = [point(1, 9), point(2, 5)];

    expect(trendOf(before, point(2, 5))).toEqual({ trend: before, direction: 'converging' });
  });
});
