import { describe, expect, it } from 'vitest';
import { toBatches } from '#shared/pipeline/batch.ts';

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
