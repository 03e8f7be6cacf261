import { expect, it } from 'vitest';
import { diffOfListings } from '../../../scripts/bench/diff.ts';

it('measures the diff in speed and memory, each with a target, and against listing alone', async () => {
  const measurements = await diffOfListings({ quick: true, progress: () => {} });

  expect(measurements.map(({ measure, target }) => [measure, target])).toEqual([
    ['objects a second on one core, 0.5 million objects', { atLeast: 1 }],
    ['peak memory, 0.5 million objects', { atMost: 1 }],
    ['peak memory against that of 0.1 million', { atMost: 1.5 }],
    ['speed against that of 0.1 million', { atLeast: 0.8 }],
    ['CPU against making the listings alone, 0.5 million objects', undefined],
    ['time, 0.5 million objects', undefined],
  ]);
  for (const { ratio = 1 } of measurements) expect(ratio).toBeGreaterThan(0);
}, 60_000);
