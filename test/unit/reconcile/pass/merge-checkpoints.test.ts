import { describe, expect, it } from 'vitest';
import { type Checkpoint, mergeCheckpoints } from '#shared/reconcile/pass/checkpoint.ts';
import { advance, finish, newRange, type RangeState } from '#shared/reconcile/pass/range-state.ts';
import { stepOf } from '../../../helpers/reconcile.ts';

const at = (cursor: string, accepted: number, pending: readonly string[] = []): RangeState =>
  advance(
    newRange({}),
    stepOf(cursor, { missing: accepted + pending.length }),
    { accepted, failed: 0, pending, calls: 1 },
    2,
  );
const checkpoint = (range: RangeState, facts: Partial<Checkpoint> = {}): Checkpoint => ({
  version: 1,
  route: 'r',
  pass: 3,
  id: 'b',
  started: '2026-11-21T12:00:00.000Z',
  runs: 1,
  ranges: [range],
  ...facts,
});
const both = (a: Checkpoint, b: Checkpoint): Checkpoint => {
  const merged = mergeCheckpoints(a, b);
  expect(mergeCheckpoints(b, a)).toEqual(merged);
  return merged;
};

describe('mergeCheckpoints', () => {
  it('takes of each range the state that came further, with its own counts and pending keys', () => {
    const [near, far] = [at('c', 3), at('m', 1, ['k'])];

    expect(both(checkpoint(near), checkpoint(far)).ranges).toEqual([far]);
  });

  it('measures how far in the order of UTF-8', () => {
    const [near, far] = [at('\uff5e', 1), at('\u{1f600}', 1)];

    expect(both(checkpoint(near), checkpoint(far)).ranges).toEqual([far]);
  });

  it('takes a range that is done before one with any cursor', () => {
    const done = finish(at('b', 1), 1);

    expect(both(checkpoint(at('x', 5)), checkpoint(done)).ranges).toEqual([done]);
  });

  it('never takes a state that does not account for what it found, however far it came', () => {
    const near = at('c', 1);
    const lost = { ...at('z', 2, ['k']), pending: [] };
    const doneButLost = finish(lost, 0);

    expect(both(checkpoint(near), checkpoint(lost)).ranges).toEqual([near]);
    expect(both(checkpoint(near), checkpoint(doneButLost)).ranges).toEqual([near]);
    expect(both(checkpoint(lost), checkpoint(doneButLost)).ranges).toEqual([newRange({})]);
  });

  it('takes the state with less to do where both came equally far', () => {
    const [waiting, clean] = [at('c', 1, ['k']), at('c', 2)];

    expect(both(checkpoint(waiting), checkpoint(clean)).ranges).toEqual([clean]);
    const refused = { ...clean, accepted: 0, failed: 2 };
    expect(both(checkpoint(waiting), checkpoint(refused)).ranges).toEqual([refused]);
  });

  it('takes the later pass as it is', () => {
    const [old, young] = [checkpoint(finish(at('z', 5), 1)), checkpoint(newRange({}), { pass: 4, id: 'c' })];

    expect(both(old, young)).toEqual(young);
  });

  it('takes one of two passes that were begun separately', () => {
    const [a, b] = [checkpoint(at('c', 1), { id: 'a' }), checkpoint(at('x', 9), { id: 'b' })];

    expect(both(a, b)).toEqual(a);
  });

  it('takes one of two that cut the pass differently', () => {
    const a = checkpoint(at('c', 1));
    const b = checkpoint(newRange({}), { ranges: [newRange({ until: 'm' }), newRange({ after: 'm' })] });

    expect([a, b]).toContainEqual(both(a, b));
  });

  it('keeps the larger number of submissions of each object, and of runs', () => {
    const submitted = (key: string, count: number) => `${key.repeat(10)}ssssss0${count}0000005`;
    const a = checkpoint(at('c', 1), { runs: 2, submissions: submitted('x', 1) + submitted('y', 3) });
    const b = checkpoint(at('d', 1), { runs: 5, submissions: submitted('z', 1) + submitted('y', 2) });

    expect(both(a, b)).toMatchObject({
      runs: 5,
      submissions: submitted('x', 1) + submitted('y', 3) + submitted('z', 1),
    });
  });
});
