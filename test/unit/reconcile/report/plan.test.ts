import { describe, expect, it } from 'vitest';
import { ADVISE_ABOVE, planOf } from '#shared/reconcile/report/plan.ts';

const plan = (objects: number, facts: object = {}) =>
  planOf({
    sourceObjects: 1_000_000,
    destinationObjects: 990_001,
    submit: { objects, bytes: objects * 10 },
    keysPerCall: 10,
    callsPerSecond: 100,
    ...facts,
  });

describe('planOf', () => {
  it('counts LIST calls, event calls and minutes', () => {
    expect(plan(60_001)).toEqual({
      submit: { objects: 60_001, bytes: 600_010 },
      list_calls: { source: 1000, destination: 991 },
      event_calls: 6001,
      minutes: 1.1,
    });
  });

  it('costs nothing but listing where nothing is to be submitted', () => {
    expect(plan(0)).toMatchObject({ event_calls: 0, minutes: 0 });
    expect(plan(0)).not.toHaveProperty('advice');
  });

  it('asks once even for an empty bucket', () => {
    expect(plan(1, { sourceObjects: 1, destinationObjects: 0 }).list_calls).toEqual({ source: 1, destination: 1 });
  });

  it('follows the size of calls', () => {
    expect(plan(101, { keysPerCall: 100 })).toMatchObject({ event_calls: 2 });
  });

  it('advises a migration task above a threshold', () => {
    expect(plan(ADVISE_ABOVE)).not.toHaveProperty('advice');
    expect(plan(ADVISE_ABOVE + 1).advice).toMatch(
      /^100001 objects would take 10001 event calls\. An OMS migration task/,
    );
    expect(plan(6, { adviseAbove: 5 })).toHaveProperty('advice');
  });
});
