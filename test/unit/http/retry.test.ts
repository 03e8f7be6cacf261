import { describe, expect, it } from 'vitest';
import { backoff, readRetryAfter } from '#shared/http/retry.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

describe('readRetryAfter', () => {
  it.each([
    [undefined, undefined],
    ['0', 0],
    ['120', 120],
    [' 5 ', 5],
    ['Fri, 02 Jan 2026 03:04:35 GMT', 30],
    ['Friday, 02-Jan-26 03:04:35 GMT', 30],
    ['Fri Jan  2 03:04:35 2026 GMT', 30],
    ['Fri, 02 Jan 2026 03:00:00 GMT', 0],
    ['-5', undefined],
    ['1.5', undefined],
    ['2026', 2026],
    ['soon', undefined],
    ['', undefined],
    ['99999999999', undefined],
  ])('reads %j as %j seconds', (value, seconds) => {
    expect(readRetryAfter(value, NOW)).toBe(seconds);
  });
});

describe('backoff', () => {
  it.each([
    [1, 0, undefined, 0],
    [1, 1, undefined, 200],
    [2, 1, undefined, 400],
    [3, 0.5, undefined, 400],
    [20, 1, undefined, 5000],
    [1, 0.5, 3, 3100],
  ])('waits after attempt %i with random %d and Retry-After %j for %i ms', (attempt, random, retryAfter, wait) => {
    expect(backoff(attempt, random, retryAfter)).toBe(wait);
  });
});
