import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/errors/base.ts';
import { DeadlineError } from '#shared/errors/deadline.ts';
import { toBatches } from '#shared/pipeline/batch.ts';
import type { KeyOutcome } from '#shared/pipeline/outcome.ts';
import { type SubmitOptions, submit } from '#shared/pipeline/submit.ts';
import { omsError } from '../../helpers/oms-error.ts';

type Call = Parameters<SubmitOptions['send']>[0];

const batchesOf = (count: number, size = 10, task = 'task') =>
  toBatches(
    Array.from({ length: count }, (_, index) => ({ syncTaskId: task, key: `k${index}` })),
    size,
  );

/** Submits one call at a time, to a service that answers as `answer` says; undefined is acceptance. */
async function submitTo(
  batches: ReturnType<typeof batchesOf>,
  answer: (call: Call, number: number) => unknown,
  options: Partial<SubmitOptions> = {},
) {
  const calls: Call[] = [];
  const submitted = await submit(batches, {
    send: async (call) => {
      calls.push(call);
      const error = answer(call, calls.length);
      if (error !== undefined) throw error;
      return { attempts: 1 };
    },
    concurrency: 1,
    remaining: () => 60_000,
    ...options,
  });
  return { ...submitted, sent: calls };
}

const failures = (outcomes: readonly KeyOutcome[]) =>
  outcomes.flatMap((outcome) =>
    outcome.status === 'failed'
      ? [[outcome.index, outcome.error instanceof AppError ? outcome.error.status : 0, outcome.retryable]]
      : [],
  );
const holds =
  (...keys: string[]) =>
  ({ objectKeys }: Call) =>
    objectKeys.some((key) => keys.includes(key));

describe('submit', () => {
  it('sends every batch and reports every key as accepted', async () => {
    const { outcomes, calls, attempts, sent } = await submitTo(batchesOf(25), () => undefined);

    expect(sent.map(({ objectKeys }) => objectKeys.length)).toEqual([10, 10, 5]);
    expect(outcomes).toEqual(Array.from({ length: 25 }, (_, index) => ({ index, status: 'accepted' })));
    expect({ calls, attempts }).toEqual({ calls: 3, attempts: 3 });
  });

  it('sends nothing for nothing', async () => {
    expect(await submitTo([], () => undefined)).toMatchObject({ outcomes: [], calls: 0, attempts: 0 });
  });

  it('never has more calls under way than it may', async () => {
    let running = 0;
    let most = 0;
    await submit(batchesOf(100), {
      send: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return { attempts: 1 };
      },
      concurrency: 3,
      remaining: () => 60_000,
    });

    expect(most).toBe(3);
  });

  describe('when OMS refuses the content of a batch', () => {
    it.each([0, 4, 9])('isolates key %i and lets the other nine through', async (bad) => {
      const { outcomes, calls } = await submitTo(batchesOf(10), (call) =>
        holds(`k${bad}`)(call) ? omsError(400, 'OMS.0001') : undefined,
      );

      expect(failures(outcomes)).toEqual([[bad, 400, false]]);
      expect(calls).toBeLessThanOrEqual(9);
    });

    it('isolates several keys', async () => {
      const { outcomes } = await submitTo(batchesOf(20), (call) =>
        holds('k0', 'k7', 'k19')(call) ? omsError(400, 'OMS.0001') : undefined,
      );

      expect(failures(outcomes).map(([index]) => index)).toEqual([0, 7, 19]);
    });

    it('isolates where the refusal has no code', async () => {
      const { outcomes } = await submitTo(batchesOf(3), (call) => (holds('k1')(call) ? omsError(400) : undefined));

      expect(failures(outcomes)).toEqual([[1, 400, false]]);
    });

    it('finds the size that OMS takes when the batches were too long', async () => {
      const { outcomes } = await submitTo(batchesOf(100, 100), ({ objectKeys }) =>
        objectKeys.length > 10 ? omsError(400, 'OMS.0001') : undefined,
      );

      expect(failures(outcomes)).toEqual([]);
    });

    it('stops halving when every key is refused alike, in the end for a call per batch', async () => {
      const { outcomes, calls } = await submitTo(batchesOf(1000), () => omsError(400, 'OMS.9999'));

      expect(failures(outcomes)).toHaveLength(1000);
      // Two batches taken apart (18 calls each), one call for each of the others.
      expect(calls).toBe(18 + 18 + 98);
    });

    it('still isolates a key in a later batch when the whole first batch was bad', async () => {
      const bad = [...Array.from({ length: 10 }, (_, index) => `k${index}`), 'k15', 'k21'];

      const { outcomes } = await submitTo(batchesOf(30), (call) =>
        holds(...bad)(call) ? omsError(400, 'OMS.0001') : undefined,
      );

      expect(failures(outcomes).map(([index]) => `k${index}`)).toEqual(bad);
    });

    it.each([
      [400, 'OMS.1001', true],
      [400, 'OMS.0072', true],
      [400, 'OMS.0054', false],
      [400, 'APIGW.0101', true],
      [401, 'APIGW.0301', true],
      [403, 'OMS.0072', true],
      [404, 'OMS.0001', false],
      [503, undefined, true],
      [429, undefined, true],
    ])('never halves for %i %s, which no key can cause', async (status, code, retryable) => {
      const { outcomes, calls } = await submitTo(batchesOf(10), () => omsError(status, code));

      expect(calls).toBe(1);
      expect(outcomes).toHaveLength(10);
      expect(failures(outcomes).every(([, , mayRetry]) => mayRetry === retryable)).toBe(true);
    });
  });

  it('stops the calls of a task that does not exist, and goes on with the others', async () => {
    const batches = [...batchesOf(30, 10, 'gone'), ...batchesOf(20, 10, 'here')].map((batch, position) => ({
      ...batch,
      items: batch.items.map(({ key }, index) => ({ key, index: position * 10 + index })),
    }));

    const { outcomes, sent } = await submitTo(batches, ({ syncTaskId }) =>
      syncTaskId === 'gone' ? omsError(404) : undefined,
    );

    expect(sent.map(({ syncTaskId }) => syncTaskId)).toEqual(['gone', 'here', 'here']);
    expect(failures(outcomes)).toHaveLength(30);
    expect(outcomes).toHaveLength(50);
  });

  it('stops all calls when OMS refuses the credentials', async () => {
    const { outcomes, calls } = await submitTo(batchesOf(100), (_call, number) =>
      number > 2 ? omsError(401, 'APIGW.0301') : undefined,
    );

    expect(calls).toBe(3);
    expect(failures(outcomes)).toHaveLength(80);
  });

  it('stops all calls after three that failed in a row', async () => {
    const { outcomes, calls } = await submitTo(batchesOf(100), () => omsError(503));

    expect(calls).toBe(3);
    expect(failures(outcomes)).toHaveLength(100);
    expect(failures(outcomes).every(([, , retryable]) => retryable)).toBe(true);
  });

  it('goes on when calls fail now and then', async () => {
    const { outcomes, calls } = await submitTo(batchesOf(100), (_call, number) =>
      number % 3 === 0 ? omsError(503) : undefined,
    );

    expect(calls).toBe(10);
    expect(failures(outcomes)).toHaveLength(30);
  });

  it('stops when time is used up and reports the rest as failed with a code that a retry can cure', async () => {
    let remaining = 10_000;
    const { outcomes, calls } = await submitTo(
      batchesOf(100),
      () => {
        remaining -= 3_000;
        return undefined;
      },
      { remaining: () => remaining },
    );

    expect(calls).toBe(3);
    const failed = outcomes.filter((outcome) => outcome.status === 'failed');
    expect(failed).toHaveLength(70);
    for (const { error, retryable } of failed) {
      expect(error).toBeInstanceOf(DeadlineError);
      expect(retryable).toBe(true);
    }
  });

  it('stops halving when time is used up', async () => {
    let remaining = 4_000;
    const { outcomes, calls } = await submitTo(
      batchesOf(10),
      () => {
        remaining -= 1_000;
        return omsError(400, 'OMS.0001');
      },
      { remaining: () => remaining },
    );

    expect(calls).toBe(3);
    expect(outcomes).toHaveLength(10);
  });

  it('takes a defect of ours for a failure of that call that a retry can cure', async () => {
    const { outcomes } = await submitTo(batchesOf(20), (_call, number) =>
      number === 1 ? new TypeError('defect') : undefined,
    );

    expect(failures(outcomes)).toEqual(Array.from({ length: 10 }, (_, index) => [index, 0, true]));
  });
});
