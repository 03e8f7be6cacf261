import { describe, expect, it } from 'vitest';
import { deadLetterReserve } from '#shared/pipeline/write-dead-letters.ts';

describe('deadLetterReserve', () => {
  it.each([
    [60_000, 5_000],
    [20_000, 5_000],
    [12_000, 3_000],
    [2_000, 500],
    [0, 0],
    [-1, 0],
    [Number.POSITIVE_INFINITY, 5_000],
  ])('of %d ms is %d: a quarter, and five seconds at most', (remaining, reserve) => {
    expect(deadLetterReserve(remaining)).toBe(reserve);
  });
});
