import { expect, it } from 'vitest';
import { listing, readPageLine } from '../../../scripts/bench/listing-pages.ts';
import { reachesTarget } from '../../../scripts/bench/measurement.ts';

it('reads the median and the 95th percentile of a line about pages', () => {
  const line = 'page of 1000, whole bucket (100000 keys)      median 12.5 ms, p95 19.0 ms, max 31.2 ms (100 pages)';

  expect(readPageLine(line)).toEqual({
    measure: 'page of 1000, whole bucket (100000 keys)',
    value: '12.5 ms, p95 19.0 ms',
    baseline: '20 ms',
    ratio: 0.625,
    target: { atMost: 1 },
  });
});

it('misses the target when the median of a page is slower than 20 ms', () => {
  const slow = readPageLine('page of 1000 behind any key   median 20.3 ms, p95 25.0 ms, max 31.2 ms (50 pages)');

  expect(slow && reachesTarget(slow)).toBe(false);
});

it.each(['GET of 200 bytes, 32 at a time: 5000/s', 'delimiter /, 100 folders median 1.0 ms, p95 2.0 ms, max 3 ms'])(
  'takes no target from the line %j',
  (line) => {
    expect(readPageLine(line)).toBeUndefined();
  },
);

it('lists a bucket of the local object store', async () => {
  const lines: string[] = [];

  const measurements = await listing({ quick: true, progress: (line) => lines.push(line) });

  expect(measurements.length).toBeGreaterThanOrEqual(4);
  expect(lines.some((line) => line.startsWith('PUT of'))).toBe(true);
});
