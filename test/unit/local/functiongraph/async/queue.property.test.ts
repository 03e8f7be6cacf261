import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventJournal } from '../../../../../scripts/local/functiongraph/async/journal.ts';
import type { AsyncTarget } from '../../../../../scripts/local/functiongraph/async/options.ts';
import { AsyncQueue } from '../../../../../scripts/local/functiongraph/async/queue.ts';
import type { ExecutionResult } from '../../../../../scripts/local/functiongraph/types.ts';

const MAX_RETRIES = 2;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'queue-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The course of one event: how often it fails first, and how many turns an execution takes. */
const events = fc.array(
  fc.record({
    failures: fc.integer({ min: 0, max: 4 }),
    turns: fc.integer({ min: 0, max: 4 }),
    key: fc.constantFrom('f', 'g'),
  }),
  { minLength: 1, maxLength: 12 },
);
type Planned = typeof events extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

let run = 0;

it('every accepted event ends exactly once, over stops and starts, and is in the journal until then', async () => {
  await fc.assert(
    fc.asyncProperty(
      events,
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 3 }),
      async (planned, concurrency, stops) => {
        const journal = join(folder, `${++run}.jsonl`);
        const plan = new Map<string, Planned>();
        const failuresLeft = new Map<string, number>();
        const attempts = new Map<string, number>();
        const ended: string[] = [];
        const failed: string[] = [];
        let running = 0;
        let most = 0;

        const target: AsyncTarget = {
          urn: 'urn',
          maxRetries: MAX_RETRIES,
          maxEventAge: 3600,
          execute: async (requestId, event): Promise<ExecutionResult> => {
            most = Math.max(most, ++running);
            const { turns } = JSON.parse(event) as Planned;
            for (let index = 0; index < turns; index++) await turn();
            running--;
            attempts.set(requestId, (attempts.get(requestId) ?? 0) + 1);
            const left = failuresLeft.get(requestId) ?? (JSON.parse(event) as Planned).failures;
            failuresLeft.set(requestId, left - 1);
            const common = { requestId, duration: 0, cold: false, payload: '' };
            if (left > 0)
              return { ...common, outcome: 'crash', error: { errorMessage: '', errorType: '', stackTrace: [] } };
            ended.push(requestId);
            return { ...common, outcome: 'success' };
          },
        };
        const open = async (): Promise<AsyncQueue> => {
          const queue = await AsyncQueue.open({
            journal,
            concurrency,
            now: () => 0,
            retryDelay: () => 0,
            destinationAttempts: 3,
            destinationDelay: () => 0,
            timeZone: 'UTC',
            onDestinationError: () => {},
            onFailure: (_, record) => failed.push(record.request_context.request_id),
            onError: (error) => {
              throw error;
            },
          });
          for (const key of ['f', 'g']) queue.setTarget(key, target);
          return queue;
        };

        let queue = await open();
        const pushed = planned.map(async (event) => {
          plan.set(await queue.push(event.key, JSON.stringify(event)), event);
        });
        await Promise.all(pushed);
        for (const turns of stops) {
          for (let index = 0; index < turns; index++) await turn();
          // The state that a killed process would leave behind.
          const before = new Set([...ended, ...failed]);
          await copyFile(journal, `${journal}.copy`);
          const { journal: copy, pending } = await EventJournal.open(`${journal}.copy`);
          await copy.close();
          const kept = new Set(pending.map(({ id }) => id));
          for (const id of plan.keys())
            expect(kept.has(id) || before.has(id) || ended.includes(id) || failed.includes(id)).toBe(true);

          await queue.close();
          queue = await open();
        }
        await queue.idle();
        await queue.close();

        expect([...ended, ...failed].sort()).toEqual([...plan.keys()].sort());
        expect(most).toBeLessThanOrEqual(2 * concurrency);
        for (const id of failed) expect(attempts.get(id)).toBeGreaterThan(MAX_RETRIES);
        if (stops.length === 0) {
          for (const [id, { failures }] of plan) expect(attempts.get(id)).toBe(Math.min(failures, MAX_RETRIES) + 1);
        }
      },
    ),
    { seed: 20_260_103, numRuns: 60 },
  );
});
