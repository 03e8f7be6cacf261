import { describe, expect, it } from 'vitest';
import { inTurns, toBatches } from '#shared/pipeline/batch.ts';

const items = (tasks: string) => [...tasks].map((syncTaskId, index) => ({ syncTaskId, key: `k${index}` }));

describe('toBatches', () => {
  it('fills batches of one task in order', () => {
    const batches = toBatches(items('AAAAA'), 2);

    expect(batches.map(({ items }) => items.map(({ key }) => key))).toEqual([['k0', 'k1'], ['k2', 'k3'], ['k4']]);
  });

  it('never mixes tasks in a batch', () => {
    expect(toBatches(items('ABABA'), 10)).toEqual([
      {
        syncTaskId: 'A',
        items: [
          { index: 0, key: 'k0' },
          { index: 2, key: 'k2' },
          { index: 4, key: 'k4' },
        ],
      },
      {
        syncTaskId: 'B',
        items: [
          { index: 1, key: 'k1' },
          { index: 3, key: 'k3' },
        ],
      },
    ]);
  });

  it('makes nothing of nothing', () => {
    expect(toBatches([], 10)).toEqual([]);
  });
});

describe('inTurns', () => {
  const batches = (names: string) =>
    [...names].map((syncTaskId, index) => ({ syncTaskId, items: [{ index, key: `${index}` }] }));
  const order = (names: string, start = 0) =>
    inTurns(batches(names), start).map(({ syncTaskId, items }) => `${syncTaskId}${items[0]?.index}`);

  it('lets tasks take turns, each in its own order', () => {
    expect(order('aaabbc')).toEqual(['a0', 'b3', 'c5', 'a1', 'b4', 'a2']);
  });

  it('keeps the order of a single task, and of none', () => {
    expect(order('aaa')).toEqual(['a0', 'a1', 'a2']);
    expect(order('')).toEqual([]);
  });

  it.each([
    [0.25, ['a1', 'a2', 'a3', 'a0']],
    [0.5, ['a2', 'a3', 'a0', 'a1']],
    [0.99, ['a3', 'a0', 'a1', 'a2']],
    [1, ['a0', 'a1', 'a2', 'a3']],
    [Number.NaN, ['a0', 'a1', 'a2', 'a3']],
  ])('begins where %d says, and comes round', (start, expected) => {
    expect(order('aaaa', start)).toEqual(expected);
  });

  it('begins elsewhere among the tasks, too', () => {
    expect(order('aabb', 0.5)).toEqual(['b3', 'a1', 'b2', 'a0']);
  });

  it('loses no batch and doubles none', () => {
    for (const start of [0, 0.1, 0.49, 0.7, 0.999])
      expect(order('abcabcaabbbac', start).toSorted()).toEqual(order('abcabcaabbbac').toSorted());
  });
});
