import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '#shared/deadletters/document.ts';
import { UnrecognisedEventError } from '#shared/events/errors.ts';
import { classify } from '#shared/pipeline/failures.ts';
import type { Terminal } from '#shared/pipeline/terminal.ts';
import { type DeadLetterSink, writeDeadLetters } from '#shared/pipeline/write-dead-letters.ts';
import { storeUnavailable } from '../../helpers/memory-object-store.ts';

const error = new UnrecognisedEventError();
const record = (index: number): Terminal => ({
  failed: { kind: 'records', records: [{ path: `Records[${index}]` }], failure: classify(error), error },
  items: [error],
});
const origin = {
  event: { Records: Array.from({ length: 20 }, (_, index) => ({ index })) },
  functionName: 'f',
  requestId: 'r',
  now: 0,
  redact: (text: string) => text,
};
const indexOf = ({ event }: DeadLetter) => (event as { Records: { index: number }[] }).Records[0]?.index;
const all = Array.from({ length: 12 }, (_, index) => record(index));

describe('writeDeadLetters', () => {
  it('asks for no sink where there is nothing to write', async () => {
    expect(await writeDeadLetters([], origin, () => Promise.reject(new Error('was asked')))).toEqual([]);
  });

  it('writes a letter for each failure, four at a time, and answers in their order', async () => {
    let open = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const sink: DeadLetterSink = {
      put: async (letter) => {
        open += 1;
        most = Math.max(most, open);
        // The last of four lets all go on, in reverse order.
        await new Promise<void>((resolve) => {
          waiting.unshift(resolve);
          if (waiting.length === 4) for (const go of waiting.splice(0)) go();
        });
        open -= 1;
        return `name-${indexOf(letter)}`;
      },
    };

    const deadLettered = await writeDeadLetters(all, origin, async () => sink);

    expect(deadLettered.map(({ name }) => name)).toEqual(all.map((_, index) => `name-${index}`));
    expect(deadLettered.map(({ failed }) => failed)).toEqual(all.map(({ failed }) => failed));
    expect(most).toBe(4);
  });

  it('writes every other letter where one cannot be written', async () => {
    const sink: DeadLetterSink = {
      put: async (letter) => {
        if (indexOf(letter) === 3) throw storeUnavailable({ operation: 'PutObject', bucket: 'state' });
        return `name-${indexOf(letter)}`;
      },
    };

    const deadLettered = await writeDeadLetters(all, origin, async () => sink);

    expect(deadLettered.flatMap(({ name }) => name ?? [])).toHaveLength(11);
    expect(deadLettered[3]).toMatchObject({ failed: all[3]?.failed, error: { storeStatus: 503 } });
    expect(deadLettered[3]).not.toHaveProperty('name');
  });

  it('does so where one cannot be made', async () => {
    const secret = { s3: { object: { key: 'LEAK' } } };
    const event = { Records: [{}, secret, {}] };
    const redact = (text: string) => text.replaceAll('LEAK', '[redacted]');
    const sink: DeadLetterSink = { put: async ({ id }) => id };

    const deadLettered = await writeDeadLetters(
      [record(0), record(1), record(2)],
      { ...origin, event, redact },
      async () => sink,
    );

    expect(deadLettered.map(({ name }) => name !== undefined)).toEqual([true, false, true]);
    expect(deadLettered[1]?.error).toMatchObject({ code: 'OmsSync.CredentialInName' });
  });

  it.each<[string, () => Promise<DeadLetterSink | undefined>, object]>([
    ['there is no bucket', async () => undefined, { code: 'OmsSync.NoStateBucket' }],
    ['there are no credentials', () => Promise.reject(new Error('none')), { message: 'none' }],
  ])('says why of each where %s', async (_name, sink, reason) => {
    const deadLettered = await writeDeadLetters(all, origin, sink);

    expect(deadLettered).toHaveLength(all.length);
    for (const { name, error: why } of deadLettered) {
      expect(name).toBeUndefined();
      expect(why).toMatchObject(reason);
    }
  });
});
