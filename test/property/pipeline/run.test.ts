import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/errors/base.ts';
import { Logger } from '#shared/logging/logger.ts';
import { run } from '#shared/pipeline/run.ts';

const SEED = 20_260_921;

const form = (key: string) => encodeURIComponent(key).replaceAll('%20', '+');
const record = (key: unknown, bucket: unknown = 'source') => ({
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: bucket }, object: { key, size: 1 } },
});

async function runWith(event: unknown) {
  const sent: string[] = [];
  const lines: string[] = [];
  const summary = await run(event, {
    routes: [{ source: { bucket: 'source' }, sync_task_id: 'task' }],
    obsKeyEncoding: 'form',
    eventGridKeyEncoding: 'form',
    maxKeysPerCall: 10,
    concurrency: 2,
    send: async ({ objectKeys }) => {
      sent.push(...objectKeys);
      return { attempts: 1 };
    },
    remaining: () => 60_000,
    log: new Logger({ level: 'debug', write: (_level, line) => lines.push(line) }),
    now: () => 0,
  });
  return { summary, sent, lines };
}

describe('run', () => {
  it('sends every key of a notification once, under its own name', async () => {
    const key = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 60 })
      .filter((text) => !/\p{Surrogate}/u.test(text) && Buffer.byteLength(text) <= 1024);
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 30 }), async (keys) => {
        const { summary, sent } = await runWith({ Records: keys.map((each) => record(form(each))) });

        expect(new Set(sent.map((each) => decodeURIComponent(each)))).toEqual(new Set(keys));
        expect(sent).toHaveLength(new Set(keys).size);
        expect(summary).toMatchObject({ records: keys.length, accepted: sent.length, rejected: 0, failed: 0 });
      }),
      { seed: SEED },
    );
  });

  it('accounts for every record, and fails for no notification only', async () => {
    const part = fc.oneof(fc.jsonValue(), fc.constantFrom('source', 'a%2', 'a+b', ''));
    const event = fc.oneof(
      fc.jsonValue(),
      fc.record({
        Records: fc.array(
          fc.oneof(
            fc.jsonValue(),
            fc.tuple(part, part).map(([k, b]) => record(k, b)),
          ),
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(event, async (given) => {
        const result = await runWith(given).catch((error: unknown) => error);

        if (result instanceof Error) {
          expect(result).toBeInstanceOf(AppError);
          expect(result).toMatchObject({ code: 'OmsSync.UnrecognisedEvent' });
          return;
        }
        const { summary, lines } = result as Awaited<ReturnType<typeof runWith>>;
        expect(summary.records).toBe(summary.changes + summary.ignored + summary.rejected);
        for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
