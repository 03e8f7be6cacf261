import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DestinationRecord } from '../../../../../scripts/local/functiongraph/async/destination.ts';
import { AsyncQueue } from '../../../../../scripts/local/functiongraph/async/queue.ts';
import type { ExecutionResult } from '../../../../../scripts/local/functiongraph/types.ts';
import { runs } from '../../../../helpers/thorough.ts';

const MAX_RETRIES = 2;
const KEYS = ['f', 'g'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'queue-kill-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const turns = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index++) await turn();
};

/** The course of one event: failures of its function, then of its destination, and how long each takes. */
const events = fc.array(
  fc.record({
    failures: fc.integer({ min: 0, max: 4 }),
    refusals: fc.integer({ min: 0, max: 3 }),
    turns: fc.integer({ min: 0, max: 3 }),
    key: fc.constantFrom(...KEYS),
  }),
  { minLength: 1, maxLength: 10 },
);
type Planned = typeof events extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

const FAILED = { errorMessage: '', errorType: '', stackTrace: [] };
let run = 0;

it('an event that was accepted succeeds or reaches its destination, however often the process is killed', async () => {
  await fc.assert(
    fc.asyncProperty(
      events,
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.integer({ min: 0, max: 25 }), { maxLength: 4 }),
      async (planned, concurrency, kills) => {
        const path = join(folder, String(++run));
        const accepted = new Set<string>();
        const left = new Map<string, { failures: number; refusals: number }>();
        const attempts = new Map<string, number>();
        const succeeded = new Set<string>();
        const stored = new Map<string, DestinationRecord[]>();
        const leftOf = (id: string, { failures, refusals }: Planned) => {
          const found = left.get(id) ?? { failures, refusals };
          left.set(id, found);
          return found;
        };
        const closings: Promise<void>[] = [];

        /** One process: what it does after it was killed has no effect. */
        const live = async (life: number) => {
          const process = { killed: false };
          const queue = await AsyncQueue.open({
            journal: `${path}-${life}`,
            concurrency,
            now: () => 0,
            retryDelay: () => 0,
            destinationAttempts: 1000,
            destinationDelay: () => 0,
            timeZone: 'UTC',
            onFailure: () => {},
            onDestinationError: () => {},
            onError: (error) => {
              throw error;
            },
          });
          const target = {
            urn: 'urn',
            maxRetries: MAX_RETRIES,
            maxEventAge: 3600,
            execute: async (requestId: string, event: string): Promise<ExecutionResult> => {
              const plan = JSON.parse(event) as Planned;
              await turns(plan.turns);
              const common = { requestId, duration: 0, cold: false, payload: '' };
              if (process.killed) return { ...common, outcome: 'crash', error: FAILED };
              attempts.set(requestId, (attempts.get(requestId) ?? 0) + 1);
              if (leftOf(requestId, plan).failures-- > 0) return { ...common, outcome: 'crash', error: FAILED };
              succeeded.add(requestId);
              return { ...common, outcome: 'success' };
            },
            destination: async (record: DestinationRecord) => {
              const { request_id: id } = record.request_context;
              const plan = record.request_payload as Planned;
              await turns(plan.turns);
              if (process.killed || leftOf(id, plan).refusals-- > 0) throw new Error('refused');
              stored.set(id, [...(stored.get(id) ?? []), record]);
            },
          };
          for (const key of KEYS) queue.setTarget(key, target);
          const kill = async (): Promise<void> => {
            process.killed = true;
            await copyFile(`${path}-${life}`, `${path}-${life + 1}`);
            closings.push(queue.close());
          };
          return { queue, kill };
        };

        let current = await live(0);
        const first = current.queue;
        const pushes = planned.map(async (event) => accepted.add(await first.push(event.key, JSON.stringify(event))));
        for (const [life, patience] of kills.entries()) {
          await turns(patience);
          const told = new Set(accepted);
          await current.kill();
          if (life === 0) {
            // Whoever was told of the acceptance before the kill relies on it; the others were told nothing.
            await Promise.allSettled(pushes);
            accepted.clear();
            for (const id of told) accepted.add(id);
          }
          current = await live(life + 1);
        }
        if (kills.length === 0) await Promise.all(pushes);
        await current.queue.idle();
        await current.queue.close();
        await Promise.all(closings);

        for (const id of accepted) {
          expect(succeeded.has(id) || stored.has(id), id).toBe(true);
          // Each kill makes at most one attempt be made again.
          expect(attempts.get(id)).toBeLessThanOrEqual(MAX_RETRIES + 1 + kills.length);
          const records = stored.get(id) ?? [];
          expect(records.length).toBeLessThanOrEqual(1 + kills.length);
          for (const { request_context: context } of records)
            expect(context).toMatchObject({ approximate_invoke_count: MAX_RETRIES + 1, condition: 'RetriesExhausted' });
        }
        if (kills.length === 0) {
          expect(accepted.size).toBe(planned.length);
          for (const id of accepted) expect(succeeded.has(id)).toBe(!stored.has(id));
          for (const records of stored.values()) expect(records).toHaveLength(1);
        }
      },
    ),
    { seed: 20_261_121, numRuns: runs(100) },
  );
}, 30_000);
