import { describe, expect, it } from 'vitest';
import { type Measurement, reachesTarget } from '../../../scripts/bench/measurement.ts';
import { formatResults, misses } from '../../../scripts/bench/report.ts';

const measured = (ratio: number, target?: Measurement['target']): Measurement => ({
  measure: 'thing',
  value: '12 ms',
  baseline: '10 ms',
  ratio,
  ratioRange: [1.1, 1.3],
  noise: 0.0423,
  ...(target ? { target } : {}),
});

describe('reachesTarget', () => {
  it.each([
    [1.55, { atMost: 1.55 }, true],
    [1.56, { atMost: 1.55 }, false],
    [0.6, { atLeast: 0.6 }, true],
    [0.59, { atLeast: 0.6 }, false],
    // Judged as shown: a table that says `1.55 <= 1.55 MISS` would help nobody.
    [1.5549, { atMost: 1.55 }, true],
    [1.5551, { atMost: 1.55 }, false],
  ])('judges %d against %j as %s', (ratio, target, expected) => {
    expect(reachesTarget(measured(ratio, target))).toBe(expected);
  });

  it('has no opinion without a target', () => {
    expect(reachesTarget(measured(3))).toBeUndefined();
  });
});

it('shows value, baseline, ratio, range, target, result and noise in aligned columns', () => {
  const table = formatResults([
    { bench: 'cold-start', measurements: [measured(1.2, { atMost: 1.55 }), measured(1.7, { atMost: 1.55 })] },
    { bench: 'submit', measurements: [measured(0.7)] },
  ]);

  expect(table).toBe(
    [
      'measure            value  baseline  ratio    min..max   target  result  noise',
      'cold-start: thing  12 ms     10 ms   1.20  1.10..1.30  <= 1.55    pass     4%',
      'cold-start: thing  12 ms     10 ms   1.70  1.10..1.30  <= 1.55    MISS     4%',
      'submit: thing      12 ms     10 ms   0.70  1.10..1.30                      4%',
    ].join('\n'),
  );
});

it('names every miss', () => {
  const results = [
    { bench: 'a', measurements: [measured(2, { atMost: 1 }), measured(1, { atMost: 1 })] },
    { bench: 'b', measurements: [measured(1, { atLeast: 2 }), measured(9)] },
  ];

  expect(misses(results)).toEqual(['a: thing', 'b: thing']);
});
