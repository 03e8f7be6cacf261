import { expect, it } from 'vitest';
import { million } from '../../../scripts/bench/million.ts';
import { rcloneCheck } from '../../../scripts/bench/rclone-check.ts';
import { hasRclone } from '../../helpers/rclone.ts';

const QUICK = { quick: true, progress: () => {} };

it.skipIf(!hasRclone() && !process.env['CI'])('compares with rclone in time and memory, in both layouts', async () => {
  const measurements = await rcloneCheck(QUICK);

  expect(measurements.filter(({ target }) => target).map(({ measure, target }) => [measure, target])).toEqual([
    ['flat: time, times faster', { atLeast: 3 }],
    ['flat: peak memory by an eighth of rclone', { atMost: 1 }],
    ['1000 a folder: time, times faster', { atLeast: 2 }],
    ['1000 a folder: peak memory by the limit', { atMost: 1 }],
  ]);
});

it('finds, copies and proves what one of a hundred objects lacks', async () => {
  const measurements = await million(QUICK);

  const value = (measure: string) => measurements.find((each) => each.measure === measure)?.value;
  expect(value('objects a side, of which missing')).toBe('10000, 100');
  expect(value('first pass: LIST calls, event calls')).toMatch(/^\d+, 1\d$/);
  expect(value('second pass: converged, nothing submitted')).toBe('yes');
});
