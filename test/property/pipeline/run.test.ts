import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeadLetter, readDeadLetter } from '#shared/deadletters/document.ts';
import { Logger } from '#shared/logging/logger.ts';
import { run } from '#shared/pipeline/run.ts';
import { FORM } from '../../helpers/key-encodings.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20_260_921;

const form = (key: string) => encodeURIComponent(key).replaceAll('%20', '+');
const record = (key: unknown, bucket: unknown = 'source') => ({
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: bucket }, object: { key, size: 1 } },
});

async function runWith(event: unknown) {
  const sent: string[] = [];
  const lines: string[] = [];
  const letters: DeadLetter[] = [];
  const summary = await run(event, {
    routes: [{ source: { bucket: 'source' }, sync_task_id: 'task' }],
    keyEncodings: FORM,
    maxKeysPerCall: 10,
    concurrency: 2,
    send: async ({ objectKeys }) => {
      sent.push(...objectKeys);
      return { attempts: 1 };
    },
    remaining: () => 60_000,
    log: new Logger({ level: 'debug', write: (_level, line) => lines.push(line) }),
    now: () => 0,
    deadLetters: async () => ({
      put: async (letter) => {
        letters.push(letter);
        return letter.id;
      },
    }),
    functionName: 'function-1',
    requestId: 'request-1',
  });
  return { summary, sent, lines, letters };
}

const isUnrecognised = (lines: readonly string[]) => lines.some((line) => line.includes('"event not recognised"'));

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

  it('accounts for every record: what cannot be sent is in a dead letter, whatever the event is', async () => {
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
        const { summary, lines, letters } = await runWith(given);

        expect(summary.records).toBe(summary.changes + summary.ignored + summary.rejected);
        expect(summary.accepted + summary.duplicates + summary.unrouted).toBe(summary.changes);
        expect(summary.dead_lettered).toBe(summary.rejected + summary.unrouted + (isUnrecognised(lines) ? 1 : 0));
        for (const letter of letters) expect(readDeadLetter(JSON.parse(JSON.stringify(letter)))).toEqual(letter);
        for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
      }),
      { seed: SEED, numRuns: runs(300) },
    );
  });
});
