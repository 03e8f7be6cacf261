import { describe, expect, it } from 'vitest';
import { NAMED_KEYS } from '#shared/reconcile/compare/counts.ts';
import {
  isFinished,
  joined,
  newRange,
  type RangeState,
  withoutSparedKeys,
} from '#shared/reconcile/pass/range-state.ts';
import { countsOf } from '../../../helpers/reconcile.ts';

const range = (changes: Partial<RangeState>): RangeState => ({ ...newRange({}), ...changes });

describe('settled ranges', () => {
  it('are those that are judged to their end with nothing pending', () => {
    expect(isFinished(range({ done: true }))).toBe(true);
    expect(isFinished(range({ done: false }))).toBe(false);
    expect(isFinished(range({ done: true, pending: ['k'] }))).toBe(false);
  });

  it('that follow each other are one, with everything added up', () => {
    const refused = (keys: string[]) => ({ 'OmsSync.KeyRefused': { objects: keys.length, keys } });
    const first = range({
      until: 'm',
      cursor: 'k',
      done: true,
      counts: countsOf({ missing: 3 }, 'a'),
      accepted: 2,
      failed: 1,
      refused: refused(['a1']),
      list_calls: 4,
      event_calls: 1,
    });
    const second = range({
      after: 'm',
      done: true,
      counts: countsOf({ missing: 1, same: 2 }, 'n'),
      failed: 1,
      refused: refused(['n1']),
      list_calls: 2,
      event_calls: 1,
    });

    expect(joined(first, second)).toEqual({
      ...newRange({}),
      done: true,
      cursor: 'k',
      counts: expect.objectContaining({ source: { objects: 6, bytes: 6 } }),
      accepted: 2,
      failed: 2,
      refused: refused(['a1', 'n1']),
      list_calls: 6,
      event_calls: 2,
    });
    expect(joined(range({ after: 'a', until: 'm' }), range({ after: 'm', until: 'z', cursor: 'y' }))).toMatchObject({
      after: 'a',
      until: 'z',
      cursor: 'y',
    });
  });
});

describe('keys', () => {
  it('that no report will name are not kept, and all others are', () => {
    const first = range({ until: 'm', counts: countsOf({ same: NAMED_KEYS - 1, missing: 1 }, 'a') });
    const second = range({ after: 'm', until: 'p', counts: countsOf({ same: 5, missing: 2 }, 'n') });
    const third = range({ after: 'p', counts: countsOf({ same: 5, missing: 2 }, 'q') });

    const kept = withoutSparedKeys([first, second, third]);

    expect(kept.map(({ counts }) => counts.verdicts.same.keys.length)).toEqual([NAMED_KEYS - 1, 1, 0]);
    expect(kept.map(({ counts }) => counts.verdicts.missing.keys.length)).toEqual([1, 2, 2]);
    expect(kept.map(({ counts }) => counts.verdicts.same.objects)).toEqual([NAMED_KEYS - 1, 5, 5]);
    expect(second.counts.verdicts.same.keys).toHaveLength(5);
  });
});
