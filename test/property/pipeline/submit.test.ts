import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OmsConnectionError, OmsDeadlineError } from '#shared/oms/errors.ts';
import { toBatches } from '#shared/pipeline/batch.ts';
import { classify } from '#shared/pipeline/failures.ts';
import type { KeyOutcome } from '#shared/pipeline/outcome.ts';
import { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import { type SubmitOptions, submit } from '#shared/pipeline/submit.ts';
import type { TaskState } from '#shared/pipeline/task-states.ts';
import { omsError } from '../../helpers/oms-error.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20_260_921;

const items = (count: number, tasks: number) =>
  Array.from({ length: count }, (_, index) => ({ syncTaskId: `task-${index % tasks}`, key: `k${index}` }));
const indexes = (outcomes: readonly KeyOutcome[]) => outcomes.map(({ index }) => index);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Lets others run for so many turns. */
async function wait(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}

describe('submit', () => {
  it('rejects exactly the bad keys, brings the good ones through, and bounds the calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 15 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat({ max: 119 }), { maxLength: 25 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.infiniteStream(fc.nat({ max: 5 })),
        async (count, tasks, size, concurrency, badIndexes, start, delays) => {
          const bad = new Set(badIndexes.filter((index) => index < count).map((index) => `k${index}`));
          const batches = toBatches(items(count, tasks), size);
          const arrived = new Set<string>();
          let calls = 0;

          const { outcomes, calls: counted } = await submit(batches, {
            send: async ({ objectKeys }) => {
              calls += 1;
              await wait(delays.next().value);
              if (objectKeys.some((key) => bad.has(key))) throw omsError(400, 'OMS.0001');
              for (const key of objectKeys) arrived.add(key);
              return { attempts: 1 };
            },
            concurrency,
            remaining: () => 60_000,
            taskState: async () => 'running',
            random: () => start,
          });

          expect(indexes(outcomes)).toEqual(upTo(count));
          expect(counted).toBe(calls);
          const keysOf = (found: readonly KeyOutcome[]) => new Set(indexes(found).map((index) => `k${index}`));
          expect(keysOf(outcomes.filter(({ status }) => status === 'accepted'))).toEqual(arrived);
          const failed = outcomes.filter((outcome) => outcome.status === 'failed');
          const rejected = keysOf(failed.filter(({ retryable }) => !retryable));
          // A batch whose every key is bad makes the task suspect, and some batches are left for a retry.
          const wholeBatchIsBad = batches.some(
            (batch) => batch.items.length > 1 && batch.items.every(({ key }) => bad.has(key)),
          );
          if (wholeBatchIsBad) expect(bad).toEqual(new Set([...rejected, ...bad]));
          else {
            expect(rejected).toEqual(bad);
            expect(keysOf(failed)).toEqual(bad);
          }
          const bound = batches.reduce((sum, batch) => {
            const culprits = batch.items.filter(({ key }) => bad.has(key)).length;
            return sum + 1 + (culprits === 0 ? 0 : culprits * (Math.ceil(Math.log2(batch.items.length)) + 2) + 1);
          }, 0);
          expect(calls).toBeLessThanOrEqual(bound);
        },
      ),
      { seed: SEED, numRuns: runs(300) },
    );
  });

  it('ends whatever happens, never rejects, and says of every key once what became of it', async () => {
    const fields = { attempts: 2, retryable: true };
    const end = fc.constantFrom<unknown>(
      ...[undefined, undefined, undefined, omsError(400), omsError(400, 'OMS.0001'), omsError(400, 'OMS.1001')],
      ...[401, 403, 404, 413, 429, 500, 503, 302].map((status) => omsError(status)),
      ...[omsError(400, 'OMS.0066'), omsError(400, 'OMS.0054'), new OmsConnectionError('ECONNRESET', fields)],
      ...[new OmsDeadlineError(fields), new TypeError('defect'), 'text', null],
    );
    const state = fc.constantFrom<TaskState | 'defect'>(
      'running',
      'running',
      'unknown',
      'stopped',
      'missing',
      'defect',
    );
    const granted = fc.constantFrom(true, true, true, true, false, 'defect');
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          count: fc.integer({ min: 0, max: 60 }),
          tasks: fc.integer({ min: 1, max: 4 }),
          concurrency: fc.integer({ min: 1, max: 5 }),
          calm: fc.nat({ max: 8 }),
          start: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          time: fc.constantFrom(60_000, 5_000, 1_400),
        }),
        fc.infiniteStream(end),
        fc.infiniteStream(state),
        fc.infiniteStream(granted),
        fc.infiniteStream(fc.nat({ max: 5 })),
        async ({ count, tasks, concurrency, calm, start, time }, ends, states, grants, delays) => {
          const arrived: string[] = [];
          let remaining = time;
          let calls = 0;
          const send: SubmitOptions['send'] = async ({ objectKeys }) => {
            calls += 1;
            const error = calls <= calm ? undefined : ends.next().value;
            await wait(delays.next().value);
            remaining -= 100;
            if (error !== undefined) throw error;
            arrived.push(...objectKeys);
            return { attempts: 1 };
          };

          const { outcomes, calls: counted } = await submit(toBatches(items(count, tasks), 10), {
            send,
            concurrency,
            remaining: () => remaining,
            reserveMs: 200,
            random: () => start,
            taskState: async () => {
              const { value } = states.next();
              await wait(delays.next().value);
              if (value === 'defect') throw new TypeError('defect');
              return value;
            },
            limiter: {
              take: async () => {
                const { value } = grants.next();
                await wait(delays.next().value);
                if (value === 'defect') throw new TypeError('defect');
                return value as boolean;
              },
            },
          });

          expect(indexes(outcomes)).toEqual(upTo(count));
          expect(counted).toBe(calls);
          // Nothing is said to be accepted that was not, and nothing that was is said to have failed.
          const accepted = outcomes.filter(({ status }) => status === 'accepted').map(({ index }) => `k${index}`);
          expect(accepted.toSorted()).toEqual(arrived.toSorted());
          for (const outcome of outcomes) {
            if (outcome.status === 'accepted') continue;
            expect(outcome.retryable).toBe(outcome.failure.retryable);
            // A key that is given up was refused, or its task is missing.
            if (!outcome.retryable) expect(classify(outcome.error).scope).toMatch(/^(?:content|task)$/);
          }
        },
      ),
      { seed: SEED, numRuns: runs(500) },
    );
  });
});

describe('RateLimiter', () => {
  it('grants in no span of time more than the bucket holds and what flows in, whoever asks, and in turn', async () => {
    const step = fc.record({
      after: fc.nat({ max: 400 }),
      tokens: fc.integer({ min: 1, max: 3 }),
      can: fc.nat({ max: 2_000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(step, { maxLength: 60 }),
        async (perSecond, burst, steps) => {
          let now = 0;
          let slept = 0;
          const limiter = new RateLimiter({
            perSecond,
            burst,
            now: () => now,
            sleep: async (ms) => {
              slept = ms;
            },
          });
          const grants: { readonly at: number; readonly tokens: number }[] = [];
          for (const { after, tokens, can } of steps) {
            now += after;
            slept = 0;
            if (!(await limiter.take(tokens, () => can))) continue;
            expect(slept).toBeLessThanOrEqual(Math.max(can, 0));
            grants.push({ at: now + slept, tokens });
          }

          expect(grants.map(({ at }) => at)).toEqual(grants.map(({ at }) => at).toSorted((a, b) => a - b));
          for (const [first, { at: from, tokens: most }] of grants.entries()) {
            let sum = 0;
            for (const { at, tokens } of grants.slice(first)) {
              sum += tokens;
              // Waits are whole milliseconds, so a grant may be one late.
              const inflow = ((at - from + 1) * perSecond) / 1000;
              expect(sum).toBeLessThanOrEqual(Math.max(burst, most) + inflow + 1e-6);
            }
          }
        },
      ),
      { seed: SEED, numRuns: runs(200) },
    );
  });
});
