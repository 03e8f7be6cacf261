import { describe, expect, it } from 'vitest';
import { FAILURES, type FailureCode } from '#shared/pipeline/failures.ts';
import { Submissions } from '#shared/reconcile/submit/submissions.ts';
import { type KeyResult, SubmissionRetries } from '#shared/reconcile/submit/submitter.ts';

type Answer = 'accepted' | FailureCode;

/** Answers each round by its number, from 1. */
function setUp(answer: (key: string, round: number) => Answer, remaining = 60_000) {
  const submissions = new Submissions();
  const submitted: string[][] = [];
  const slept: number[] = [];
  const modes: boolean[] = [];
  const retries = new SubmissionRetries({
    submitter: {
      submit: async (keys, oneByOne = false) => {
        submitted.push([...keys]);
        modes.push(oneByOne);
        const results = keys.map((key): KeyResult => {
          const said = answer(key, submitted.length);
          if (said === 'accepted') return { key, status: 'accepted' };
          const failure = FAILURES[said];
          return { key, status: failure.retryable ? 'blocked' : 'failed', error: new Error(said), failure };
        });
        return { results, calls: 1 };
      },
    },
    submissions,
    clock: { now: () => 0, sleep: async (ms) => void slept.push(ms), random: () => 0 },
    remaining: () => remaining,
  });
  return { retries, submissions, submitted, slept, modes };
}
const statuses = async (retries: SubmissionRetries, keys: readonly string[]) =>
  (await retries.submit(keys)).results.map(({ status }) => status);

describe('submission retries', () => {
  it('are one where every key has its answer', async () => {
    const { retries, submitted } = setUp((key) => (key === 'b' ? 'OmsSync.KeyRefused' : 'accepted'));

    expect(await retries.submit(['a', 'b', 'c'])).toMatchObject({
      results: [{ status: 'accepted' }, { status: 'failed', failure: { code: 'OmsSync.KeyRefused' } }, {}],
      calls: 1,
    });
    expect(submitted).toHaveLength(1);
  });

  it('come again for keys whose call failed, after a wait, and only for these', async () => {
    const { retries, submitted, slept } = setUp((key, round) =>
      key === 'b' && round < 3 ? 'OmsSync.OmsUnavailable' : 'accepted',
    );

    expect(await statuses(retries, ['a', 'b', 'c'])).toEqual(['accepted', 'accepted', 'accepted']);
    expect(submitted).toEqual([['a', 'b', 'c'], ['b'], ['b']]);
    expect(slept).toEqual([500, 2_000]);
  });

  it('try keys one by one at last, for a call of ten may fail for one of them', async () => {
    const { retries, modes } = setUp((key) => (key === 'b' ? 'OmsSync.OmsInternalError' : 'accepted'));

    await retries.submit(['a', 'b']);

    expect(modes).toEqual([false, false, true]);
  });

  it('end when waiting does not help, and leave the key blocked', async () => {
    const { retries, submitted } = setUp((key) => (key === 'b' ? 'OmsSync.OmsTimeout' : 'accepted'));

    expect(await statuses(retries, ['a', 'b'])).toEqual(['accepted', 'blocked']);
    expect(submitted).toHaveLength(3);
  });

  it.each(['OmsSync.SyncTaskStopped', 'OmsSync.CredentialsRefused', 'OmsSync.DeadlineExceeded'] as const)(
    'do not wait for %s',
    async (code) => {
      const { retries, submitted, slept } = setUp(() => code);

      expect(await statuses(retries, ['a'])).toEqual(['blocked']);
      expect([submitted.length, slept]).toEqual([1, []]);
    },
  );

  it('do not wait beyond the time that there is', async () => {
    const { retries, slept } = setUp(() => 'OmsSync.OmsUnavailable', 500);

    expect(await statuses(retries, ['a'])).toEqual(['blocked']);
    expect(slept).toEqual([]);
  });

  it('come again at once for batches that were refused as a whole', async () => {
    const { retries, submitted, slept } = setUp((key, round) => {
      if (Number(key) < round * 2 - 2) return 'OmsSync.KeyRefused';
      return round < 4 ? 'OmsSync.BatchRefused' : 'accepted';
    });

    expect(await statuses(retries, ['0', '1', '2', '9'])).toEqual(['failed', 'failed', 'failed', 'accepted']);
    expect(submitted).toEqual([['0', '1', '2', '9'], ['0', '1', '2', '9'], ['2', '9'], ['9']]);
    expect(slept).toEqual([]);
  });

  it('give batches up for this pass where nothing was ever accepted, and do not try for ever', async () => {
    const { retries, submitted } = setUp(() => 'OmsSync.BatchRefused');

    expect(await statuses(retries, ['a', 'b'])).toEqual(['failed', 'failed']);
    expect(submitted).toHaveLength(5);
    expect(await statuses(retries, ['c'])).toEqual(['failed']);
    expect(submitted).toHaveLength(6);
  });

  it('take heart again when a key is accepted', async () => {
    let accepts = false;
    const { retries, submitted } = setUp((key) => (accepts && key === 'good' ? 'accepted' : 'OmsSync.BatchRefused'));
    await retries.submit(['a']);
    accepts = true;
    const before = submitted.length;

    await retries.submit(['good', 'b']);

    expect(submitted.length - before).toBeGreaterThan(2);
  });

  it('remember what was submitted, and leave out what was accepted in this pass', async () => {
    const { retries, submissions, submitted } = setUp((key) => (key === 'b' ? 'OmsSync.KeyRefused' : 'accepted'));
    const object = (key: string) => ({ key, size: 1, lastModified: 0 });
    for (const key of ['a', 'b']) submissions.reserve(object(key), 0);

    await retries.submit(['a', 'b']);
    const again = await retries.submit(['b', 'a']);

    expect(submitted).toEqual([['a', 'b'], ['b']]);
    expect(again.results).toMatchObject([
      { key: 'b', status: 'failed' },
      { key: 'a', status: 'accepted' },
    ]);
    expect(submissions.find(object('a'), 0)).toMatchObject({ count: 1, accepted: true });
    expect(submissions.find(object('b'), 0)).toMatchObject({ count: 2, accepted: false });
  });

  it('of nothing are none', async () => {
    const { retries, submitted } = setUp(() => 'accepted');

    expect(await retries.submit([])).toEqual({ results: [], calls: 0 });
    expect(submitted).toEqual([]);
  });
});
