import { describe, expect, it } from 'vitest';
import type { BatchItem } from '#shared/pipeline/batch.ts';
import { isolate, type Sent } from '#shared/pipeline/isolate.ts';

const itemsOf = (count: number): BatchItem[] =>
  Array.from({ length: count }, (_, index) => ({ index, key: `k${index}` }));
const indexes = (items: readonly BatchItem[]) => items.map(({ index }) => index);

/** Takes a refused batch apart at a service that answers as told, and notes what it was sent. */
async function isolateAt(count: number, answer: (sent: readonly number[], call: number) => Sent) {
  const calls: number[][] = [];
  const accepted: number[] = [];
  const rejected: [index: number, error: unknown][] = [];
  const result = await isolate(itemsOf(count), 'whole batch', {
    send: async (items) => {
      calls.push(indexes(items));
      const sent = answer(indexes(items), calls.length);
      if (sent.status === 'accepted') accepted.push(...indexes(items));
      return sent;
    },
    reject: ({ index }, error) => rejected.push([index, error]),
  });
  return { calls, accepted: accepted.toSorted((a, b) => a - b), rejected, result };
}

/** Refuses every call that holds one of these keys, and says which call it was. */
const refusing =
  (...bad: number[]) =>
  (sent: readonly number[]): Sent =>
    sent.some((index) => bad.includes(index)) ? { status: 'refused', error: sent.join() } : { status: 'accepted' };

const others = (count: number, ...bad: number[]) => indexes(itemsOf(count)).filter((index) => !bad.includes(index));

describe('isolate', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'finds bad key %i of ten in at most seven calls; nine arrive',
    async (bad) => {
      const { calls, accepted, rejected } = await isolateAt(10, refusing(bad));

      expect(rejected).toEqual([[bad, String(bad)]]);
      expect(accepted).toEqual(others(10, bad));
      // The question about the task's state makes eight.
      expect(calls.length).toBeLessThanOrEqual(7);
    },
  );

  it('rejects a batch of one key without a further call', async () => {
    const { calls, rejected } = await isolateAt(1, refusing(0));

    expect(rejected).toEqual([[0, 'whole batch']]);
    expect(calls).toEqual([]);
  });

  it('does not send whole what must hold the culprit', async () => {
    const { calls } = await isolateAt(8, refusing(7));

    expect(calls).toEqual([[0, 1, 2, 3], [4, 5], [6], [7]]);
  });

  it('sends what it put aside in one call', async () => {
    const { calls } = await isolateAt(8, refusing(0));

    expect(calls).toEqual([[0, 1, 2, 3], [0, 1], [0], [1, 2, 3, 4, 5, 6, 7]]);
  });

  it('sends a key alone before it rejects it, though it is the only one left', async () => {
    const { calls, rejected } = await isolateAt(2, refusing(1));

    expect(calls).toEqual([[0], [1]]);
    expect(rejected).toEqual([[1, '1']]);
  });

  it.each([
    [[0, 1]],
    [[0, 9]],
    [[4, 5]],
    [[8, 9]],
    [[0, 1, 2]],
    [[0, 1, 2, 3, 4, 5, 6, 7, 8]],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('finds the bad keys %j of ten', async (bad) => {
    const { accepted, rejected } = await isolateAt(10, refusing(...bad));

    expect(rejected).toEqual(bad.map((index) => [index, String(index)]));
    expect(accepted).toEqual(others(10, ...bad));
  });

  it('tries one key after the other once two were refused and none accepted', async () => {
    const { calls, rejected, result } = await isolateAt(10, refusing(...others(10)));

    expect(rejected).toHaveLength(10);
    expect(calls).toHaveLength(17);
    expect(calls.slice(9)).toEqual([[2], [3], [4], [5], [6], [7], [8], [9]]);
    expect(result).toEqual(others(10).map(String));
  });

  it('goes back to searching as soon as a key is accepted', async () => {
    const { calls } = await isolateAt(100, refusing(0, 1, 2));

    expect(calls.slice(-3)).toEqual([[2], [3], others(100, 0, 1, 2, 3)]);
    expect(calls.length).toBeLessThanOrEqual(21);
  });

  it('rejects nobody where the number of keys is the cause, and goes on with as many as are taken', async () => {
    const { calls, accepted, rejected } = await isolateAt(100, (sent) =>
      sent.length > 10 ? { status: 'refused', error: 'too many' } : { status: 'accepted' },
    );

    expect(rejected).toEqual([]);
    expect(accepted).toEqual(others(100));
    expect(calls.length).toBeLessThanOrEqual(25);
  });

  it('concludes nothing from a call that failed for another reason', async () => {
    const { calls, accepted, rejected, result } = await isolateAt(4, (sent, call) =>
      call === 1 ? { status: 'failed' } : refusing(3)(sent),
    );

    // The other half is sent whole: the culprit may have been in the half that was not judged.
    expect(calls).toEqual([[0, 1], [2, 3], [2], [3]]);
    expect(accepted).toEqual([2]);
    expect(rejected).toEqual([[3, '3']]);
    expect(result).toEqual(['3']);
  });

  it('ends where every further call fails', async () => {
    const { calls, rejected } = await isolateAt(10, () => ({ status: 'failed' }));

    expect(calls).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
    ]);
    expect(rejected).toEqual([]);
  });

  it('leaves a key unrejected that fails for another reason when it is sent alone', async () => {
    const { accepted, rejected } = await isolateAt(2, (_sent, call) =>
      call === 1 ? { status: 'accepted' } : { status: 'failed' },
    );

    expect(accepted).toEqual([0]);
    expect(rejected).toEqual([]);
  });
});
