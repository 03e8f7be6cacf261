import { describe, expect, it } from 'vitest';
import { lagLines, type PassReport, passesTable } from '../../../../scripts/local/demo/passes.ts';

function passOf(pass: number, verdicts: Readonly<Record<string, number>>, more: Partial<PassReport> = {}): PassReport {
  const all = { same: 0, missing: 0, size_differs: 0, extra: 0, ...verdicts };
  return {
    pass,
    complete: true,
    converged: all.missing === 0,
    differences: all.missing,
    duration_seconds: 0.1234,
    source: { objects: all.same + all.missing },
    destination: { objects: all.same },
    verdicts: Object.fromEntries(Object.entries(all).map(([name, objects]) => [name, { objects }])),
    submitted: all.missing,
    accepted: all.missing,
    calls: { list: 2, events: 1 },
    ...more,
  };
}

describe('the table of the passes', () => {
  it('shows both side by side, with every verdict that either has', () => {
    const table = passesTable([
      passOf(1, { same: 1190, missing: 44, extra: 1 }),
      passOf(2, { same: 1234, extra: 1 }, { duration_seconds: 12.34 }),
    ]);

    expect(table.split('\n')).toEqual([
      '               pass 1  pass 2',
      '  source        1,234   1,234',
      '  destination   1,190   1,234',
      '  same          1,190   1,234',
      '  missing          44       0',
      '  extra             1       1',
      '  submitted        44       0',
      '  LIST calls        2       2',
      '  event calls       1       1',
      '  time         123 ms  12.3 s',
      '  converged        no     yes',
    ]);
  });

  it('shows what is missing also where nothing is', () => {
    expect(passesTable([passOf(1, { same: 1 })])).toMatch(/\n {2}missing +0\n/);
  });
});

it('lag is told of the passes that measured some', () => {
  expect(
    lagLines([
      passOf(1, {}, { lag: { count: 1190, p50: 1, p95: 2, p99: 5, max: 4 } }),
      passOf(2, {}, { lag: { count: 1, max: 12 } }),
      passOf(3, {}, { lag: { count: 0, max: 0 } }),
      passOf(4, {}),
    ]),
  ).toEqual(['  pass 1: 1,190 objects, p50 1 s, p95 2 s, p99 5 s, max 4 s', '  pass 2: 1 object, max 12 s']);
});
