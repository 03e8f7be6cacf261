import { describe, expect, it } from 'vitest';
import { estimateLoss } from '#shared/reconcile/report/convergence.ts';

describe('estimateLoss', () => {
  it.each([
    [{ objects: 200, lost: 10 }, 0, { explained: 0, unexplained: 10, rate: 0.05 }],
    [{ objects: 200, lost: 10 }, 4, { explained: 4, unexplained: 6, rate: 0.03 }],
    [{ objects: 200, lost: 10 }, 50, { explained: 10, unexplained: 0, rate: 0 }],
    [{ objects: 200, lost: 0 }, 3, { explained: 0, unexplained: 0, rate: 0 }],
    [{ objects: 10, lost: 10 }, 0, { explained: 0, unexplained: 10, rate: 1 }],
  ])('of %j with %i known failures', (changed, known, expected) => {
    expect(estimateLoss(changed, known)).toEqual({ changed: changed.objects, lost: changed.lost, ...expected });
  });

  it('has no rate where nothing changed', () => {
    expect(estimateLoss({ objects: 0, lost: 0 }, 5)).toEqual({ changed: 0, lost: 0, explained: 0, unexplained: 0 });
  });
});
