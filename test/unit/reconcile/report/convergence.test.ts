import { describe, expect, it } from 'vitest';
import { convergenceOf, type PassOutcome } from '#shared/reconcile/report/convergence.ts';
import { countsOf } from '../../../helpers/reconcile.ts';

const outcome = (facts: Partial<PassOutcome> = {}): PassOutcome => ({
  counts: countsOf({ same: 200 }),
  complete: true,
  emptySourceConfirmed: false,
  ...facts,
});

describe('convergenceOf', () => {
  it('is proved by a complete pass in which everything is the same', () => {
    expect(convergenceOf(outcome())).toEqual({ converged: true, obstacles: [], differences: 0 });
  });

  it.each(['extra', 'oms_own', 'in_flight'] as const)('is not hindered by what is %s', (verdict) => {
    expect(convergenceOf(outcome({ counts: countsOf({ same: 1, [verdict]: 3 }) })).converged).toBe(true);
  });

  it('is not proved by a source of which all is in flight', () => {
    const inFlight = (objects: Parameters<typeof countsOf>[0]) => convergenceOf(outcome({ counts: countsOf(objects) }));

    expect(inFlight({ in_flight: 3, extra: 2, oms_own: 1 })).toEqual({
      converged: false,
      obstacles: ['all_in_flight'],
      differences: 0,
    });
    expect(inFlight({ in_flight: 3, missing: 1 }).obstacles).toEqual(['missing']);
    expect(inFlight({ in_flight: 3, same: 1 }).converged).toBe(true);
  });

  it.each([
    'missing',
    'size_differs',
    'destination_older',
    'checksum_differs',
    'ignored_by_oms',
    'unmigratable',
  ] as const)('is hindered by a single object that is %s', (verdict) => {
    const counts = countsOf({ same: 1000, [verdict]: 1 });

    expect(convergenceOf(outcome({ counts }))).toEqual({ converged: false, obstacles: [verdict], differences: 1 });
  });

  it('names every obstacle and counts what differs', () => {
    const counts = countsOf({ missing: 2, unmigratable: 3, extra: 4 });

    expect(convergenceOf(outcome({ counts, complete: false }))).toEqual({
      converged: false,
      obstacles: ['missing', 'unmigratable', 'incomplete'],
      differences: 5,
    });
  });

  it('is never proved by a pass that did not see everything', () => {
    expect(convergenceOf(outcome({ complete: false }))).toMatchObject({ converged: false, obstacles: ['incomplete'] });
  });

  it('is proved by an empty source only where that is confirmed', () => {
    const empty = { counts: countsOf({ extra: 5 }), previousSourceObjects: 500 };

    expect(convergenceOf(outcome(empty))).toMatchObject({ converged: false, obstacles: ['empty_source'] });
    expect(convergenceOf(outcome({ ...empty, emptySourceConfirmed: true }))).toMatchObject({ converged: true });
    expect(convergenceOf(outcome({ counts: countsOf({}) })).converged).toBe(false);
  });

  it.each([
    [200, 400, true],
    [200, 401, false],
    [49, 100, false],
    [49, 99, true],
    [200, undefined, true],
    [200, 10, true],
  ])('with %i source objects after a pass with %j: %s', (now, before, converged) => {
    const result = convergenceOf(outcome({ counts: countsOf({ same: now }), previousSourceObjects: before }));

    expect(result.converged).toBe(converged);
    expect(result.obstacles).toEqual(converged ? [] : ['source_shrank']);
  });
});
