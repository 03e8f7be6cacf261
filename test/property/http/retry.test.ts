import fc from 'fast-check';
import { describe, it } from 'vitest';
import { backoff, readRetryAfter } from '#shared/http/retry.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20260104;
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoff', () => {
  it('is never shorter than Retry-After, and at most 5 s longer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), random, fc.option(fc.nat(3600)), (attempt, luck, asked) => {
        const wait = backoff(attempt, luck, asked ?? undefined) - (asked ?? 0) * 1000;
        return wait >= 0 && wait <= 5000;
      }),
      { seed: SEED, numRuns: runs(1000) },
    );
  });
});

describe('readRetryAfter', () => {
  it('makes of any text a whole number of seconds or nothing', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(value, fc.nat(), (text, now) => {
        const seconds = readRetryAfter(text, now);
        return seconds === undefined || (Number.isSafeInteger(seconds) && seconds >= 0);
      }),
      { seed: SEED, numRuns: runs(1000) },
    );
  });
});
