import { describe, expect, it } from 'vitest';
import { systemClock } from '#shared/http/clock.ts';

describe('the system clock', () => {
  it('says what time it is', () => {
    const before = Date.now();

    const now = systemClock.now();

    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('sleeps as long as it is asked to', async () => {
    const start = performance.now();

    await systemClock.sleep(20);

    expect(performance.now() - start).toBeGreaterThanOrEqual(19);
  });

  it('draws numbers from 0 to below 1', () => {
    const drawn = Array.from({ length: 100 }, () => systemClock.random());

    expect(drawn.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(drawn).size).toBeGreaterThan(90);
  });
});
