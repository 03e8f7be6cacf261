import fc from 'fast-check';
import { expect, it } from 'vitest';
import { THOROUGH } from '../../helpers/thorough.ts';
import { PROJECT_ID, startService } from './service.ts';

const ANSWERS = [undefined, undefined, undefined, 403, 404, 429, 500, 503] as const;

/**
 * "The number of objects requested to be synchronized" is that of the successful, failed, ignored and waiting ones.
 * https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html, `monthly_*`
 */
it('counts every accepted object exactly once, whatever its buckets answer and whenever OMS restarts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'missing'), { minLength: 1, maxLength: 10 }), { maxLength: 6 }),
      fc.array(fc.constantFrom(...ANSWERS), { minLength: 1, maxLength: 50 }),
      fc.nat(6),
      async (calls, answers, restartAfter) => {
        let service = await startService();
        try {
          for (const key of ['a', 'b', 'c']) service.s3.put(`source/${key}`, key);
          const taskId = await service.createTask();
          const path = `/v2/${PROJECT_ID}/sync-tasks/${taskId}`;
          let asked = 0;
          service.s3.before = () => answers[asked++ % answers.length];
          const counters = async (): Promise<number[]> => {
            const query = { query_time: String(Date.now()) };
            const json = (await service.call('GET', path, { query })).json ?? {};
            return ['acceptance_request', 'success_object', 'failure_object', 'skip_object'].map((name) =>
              Number(json[`monthly_${name}`]),
            );
          };
          for (const [index, object_keys] of calls.entries()) {
            expect((await service.call('POST', `${path}/events`, { body: { object_keys } })).status).toBe(200);
            if (index === restartAfter) service = await service.restart();
          }
          await service.oms.idle();
          const [accepted = 0, success = 0, failure = 0, skip = 0] = await counters();
          expect(accepted).toBe(calls.flat().length);
          expect(success + failure + skip).toBe(accepted);
          expect(service.oms.stats().pending).toBe(0);
        } finally {
          await service.close();
        }
      },
    ),
    { seed: 20261121, numRuns: THOROUGH ? 40 : 4 },
  );
});
