import { describe, expect, it } from 'vitest';
import { FAILURES, type FailureCode } from '#shared/pipeline/failures.ts';
import type { KeyOutcome } from '#shared/pipeline/outcome.ts';
import { SubmissionRetries } from '#shared/reconcile/submit/retry-submission.ts';

type Answer = 'accepted' | FailureCode;

/** Answers each round by its number, from 1. */
function setUp(answer: (key: string, round: number) => Answer, remaining = 60_000) {
  const submitted: string[][] = [];
  const slept: number[] = [];
  const modes: boolean[] = [];
  const rounds = new SubmissionRetries({
    submit: async (keys, oneByOne) => {
      submitted.push([...keys]);
      modes.push(oneByOne);
      const outcomes = keys.map((key, index): KeyOutcome => {
        const said = answer(key, submitted.length);
        if (said === 'accepted') return { index, status: 'accepted' };
        const failure = FAILURES[said];
        return { index, status: 'failed', error: new Error(said), failure, retryable: failure.retryable };
      });
      return { outcomes, calls: 1 };
    },
    clock: { now: () => 0, sleep: async (ms) => void slept.push(ms), random: () => 0 },
    remaining: () => remaining,
  });
  return { rounds, submitted, slept, modes };
}
const statuses = async (rounds: SubmissionRetries, keys: readonly string[]) =>
  (await rounds.submit(keys)).results.map(({ status }) => status);

describe('rounds', () => {
  it('are one where every key has its answer', async () => {
    const { rounds, submitted } = setUp((key) => (key === 'b' ? 'OmsSync.KeyRefused' : 'accepted'));

    expect(await rounds.submit(['a', 'b', 'c'])).toMatchObject({
      results: [{ status: 'accepted' }, { status: 'failed', failure: { code: 'OmsSync.KeyRefused' } }, {}],
      calls: 1,
    });
    expect(submitted).toHaveLength(1);
  });

  it('come again for keys whose call failed, after a wait, and only for these', async () => {
    const { rounds, submitted, slept } = setUp((key, round) =>
      key === 'b' && round < 3 ? 'OmsSync.OmsUnavailable' : 'accepted',
    );

    expect(await statuses(rounds, ['a', 'b', 'c'])).toEqual(['accepted', 'accepted', 'accepted']);
    expect(submitted).toEqual([['a', 'b', 'c'], ['b'], ['b']]);
    expect(slept).toEqual([500, 2_000]);
  });

  it('try keys one by one at last, for a call of ten may fail for one of them', async () => {
    const { rounds, modes } = setUp((key) => (key === 'b' ? 'OmsSync.OmsInternalError' : 'accepted'));

    await rounds.submit(['a', 'b']);

    expect(modes).toEqual([false, false, true]);
  });

  it('end when waiting does not help, and leave the key blocked', async () => {
    const { rounds, submitted } = setUp((key) => (key === 'b' ? 'OmsSync.OmsTimeout' : 'accepted'));

    expect(await statuses(rounds, ['a', 'b'])).toEqual(['accepted', 'blocked']);
    expect(submitted).toHaveLength(3);
  });

  it.each(['OmsSync.SyncTaskStopped', 'OmsSync.CredentialsRefused', 'OmsSync.DeadlineExceeded'] as const)(
    'do not wait for %s',
    async (code) => {
      const { rounds, submitted, slept } = setUp(() => code);

      expect(await statuses(rounds, ['a'])).toEqual(['blocked']);
      expect([submitted.length, slept]).toEqual([1, []]);
    },
  );

  it('do not wait beyond the time that there is', async () => {
    const { rounds, slept } = setUp(() => 'OmsSync.OmsUnavailable', 500);

    expect(await statuses(rounds, ['a'])).toEqual(['blocked']);
    expect(slept).toEqual([]);
  });

  it('come again at once for batches that were refused as a whole', async () => {
    const { rounds, submitted, slept } = setUp((key, round) => {
      if (Number(key) < round * 2 - 2) return 'OmsSync.KeyRefused';
      return round < 4 ? 'OmsSync.BatchRefused' : 'accepted';
    });

    expect(await statuses(rounds, ['0', '1', '2', '9'])).toEqual(['failed', 'failed', 'failed', 'accepted']);
    expect(submitted).toEqual([['0', '1', '2', '9'], ['0', '1', '2', '9'], ['2', '9'], ['9']]);
    expect(slept).toEqual([]);
  });

  it('give batches up for this pass where nothing was ever accepted, and do not try for ever', async () => {
    const { rounds, submitted } = setUp(() => 'OmsSync.BatchRefused');

    expect(await statuses(rounds, ['a', 'b'])).toEqual(['failed', 'failed']);
    expect(submitted).toHaveLength(5);
    expect(await statuses(rounds, ['c'])).toEqual(['failed']);
    expect(submitted).toHaveLength(6);
  });

  it('take heart again when a key is accepted', async () => {
    let accepts = false;
    const { rounds, submitted } = setUp((key) => (accepts && key === 'good' ? 'accepted' : 'OmsSync.BatchRefused'));
    await rounds.submit(['a']);
    accepts = true;
    const before = submitted.length;

    await rounds.submit(['good', 'b']);

    expect(submitted.length - before).toBeGreaterThan(2);
  });

  it('of nothing are none', async () => {
    const { rounds, submitted } = setUp(() => 'accepted');

    expect(await rounds.submit([])).toEqual({ results: [], calls: 0 });
    expect(submitted).toEqual([]);
  });
});
