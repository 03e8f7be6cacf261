import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  median,
  pairedRatio,
  pick,
  quantile,
  quieterHalf,
  shuffled,
  spread,
} from '../../../scripts/bench/statistics.ts';

describe('median', () => {
  it.each([
    [[3], 3],
    [[1, 9], 5],
    [[9, 1, 5], 5],
    [[1, 2, 3, 100], 2.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('does not change its argument', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('refuses to invent a value', () => {
    expect(() => median([])).toThrow('there are no values');
  });
});

it('interpolates quantiles between neighbours', () => {
  expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
  expect(quantile([0, 10], 0.25)).toBe(2.5);
});

it('has no spread when all values are equal, and ignores a single outlier', () => {
  expect(spread([7, 7, 7, 7])).toBe(0);
  expect(spread([7, 7, 7, 7, 700])).toBe(0);
});

describe('pairedRatio', () => {
  it('compares the values of the same round', () => {
    expect(pairedRatio([10, 40, 30], [5, 10, 10])).toEqual({ ratio: 3, ratioRange: [2, 4] });
  });

  it('is not moved by a machine that is slow in one round', () => {
    expect(pairedRatio([2, 200, 2], [1, 100, 1]).ratio).toBe(2);
  });

  it('refuses rounds without a partner', () => {
    expect(() => pairedRatio([1, 2], [1])).toThrow('rounds are not paired');
  });
});

describe('quieterHalf', () => {
  it('keeps the rounds in which all variants together took least', () => {
    const short = [1, 9, 1, 1, 9, 1, 1, 9];
    const long = [10, 10, 90, 10, 90, 10, 10, 10];

    expect(quieterHalf([short, long])).toEqual([0, 3, 5, 6]);
  });

  it('does not favour the variant that takes longer', () => {
    // Round 0 is slow for the short variant only: it must go, although its total is among the smallest.
    const short = [9, 1, 1, 1, 1, 1, 1, 1];
    const long = [100, 101, 102, 103, 104, 105, 106, 107];

    expect(quieterHalf([short, long])).not.toContain(0);
  });

  it('keeps all of a few rounds', () => {
    expect(quieterHalf([[3, 1, 2]])).toEqual([0, 1, 2]);
  });

  it('picks the values of the rounds', () => {
    expect(pick(['a', 'b', 'c'], [0, 2])).toEqual(['a', 'c']);
  });
});

it('shuffles without losing, adding or changing anything', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer()),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      (values, random) => {
        const before = [...values];
        const result = shuffled(values, () => random.next().value as number);
        expect(values).toEqual(before);
        expect(result.toSorted((a, b) => a - b)).toEqual(before.toSorted((a, b) => a - b));
      },
    ),
    { seed: 20260101 },
  );
});
