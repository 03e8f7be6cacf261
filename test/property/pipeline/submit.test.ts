import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBatches } from '#shared/pipeline/batch.ts';
import { submit } from '#shared/pipeline/submit.ts';
import { omsError } from '../../helpers/oms-error.ts';

const SEED = 20_260_921;

const items = (count: number, tasks: number) =>
  Array.from({ length: count }, (_, index) => ({ syncTaskId: `task-${index % tasks}`, key: `k${index}` }));

describe('submit', () => {
  it('reports every key once; refuses exactly the bad ones where the good ones are among them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 15 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat({ max: 119 }), { maxLength: 12 }),
        async (count, tasks, size, concurrency, badIndexes) => {
          const bad = new Set(badIndexes.filter((index) => index < count).map((index) => `k${index}`));
          let calls = 0;

          const { outcomes, calls: counted } = await submit(toBatches(items(count, tasks), size), {
            send: async ({ objectKeys }) => {
              calls += 1;
              await Promise.resolve();
              if (objectKeys.some((key) => bad.has(key))) throw omsError(400, 'OMS.0001');
              return { attempts: 1 };
            },
            concurrency,
            remaining: () => 60_000,
          });

          expect(outcomes.map(({ index }) => index)).toEqual(Array.from({ length: count }, (_, index) => index));
          const failed = outcomes.filter(({ status }) => status === 'failed').map(({ index }) => `k${index}`);
          expect(failed).toEqual(expect.arrayContaining([...bad]));
          // A batch whose every key is bad makes the task suspect; everywhere else the result is exact.
          const wholeBatchIsBad = toBatches(items(count, tasks), size).some(
            (batch) => batch.items.length > 1 && batch.items.every(({ key }) => bad.has(key)),
          );
          if (!wholeBatchIsBad) expect(new Set(failed)).toEqual(bad);
          expect(counted).toBe(calls);
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('ends whatever the service answers, and reports every key once', async () => {
    const answer = fc.constantFrom(200, 400, 401, 403, 404, 429, 500, 503, 0);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(answer),
        async (count, concurrency, answers) => {
          const { outcomes } = await submit(toBatches(items(count, 2), 10), {
            send: async () => {
              const status = answers.next().value as number;
              if (status === 0) throw new TypeError('defect');
              if (status !== 200) throw omsError(status, status === 400 ? 'OMS.0001' : undefined);
              return { attempts: 1 };
            },
            concurrency,
            remaining: () => 60_000,
          });

          expect(outcomes.map(({ index }) => index)).toEqual(Array.from({ length: count }, (_, index) => index));
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });
});
