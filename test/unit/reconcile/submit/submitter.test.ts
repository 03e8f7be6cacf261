import { describe, expect, it } from 'vitest';
import { Submitter } from '#shared/reconcile/submit/submitter.ts';
import { omsError } from '../../../helpers/oms-error.ts';

function setUp(refused: readonly string[] = []) {
  const calls: (readonly string[])[] = [];
  let open = 0;
  let most = 0;
  const submitter = new Submitter({
    send: async ({ objectKeys }) => {
      calls.push(objectKeys);
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      if (objectKeys.some((key) => refused.includes(key))) throw omsError(400, 'OMS.0064');
      return { attempts: 1 };
    },
    concurrency: 2,
    remaining: () => 60_000,
    taskState: async () => 'running',
    syncTaskId: 'task-1',
    maxKeysPerCall: 3,
  });
  return { submitter, calls, most: () => most };
}
const keys = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('a submitter', () => {
  it('tells each who asks what became of its own keys', async () => {
    const { submitter } = setUp(['b1', 'c0']);

    const all = await Promise.all([keys('a', 4), keys('b', 2), keys('c', 3)].map((each) => submitter.submit(each)));

    expect(all.map(({ results }) => results.map(({ status }) => status))).toEqual([
      ['accepted', 'accepted', 'accepted', 'accepted'],
      ['accepted', 'failed'],
      ['failed', 'accepted', 'accepted'],
    ]);
  });

  it('sends what came meanwhile together, and never more at a time than it may', async () => {
    const { submitter, calls, most } = setUp();

    const results = await Promise.all(keys('', 7).map((key) => submitter.submit(keys(`${key}-`, 2))));

    // The first by itself; then twelve keys in calls of three.
    expect(calls.map((call) => call.length)).toEqual([2, 3, 3, 3, 3]);
    expect(most()).toBe(2);
    expect(results.reduce((sum, result) => sum + result.calls, 0)).toBe(5);
  });

  it('sends keys one by one where it is asked to, beside others', async () => {
    const { submitter, calls } = setUp();

    await Promise.all([submitter.submit(['x']), submitter.submit(keys('a', 2), true), submitter.submit(keys('b', 3))]);

    expect(calls).toEqual([['x'], ['a0'], ['a1'], ['b0', 'b1', 'b2']]);
  });

  it('encodes keys, and accepts none where one cannot be sent', async () => {
    const { submitter, calls } = setUp();

    expect((await submitter.submit(['a b/ü'])).results).toMatchObject([{ status: 'accepted' }]);
    expect(calls).toEqual([['a%20b%2F%C3%BC']]);
    expect((await submitter.submit(['ok', '\ud800'])).results).toMatchObject([
      { status: 'blocked' },
      { status: 'blocked' },
    ]);
  });
});
