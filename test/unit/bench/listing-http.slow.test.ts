import { expect, it } from 'vitest';
import { listingHttp } from '../../../scripts/bench/listing-http.ts';

it('measures listing and comparing every object of two buckets over HTTP, and what eight workers gain', async () => {
  const measurements = await listingHttp({ quick: true, progress: () => {} });

  expect(measurements.map(({ target }) => target)).toEqual([
    { atLeast: 1 },
    { atLeast: 1 },
    undefined,
    undefined,
    { atLeast: 3 },
  ]);
  for (const { ratio } of measurements) expect(ratio).toBeGreaterThan(0);
});
