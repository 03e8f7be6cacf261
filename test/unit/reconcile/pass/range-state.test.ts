import { describe, expect, it } from 'vitest';
import { advance, finish, isAccountedFor, newRange, retried } from '#shared/reconcile/pass/range-state.ts';
import { stepOf } from '../../../helpers/reconcile.ts';

const none = { accepted: 0, failed: 0, pending: [], calls: 0 };

describe('a range of a pass', () => {
  it('begins with nothing', () => {
    const range = newRange({ after: 'a', until: 'm' });

    expect(range).toMatchObject({ after: 'a', until: 'm', done: false, accepted: 0, failed: 0, pending: [] });
    expect(range).not.toHaveProperty('cursor');
    expect(newRange({})).not.toHaveProperty('after');
    expect(newRange({})).not.toHaveProperty('until');
    expect(isAccountedFor(range)).toBe(true);
  });

  it('goes on when everything that was to be submitted is accounted for', () => {
    const step = stepOf('k', { missing: 3, destination_older: 1, same: 5, extra: 2, in_flight: 1 });
    const range = advance(newRange({}), step, { accepted: 2, failed: 1, pending: ['x'], calls: 1 }, 2);
    const next = advance(range, stepOf('l', { same: 1, missing: 1 }), { ...none, accepted: 1, calls: 1 }, 1);

    expect(range).toMatchObject({ cursor: 'k', accepted: 2, failed: 1, pending: ['x'], list_calls: 2, event_calls: 1 });
    expect(next).toMatchObject({ cursor: 'l', accepted: 3, failed: 1, pending: ['x'], list_calls: 3, event_calls: 2 });
    expect(next.counts.verdicts.missing.objects).toBe(4);
    expect(next.counts.verdicts.same.objects).toBe(6);
    expect(isAccountedFor(next)).toBe(true);
  });

  it.each([
    ['less', { ...none, accepted: 2 }],
    ['more', { ...none, accepted: 3, pending: ['x'] }],
    ['nothing', none],
  ])('does not go on when %s is accounted for than was found', (_name, submitted) => {
    expect(() => advance(newRange({}), stepOf('k', { missing: 2, size_differs: 1 }), submitted, 0)).toThrow(RangeError);
  });

  it('accounts for pending objects when they have been tried again', () => {
    const range = advance(newRange({}), stepOf('k', { missing: 3 }), { ...none, pending: ['x', 'y', 'z'] }, 0);
    const next = retried(range, { accepted: 1, failed: 1, pending: ['z'], calls: 1 });

    expect(next).toMatchObject({ cursor: 'k', accepted: 1, failed: 1, pending: ['z'], event_calls: 1 });
    expect(isAccountedFor(next)).toBe(true);
    expect(() => retried(range, { ...none, accepted: 2 })).toThrow(RangeError);
  });

  it('is done at its end', () => {
    expect(finish(newRange({}), 2)).toMatchObject({ done: true, list_calls: 2 });
  });
});
