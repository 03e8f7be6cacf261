import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, mergeCheckpoints, readCheckpoint } from '#shared/reconcile/pass/checkpoint.ts';
import {
  advance,
  finish,
  isAccountedFor,
  newRange,
  type RangeState,
  retried,
} from '#shared/reconcile/pass/range-state.ts';
import { stepOf } from '../../../helpers/reconcile.ts';
import { runs } from '../../../helpers/thorough.ts';

const parameters = { seed: 20_261_121, numRuns: runs(400) };
const BOUNDS = [{ until: 'h' }, { after: 'h', until: 'p' }, { after: 'p' }];
/** Every key is to be submitted. */
const KEYS = ['abcdefgh', 'ijklmnop', 'qrstuvwx'].map((keys) => [...keys]);

/** A run's treatment of the next key of a range, or of those that are pending. */
interface Act {
  readonly range: number;
  readonly accepted: boolean;
  readonly retry: boolean;
  readonly forgets: boolean;
}
const act: fc.Arbitrary<Act> = fc.record({
  range: fc.nat(2),
  accepted: fc.boolean(),
  retry: fc.boolean(),
  /** A program at fault, which moves its cursor and keeps no book of the key. */
  forgets: fc.oneof({ arbitrary: fc.constant(false), weight: 9 }, { arbitrary: fc.constant(true), weight: 1 }),
});
const acts = fc.array(act, { maxLength: 30 });

/** One run: what OMS has accepted of it goes to `accepted`, as it would even if no checkpoint was ever written. */
function work(start: readonly RangeState[], todo: readonly Act[], accepted: Set<string>): RangeState[] {
  const ranges = [...start];
  for (const { range: index, accepted: takes, retry, forgets } of todo) {
    const range = ranges[index];
    if (!range) continue;
    if (retry && takes && range.pending.length > 0) {
      for (const key of range.pending) accepted.add(key);
      ranges[index] = retried(range, { accepted: range.pending.length, failed: 0, pending: [], calls: 1 });
      continue;
    }
    const { cursor } = range;
    const key = KEYS[index]?.find((each) => cursor === undefined || each > cursor);
    if (key === undefined) {
      ranges[index] = finish(range, 1);
      continue;
    }
    if (forgets) {
      ranges[index] = { ...range, cursor: key, counts: stepOf(key, { missing: 99 }).counts };
      continue;
    }
    if (takes) accepted.add(key);
    const outcome = takes ? { accepted: 1, pending: [] } : { accepted: 0, pending: [key] };
    ranges[index] = isAccountedFor(range)
      ? advance(range, stepOf(key, { missing: 1 }), { ...outcome, failed: 0, calls: 1 }, 2)
      : { ...range, cursor: key };
  }
  return ranges;
}

const begun: Checkpoint = {
  version: 1,
  route: 'r',
  pass: 1,
  id: 'a',
  started: '2026-11-21T12:00:00Z',
  runs: 1,
  ranges: BOUNDS.map(newRange),
};
const checkpoint: fc.Arbitrary<Checkpoint> = fc
  .record({
    todo: acts,
    runs: fc.nat(3),
    pass: fc.constantFrom(1, 1, 1, 2),
    id: fc.constantFrom('a', 'a', 'a', 'b'),
    submissions: fc
      .uniqueArray(fc.tuple(fc.constantFrom(...'klm'), fc.constantFrom(...'st'), fc.constantFrom(...'01')), {
        minLength: 1,
        selector: ([key]) => key,
      })
      .map((all) =>
        all
          .map(([key, state, n]) => `${key.repeat(10)}${state.repeat(6)}0${n}00000${n}${n}`)
          .sort()
          .join(''),
      ),
  })
  .map(({ todo, ...facts }) => ({ ...begun, ...facts, ranges: work(begun.ranges, todo, new Set()) }));

describe('mergeCheckpoints', () => {
  it('does not mind the order, the grouping, or a document that comes twice', () => {
    fc.assert(
      fc.property(checkpoint, checkpoint, checkpoint, (a, b, c) => {
        expect(mergeCheckpoints(a, b)).toEqual(mergeCheckpoints(b, a));
        expect(mergeCheckpoints(mergeCheckpoints(a, b), c)).toEqual(mergeCheckpoints(a, mergeCheckpoints(b, c)));
        const merged = mergeCheckpoints(a, b);
        expect(mergeCheckpoints(merged, a)).toEqual(merged);
        expect(mergeCheckpoints(merged, merged)).toEqual(merged);
      }),
      parameters,
    );
  });

  it('skips nothing: whatever two runs did at once, going on from the merged state submits every key', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(acts, acts), { minLength: 1, maxLength: 4 }), (rounds) => {
        const accepted = new Set<string>();
        let state = begun;
        for (const [first, second] of rounds) {
          const a = { ...state, ranges: work(state.ranges, first, accepted) };
          const b = { ...state, ranges: work(state.ranges, second, accepted) };
          state = mergeCheckpoints(a, b);
        }
        const proper = BOUNDS.flatMap((_, range) =>
          Array.from({ length: 20 }, () => ({ range, accepted: true, retry: true, forgets: false })),
        );
        const end = work(state.ranges, proper, accepted);

        expect([...accepted].sort()).toEqual(KEYS.flat());
        for (const [index, range] of end.entries()) {
          expect(range.done).toBe(true);
          expect(range.counts.verdicts.missing.objects).toBe(KEYS[index]?.length);
          expect(range.accepted).toBe(KEYS[index]?.length);
        }
      }),
      parameters,
    );
  });

  it('gives a document that can be read', () => {
    fc.assert(
      fc.property(checkpoint, checkpoint, (a, b) => {
        const merged = mergeCheckpoints(a, b);
        expect(readCheckpoint(JSON.stringify(merged), 'r')).toEqual({ checkpoint: merged, restarted: [] });
      }),
      parameters,
    );
  });
});
