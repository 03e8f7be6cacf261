import { expect, it } from 'vitest';
import { listing } from '../../../scripts/bench/listing-pages.ts';

it('lists a bucket of the local object store', async () => {
  const lines: string[] = [];

  const measurements = await listing({ quick: true, progress: (line) => lines.push(line) });

  expect(measurements.map(({ target }) => target)).toEqual(Array(4).fill({ atMost: 1 }));
  expect(lines).toEqual(['filled with 2000 objects']);
});
