import { describe, expect, it } from 'vitest';
import { FaultInjector } from '../../../../scripts/local/faults/injector.ts';
import type { FaultRule } from '../../../../scripts/local/faults/plan.ts';
import { OMS_VOCABULARY } from '../../../../scripts/local/faults/vocabulary.ts';

const injectorOf = (rules: readonly FaultRule[], seed = 1): FaultInjector => {
  const injector = new FaultInjector(OMS_VOCABULARY);
  injector.set({ seed, rules });
  return injector;
};
const luck = (injector: FaultInjector, count: number): boolean[] =>
  Array.from({ length: count }, () => injector.pick({ scope: 'request', operation: 'ShowSyncTask' }).length > 0);

describe('the fault injector', () => {
  it('draws the same for the same seed, and other things for another', () => {
    const rules = [{ fault: 'reset', probability: 0.5 }];
    expect(luck(injectorOf(rules), 64)).toEqual(luck(injectorOf(rules), 64));
    expect(luck(injectorOf(rules, 2), 64)).not.toEqual(luck(injectorOf(rules), 64));
  });

  it('fires about as often as the probability says', () => {
    const fired = luck(injectorOf([{ fault: 'reset', probability: 0.2 }]), 5000).filter(Boolean).length;
    expect(fired).toBeGreaterThan(900);
    expect(fired).toBeLessThan(1100);
  });

  it('fires at the calls that are named, at every n-th, and not beyond the limit', () => {
    const at = (rule: Partial<FaultRule>) =>
      luck(injectorOf([{ fault: 'reset', ...rule }]), 6).flatMap((fires, index) => (fires ? [index + 1] : []));
    expect(at({ calls: [2, 5] })).toEqual([2, 5]);
    expect(at({ every: 3 })).toEqual([3, 6]);
    expect(at({ every: 1, limit: 2 })).toEqual([1, 2]);
  });

  it('counts for itself what it is about: operation, key, bucket', () => {
    const injector = injectorOf([
      { fault: 'reset', operation: ['StopSyncTask', 'StartSyncTask'], calls: [2] },
      { fault: 'fail', key_prefix: 'a', per: 'key', calls: [2] },
    ]);
    const request = (operation: string) => injector.pick({ scope: 'request', operation }).length;
    expect([request('StopSyncTask'), request('ShowSyncTask'), request('StartSyncTask')]).toEqual([0, 0, 1]);
    const object = (key: string) => injector.pick({ scope: 'object', keys: [key] }).length;
    expect(['a1', 'a2', 'b', 'a1', 'b', 'a2'].map(object)).toEqual([0, 0, 0, 1, 0, 1]);
  });

  it('carries out the first of several that end the matter, and counts what it carried out', () => {
    const injector = injectorOf([
      { fault: 'slow', ms: 5, every: 1 },
      { fault: 'status', status: 503, every: 1 },
      { fault: 'reset', every: 1 },
    ]);
    const fired = injector.pick({ scope: 'request', operation: 'ShowSyncTask' });
    expect(fired.map(({ fault }) => fault)).toEqual(['slow', 'status']);
    expect(injector.state()).toMatchObject({
      injected: 2,
      rules: [
        { fault: 'slow', matched: 1, injected: 1 },
        { fault: 'status', matched: 1, injected: 1 },
        { fault: 'reset', matched: 1, injected: 0 },
      ],
    });
  });

  it('keeps its plan where the next is not valid, and counts anew with a new one', () => {
    const injector = injectorOf([{ fault: 'reset', every: 1 }]);
    luck(injector, 2);
    expect(() => injector.set({ seed: 1 })).toThrow(/rules must be an array/);
    expect(injector.state().injected).toBe(2);
    injector.set({ seed: 1, rules: [] });
    expect(injector.state()).toEqual({ plan: { seed: 1, rules: [] }, injected: 0, rules: [] });
    injector.set(undefined);
    expect(injector.state()).toEqual({ plan: null, injected: 0, rules: [] });
  });
});
