import { describe, expect, it } from 'vitest';
import { AppError, DeadlineError } from '#shared/errors/base.ts';
import { toBatches } from '#shared/pipeline/batch.ts';
import type { KeyOutcome } from '#shared/pipeline/outcome.ts';
import { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import { type SubmitOptions, submit } from '#shared/pipeline/submit.ts';
import type { TaskState } from '#shared/pipeline/task-states.ts';
import { omsError } from '../../helpers/oms-error.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

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

/** The code of each failed key. */
const codes = (outcomes: readonly KeyOutcome[]) =>
  outcomes.flatMap((outcome) =>
    outcome.status === 'failed' ? [[outcome.index, outcome.failure.code, outcome.retryable]] : [],
  );
/** The batches of several tasks, one after the other, with an index for each key. */
const batchesOfTasks = (sizes: Readonly<Record<string, number>>) =>
  toBatches(
    Object.entries(sizes).flatMap(([syncTaskId, size]) =>
      Array.from({ length: size }, (_, index) => ({ syncTaskId, key: `${syncTaskId}-${index}` })),
    ),
    10,
  );
/** Lets everything run that waits for nothing but its turn. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

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

  it('reports keys by whatever index they have', async () => {
    const items = [7, 3].map((index) => ({ index, key: `k${index}` }));

    expect((await submitTo([{ syncTaskId: 'task', items }], () => undefined)).outcomes).toEqual([
      { index: 3, status: 'accepted' },
      { index: 7, status: 'accepted' },
    ]);
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

    it('blames no key for a refusal without a code while nothing tells that OMS itself was reached', async () => {
      const refused = (taskState: 'running' | 'unknown') =>
        submit(batchesOf(1), {
          send: () => Promise.reject(omsError(400)),
          concurrency: 1,
          remaining: () => 60_000,
          taskState: () => Promise.resolve(taskState),
        });

      expect(failures((await refused('unknown')).outcomes)).toEqual([[0, 400, true]]);
      expect(failures((await refused('running')).outcomes)).toEqual([[0, 400, false]]);
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
    const { outcomes, calls, attempts } = await submitTo(batchesOf(100), () => omsError(503));

    expect({ calls, attempts }).toEqual({ calls: 3, attempts: 3 });
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

  it('says of each failed key what the failure is', async () => {
    const { outcomes } = await submitTo(batchesOf(3), (call) =>
      holds('k1')(call) ? omsError(400, 'OMS.0089') : undefined,
    );

    expect(outcomes[1]).toMatchObject({
      failure: { code: 'OmsSync.SourceObjectMissing', scope: 'content', retryable: false, remedy: expect.any(String) },
      retryable: false,
    });
  });

  describe('asks for the state of the task', () => {
    const asking = (state: TaskState) => {
      const asked: string[] = [];
      const taskState = async (syncTaskId: string) => {
        asked.push(syncTaskId);
        return state;
      };
      return { asked, taskState };
    };
    const bad = (call: Call) => (holds('k3')(call) ? omsError(400, 'OMS.0064') : undefined);

    it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
      'once, and finds key %i of ten in at most eight extra calls',
      async (key) => {
        const { asked, taskState } = asking('running');

        const { outcomes, calls } = await submitTo(
          batchesOf(10),
          (call) => (holds(`k${key}`)(call) ? omsError(400, 'OMS.0064') : undefined),
          { taskState },
        );

        expect(codes(outcomes)).toEqual([[key, 'OmsSync.KeyRefused', false]]);
        expect(asked).toEqual(['task']);
        expect(calls - 1 + asked.length).toBeLessThanOrEqual(8);
      },
    );

    it('also before the only key of a batch is rejected', async () => {
      const { taskState } = asking('stopped');

      const { outcomes } = await submitTo(batchesOf(1), () => omsError(400, 'OMS.0064'), { taskState });

      expect(codes(outcomes)).toEqual([[0, 'OmsSync.SyncTaskStopped', true]]);
    });

    it('and takes a stopped one for a reason to retry all its keys, which are not sent any more', async () => {
      const { asked, taskState } = asking('stopped');

      const { outcomes, sent } = await submitTo(
        batchesOfTasks({ stopped: 30, running: 20 }),
        ({ syncTaskId }) => (syncTaskId === 'stopped' ? omsError(400, 'OMS.0064') : undefined),
        { taskState },
      );

      expect(codes(outcomes)).toEqual(
        Array.from({ length: 30 }, (_, index) => [index, 'OmsSync.SyncTaskStopped', true]),
      );
      expect(sent.map(({ syncTaskId }) => syncTaskId)).toEqual(['stopped', 'running', 'running']);
      expect(asked).toEqual(['stopped']);
    });

    it('and takes a missing one for a reason that no retry cures, whatever the refusal said', async () => {
      const { taskState } = asking('missing');

      const { outcomes, calls } = await submitTo(batchesOf(20), () => omsError(400, 'OMS.0064'), { taskState });

      expect(calls).toBe(1);
      expect(codes(outcomes)).toEqual(
        Array.from({ length: 20 }, (_, index) => [index, 'OmsSync.SyncTaskNotFound', false]),
      );
    });

    it.each(['running', 'unknown'] as const)('and goes on where it is %s', async (state) => {
      const { outcomes } = await submitTo(batchesOf(10), bad, asking(state));

      expect(codes(outcomes)).toEqual([[3, 'OmsSync.KeyRefused', false]]);
    });

    it.each([
      ['stopped', 'OmsSync.SyncTaskStopped', true],
      ['missing', 'OmsSync.SyncTaskNotFound', false],
      ['unknown', 'OmsSync.SyncTaskNotFound', false],
      // OMS contradicts itself.
      ['running', 'OmsSync.SyncTaskRefused', true],
    ] as const)('where OMS says that there is none, and believes that it is %s', async (state, code, retryable) => {
      const { outcomes, calls } = await submitTo(batchesOf(20), () => omsError(404), asking(state));

      expect(calls).toBe(1);
      expect(codes(outcomes)).toEqual(Array.from({ length: 20 }, (_, index) => [index, code, retryable]));
    });

    it('never where the failure is not one of keys or tasks, or there is none', async () => {
      const { asked, taskState } = asking('stopped');
      const errors = [undefined, omsError(503), omsError(429), omsError(400, 'OMS.1001'), new TypeError('defect')];

      for (const error of errors) await submitTo(batchesOf(10), () => error, { taskState });

      expect(asked).toEqual([]);
    });

    it('and isolates all the same where asking fails', async () => {
      for (const taskState of [
        () => Promise.reject(new TypeError('defect')),
        () => {
          throw new TypeError('defect');
        },
      ]) {
        const { outcomes } = await submitTo(batchesOf(10), bad, { taskState });

        expect(codes(outcomes)).toEqual([[3, 'OmsSync.KeyRefused', false]]);
      }
    });

    it('not any more when time is used up', async () => {
      const { asked, taskState } = asking('stopped');
      let remaining = 2_000;

      const { outcomes } = await submitTo(
        batchesOf(10),
        () => {
          remaining = 1_000;
          return omsError(400, 'OMS.0064');
        },
        { taskState, remaining: () => remaining },
      );

      expect(asked).toEqual([]);
      expect(codes(outcomes)).toEqual(
        Array.from({ length: 10 }, (_, index) => [index, 'OmsSync.DeadlineExceeded', true]),
      );
    });
  });

  describe('where batches are refused as a whole', () => {
    it('blames no key of those that were not taken apart', async () => {
      const { outcomes } = await submitTo(batchesOf(50), () => omsError(400, 'OMS.9999'));

      expect(
        codes(outcomes)
          .slice(0, 20)
          .every(([, code]) => code === 'OmsSync.KeyRefused'),
      ).toBe(true);
      expect(codes(outcomes).slice(20)).toEqual(
        Array.from({ length: 30 }, (_, index) => [index + 20, 'OmsSync.BatchRefused', true]),
      );
    });

    it('takes one batch of a task apart at a time until the task has accepted something', async () => {
      const { outcomes, calls } = await submitTo(batchesOf(1000), () => omsError(400, 'OMS.9999'), { concurrency: 4 });

      expect(failures(outcomes)).toHaveLength(1000);
      expect(calls).toBe(18 + 18 + 98);
    });

    it('takes all apart once the task has accepted something', async () => {
      const bad = Array.from({ length: 20 }, (_, index) => `k${index * 10}`);

      const { outcomes } = await submitTo(
        batchesOf(200),
        (call) => (holds(...bad)(call) ? omsError(400, 'OMS.0001') : undefined),
        { concurrency: 4 },
      );

      expect(codes(outcomes).map(([index]) => `k${index}`)).toEqual(bad);
    });

    it('takes them apart in the end where a later batch was accepted', async () => {
      const bad = [...Array.from({ length: 20 }, (_, index) => `k${index}`), 'k20', 'k35'];

      const { outcomes } = await submitTo(batchesOf(50), (call) =>
        holds(...bad)(call) ? omsError(400, 'OMS.0001') : undefined,
      );

      expect(codes(outcomes)).toEqual(bad.map((key) => [Number(key.slice(1)), 'OmsSync.KeyRefused', false]));
    });

    it('suspects a task that accepted batches and then refuses all', async () => {
      const { outcomes, calls } = await submitTo(batchesOf(100), (_call, number) =>
        number > 5 ? omsError(400, 'OMS.9999') : undefined,
      );

      expect(calls).toBe(5 + 18 + 18 + 3);
      expect(codes(outcomes).filter(([, code]) => code === 'OmsSync.BatchRefused')).toHaveLength(30);
    });

    it('suspects a task no more once it accepted something again', async () => {
      const bad = (from: number) => Array.from({ length: 10 }, (_, index) => `k${from + index}`);
      const all = [0, 20, 40, 60, 80].flatMap(bad);

      const { outcomes } = await submitTo(batchesOf(100), (call) =>
        holds(...all)(call) ? omsError(400, 'OMS.9999') : undefined,
      );

      expect(codes(outcomes)).toEqual(all.map((key) => [Number(key.slice(1)), 'OmsSync.KeyRefused', false]));
    });

    it('takes apart at the same time what was put off, once the task is cleared', async () => {
      const bad = [...Array.from({ length: 20 }, (_, index) => `k${index}`), 'k20', 'k35', 'k44', 'k59'];
      let running = 0;
      let most = 0;

      await submit(batchesOf(70), {
        send: async (call) => {
          const isPart = call.objectKeys.length < 10;
          if (isPart) running += 1;
          most = Math.max(most, running);
          await settled();
          if (isPart) running -= 1;
          if (holds(...bad)(call)) throw omsError(400, 'OMS.0001');
          return { attempts: 1 };
        },
        concurrency: 4,
        remaining: () => 60_000,
      });

      expect(most).toBe(4);
    });

    it('blames keys that were batches of their own, however many are refused alike', async () => {
      const { outcomes, calls } = await submitTo(batchesOf(10, 1), () => omsError(400, 'OMS.9999'));

      expect(calls).toBe(10);
      expect(codes(outcomes).every(([, code]) => code === 'OmsSync.KeyRefused')).toBe(true);
    });

    it('suspects no task that accepted another batch in the meantime', async () => {
      const state = { begun: false, parts: new Set<string>(), later: false, alone: new Set<string>() };
      const until = async (reached: () => boolean) => {
        while (!reached()) await settled();
      };
      const refuse = () => Promise.reject(omsError(400, 'OMS.9999'));
      // Batch 0 is accepted; 1 and 2 are bad throughout; 3 is accepted while these are taken apart; 4 has one bad key.
      const { outcomes } = await submit(batchesOf(50), {
        send: async ({ objectKeys }) => {
          const batch = Math.floor(Number(objectKeys[0]?.slice(1)) / 10);
          if (batch === 0) state.begun = true;
          if (batch === 1 || batch === 2) {
            await until(() => state.begun);
            if (objectKeys.length < 10) {
              state.parts.add(`${batch}`);
              await until(() => state.later);
            }
            if (objectKeys.length === 1) state.alone.add(`${objectKeys[0]}`);
            return refuse();
          }
          if (batch === 3) {
            await until(() => state.parts.size === 2);
            state.later = true;
          }
          if (batch === 4) {
            await until(() => state.alone.size === 20);
            await settled();
            if (objectKeys.includes('k44')) return refuse();
          }
          return { attempts: 1 };
        },
        concurrency: 3,
        remaining: () => 60_000,
      });

      expect(codes(outcomes).slice(20)).toEqual([[44, 'OmsSync.KeyRefused', false]]);
    });

    it('begins to count anew once the task accepted something', async () => {
      const whole = (first: number) => Array.from({ length: 10 }, (_, index) => `k${first + index}`);
      const bad = [...whole(0), ...whole(20), 'k33'];

      const { outcomes } = await submitTo(batchesOf(40), (call) =>
        holds(...bad)(call) ? omsError(400, 'OMS.9999') : undefined,
      );

      expect(codes(outcomes)).toEqual(bad.map((key) => [Number(key.slice(1)), 'OmsSync.KeyRefused', false]));
    });

    it('takes the second batch apart before the third is sent', async () => {
      const { sent } = await submitTo(batchesOf(40), () => omsError(400, 'OMS.9999'));

      const whole = sent.flatMap(({ objectKeys }, index) => (objectKeys.length === 10 ? [index] : []));
      expect(whole).toEqual([0, 18, 36, 37]);
    });

    it('suspects no task that refuses each key for another reason', async () => {
      const { outcomes } = await submitTo(batchesOf(50), ({ objectKeys: [key] }) => omsError(400, `OMS.X${key}`));

      expect(codes(outcomes).every(([, code]) => code === 'OmsSync.KeyRefused')).toBe(true);
    });

    it('suspects one task and not the other', async () => {
      const { outcomes } = await submitTo(batchesOfTasks({ refusing: 40, mixed: 20 }), ({ syncTaskId, objectKeys }) =>
        syncTaskId === 'refusing' || objectKeys.includes('mixed-15') ? omsError(400, 'OMS.9999') : undefined,
      );

      expect(
        codes(outcomes)
          .slice(20, 40)
          .every(([, code]) => code === 'OmsSync.BatchRefused'),
      ).toBe(true);
      expect(codes(outcomes).slice(40)).toEqual([[55, 'OmsSync.KeyRefused', false]]);
    });
  });

  describe('when calls fail at the same time', () => {
    /** Starts the calls and ends them in the order given: 1 accepted, 0 failed. */
    async function endInTurn(ends: readonly (0 | 1)[], concurrency: number) {
      const open: ((end: 0 | 1) => void)[] = [];
      const submission = submit(batchesOf(1000), {
        send: () =>
          new Promise((resolve, reject) => {
            open.push((end) => (end === 1 ? resolve({ attempts: 1 }) : reject(omsError(503))));
          }),
        concurrency,
        remaining: () => 60_000,
      });
      for (const end of ends) {
        await settled();
        open.shift()?.(end);
      }
      await settled();
      const underWay = open.length;
      for (const close of open.splice(0)) close(1);
      return { submission, underWay };
    }

    it('stops after a burst of them, and lets those under way end', async () => {
      const { submission, underWay } = await endInTurn([0, 0, 0], 4);

      const { calls, outcomes } = await submission;
      expect(underWay).toBe(3);
      // The four of the beginning, and those that followed the first two failures.
      expect(calls).toBe(6);
      expect(codes(outcomes).every(([, code, retryable]) => code === 'OmsSync.OmsUnavailable' && retryable)).toBe(true);
      expect(outcomes.filter(({ status }) => status === 'accepted')).toHaveLength(30);
    });

    it('goes on where one of them is accepted in between', async () => {
      const { submission, underWay } = await endInTurn([0, 0, 1, 0, 0, 1], 4);

      expect(underWay).toBe(4);
      await settled();
      submission.catch(() => undefined);
    });
  });

  it('stops one task that fails again and again, and goes on with those that do not', async () => {
    const { outcomes, sent } = await submitTo(batchesOfTasks({ ill: 100, well: 100 }), ({ syncTaskId }) =>
      syncTaskId === 'ill' ? omsError(400, 'OMS.1001') : undefined,
    );

    expect(sent.filter(({ syncTaskId }) => syncTaskId === 'ill')).toHaveLength(3);
    expect(codes(outcomes)).toEqual(
      Array.from({ length: 100 }, (_, index) => [index, 'OmsSync.OmsInternalError', true]),
    );
  });

  it('counts failures anew after a refusal, which shows that OMS is up', async () => {
    const { calls } = await submitTo(batchesOf(12, 1), (_call, number) =>
      number % 3 === 0 ? omsError(400, 'OMS.0001') : omsError(503),
    );

    expect(calls).toBe(12);
  });

  it('counts the failures of a task anew after each call that was answered', async () => {
    const { sent } = await submitTo(batchesOfTasks({ ill: 100, well: 100 }), ({ syncTaskId }, number) =>
      syncTaskId === 'ill' && number % 6 !== 5 ? omsError(503) : undefined,
    );

    expect(sent).toHaveLength(20);
  });

  describe('when time is short', () => {
    it('leaves as much as is reserved', async () => {
      let remaining = 10_000;
      const options = { remaining: () => remaining, reserveMs: 5_000 };

      const { calls } = await submitTo(
        batchesOf(100),
        () => {
          remaining -= 1_000;
          return undefined;
        },
        options,
      );

      // One more is started with 6500 ms.
      expect(calls).toBe(4);
      expect(remaining).toBe(6_000);
    });

    it('starts no call where it is not known how much is left', async () => {
      const { calls } = await submitTo(batchesOf(10), () => undefined, { remaining: () => Number.NaN });

      expect(calls).toBe(0);
    });

    it('starts at another place each time, so that in the end every key gets its turn', async () => {
      const arrived = new Set<string>();
      for (const random of [0.05, 0.35, 0.65, 0.95]) {
        let remaining = 4_000;
        await submitTo(
          batchesOf(100),
          ({ objectKeys }) => {
            remaining -= 1_000;
            for (const key of objectKeys) arrived.add(key);
            return undefined;
          },
          { remaining: () => remaining, random: () => random },
        );
      }

      expect(arrived.size).toBe(100);
    });
  });

  describe('with a limited rate', () => {
    const limited = (perSecond: number, burst = 1) => {
      const clock = new VirtualClock();
      const limiter = new RateLimiter({ perSecond, burst, now: () => clock.now(), sleep: (ms) => clock.sleep(ms) });
      const end = clock.now() + 60_000;
      return { clock, limiter, remaining: () => end - clock.now() };
    };

    it('sends no faster, also where several invocations share it', async () => {
      const { clock, limiter, remaining } = limited(10);
      const times: number[] = [];
      const start = clock.now();
      const answer = () => {
        times.push(clock.now() - start);
        return undefined;
      };

      const both = [1, 2].map(() => submitTo(batchesOf(50), answer, { limiter, remaining, concurrency: 4 }));
      const results = await clock.run(Promise.all(both));

      expect(times).toEqual(Array.from({ length: 10 }, (_, index) => index * 100));
      expect(results.flatMap(({ outcomes }) => failures(outcomes))).toEqual([]);
    });

    it('waits only while there is time for a call afterwards', async () => {
      const { clock, limiter } = limited(1);
      const end = clock.now() + 4_000;

      const { calls, outcomes } = await clock.run(
        submitTo(batchesOf(100), () => undefined, { limiter, remaining: () => end - clock.now(), reserveMs: 500 }),
      );

      // Calls start at 0, 1 and 2 seconds; one at 3 seconds would have half a second.
      expect(calls).toBe(3);
      expect(end - clock.now()).toBe(2_000);
      expect(codes(outcomes)).toEqual(
        Array.from({ length: 70 }, (_, index) => [index + 30, 'OmsSync.DeadlineExceeded', true]),
      );
    });

    it('sends nothing after it waited while all was stopped', async () => {
      const { clock, limiter, remaining } = limited(1);

      const { calls } = await clock.run(
        submitTo(batchesOf(100), () => omsError(401), { limiter, remaining, concurrency: 4 }),
      );

      expect(calls).toBe(1);
    });
  });

  describe('never rejects', () => {
    const thrown = () => {
      throw new TypeError('defect');
    };

    it.each<[string, Partial<SubmitOptions>]>([
      ['send fails before it returns', { send: thrown }],
      ['send returns nothing', { send: async () => undefined as never }],
      ['the time is not known', { remaining: thrown }],
      ['the limiter fails', { limiter: { take: thrown } }],
      ['the limiter rejects', { limiter: { take: () => Promise.reject(new TypeError('defect')) } }],
      ['it is not known how much may be sent at a time', { concurrency: Number.NaN }],
    ])('where %s', async (_name, options) => {
      const { outcomes } = await submitTo(batchesOf(35), () => undefined, options);

      expect(outcomes.map(({ index }) => index)).toEqual(Array.from({ length: 35 }, (_, index) => index));
      expect(codes(outcomes).every(([, code, retryable]) => code === 'OmsSync.Internal' && retryable)).toBe(true);
    });

    it('where an error cannot even be looked at, and keeps what is known of the other keys', async () => {
      const hostile = {
        get code() {
          throw new TypeError('defect');
        },
      };

      const { outcomes } = await submitTo(batchesOf(10), ({ objectKeys }, number) =>
        number === 3 ? hostile : holds('k9')({ syncTaskId: 'task', objectKeys }) ? omsError(400) : undefined,
      );

      expect(outcomes.slice(0, 5).every(({ status }) => status === 'accepted')).toBe(true);
      expect(codes(outcomes)).toEqual([5, 6, 7, 8, 9].map((index) => [index, 'OmsSync.Internal', true]));
    });

    it('where nothing may be sent at a time, and sends one call then', async () => {
      const { outcomes } = await submitTo(batchesOf(35), () => undefined, { concurrency: 0 });

      expect(outcomes.every(({ status }) => status === 'accepted')).toBe(true);
    });

    it('where the time is not known any more when a batch is taken apart', async () => {
      let calls = 0;
      const { outcomes } = await submitTo(
        batchesOf(20),
        () => {
          calls += 1;
          return omsError(400);
        },
        { remaining: () => (calls === 0 ? 60_000 : thrown()) },
      );

      expect(codes(outcomes)).toHaveLength(20);
    });
  });
});
