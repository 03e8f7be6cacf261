import { describe, expect, it } from 'vitest';
import { type DeadLetter, readDeadLetter } from '#shared/deadletters/document.ts';
import { DEAD_LETTER_LIMITS } from '#shared/deadletters/limits.ts';
import { makeDeadLetter } from '#shared/deadletters/make.ts';
import { DeadLetters } from '#shared/deadletters/store.ts';
import { MemoryObjectStore, storeUnavailable } from '../../helpers/memory-object-store.ts';

const BUCKET = 'state';

function world() {
  const store = new MemoryObjectStore();
  const letters = new DeadLetters({ store, bucket: BUCKET, prefix: 'dead-letters/', parkedPrefix: 'parked/' });
  const read = (name: string) => readDeadLetter(JSON.parse(store.text(BUCKET, name) ?? ''));
  return { store, letters, read };
}

function letterOf(event: unknown): DeadLetter {
  return makeDeadLetter(
    { kind: 'event', failure: { code: 'OmsSync.UnrecognisedEvent', remedy: 'r' }, error: undefined },
    { event, functionName: 'f', requestId: 'r', now: 0, redact: (text) => text },
  );
}

const dated = (second: number) => letterOf({ time: `2026-09-30T03:24:${second}Z` });

describe('DeadLetters', () => {
  it('puts a letter under a name below its prefix', async () => {
    const { store, letters, read } = world();
    const letter = dated(43);

    const name = await letters.put(letter);

    expect(name).toBe(`dead-letters/2026-09-30/03-24-43-${letter.id}.json`);
    expect(read(name)).toEqual(letter);
    expect(await store.headObject({ bucket: BUCKET, key: name })).toMatchObject({ contentType: 'application/json' });
    expect(store.text(BUCKET, name)).toMatch(/^\{.*\}\n$/);
  });

  it('writes a letter over the one of the same name, without asking', async () => {
    const { store, letters, read } = world();

    await letters.put(dated(43));
    const name = await letters.put({ ...dated(43), attempts: 2 });

    expect(store.keys(BUCKET)).toEqual([name]);
    expect(read(name).attempts).toBe(2);
    expect(store.calls.map(({ operation }) => operation)).toEqual(['PutObject', 'PutObject']);
  });

  it('parks a letter under the same name below another prefix, and leaves the one that it was made of', async () => {
    const { store, letters } = world();

    const name = await letters.put(dated(43));
    const parked = await letters.park({ ...dated(43), attempts: 10 });

    expect(parked).toBe(name.replace('dead-letters/', 'parked/'));
    expect(store.keys(BUCKET)).toEqual([name, parked]);
  });

  it('lists by the time of the events, those without one last', async () => {
    const { store, letters } = world();
    const names: string[] = [];
    for (const event of [{ hello: 'world' }, { time: '2027-01-01T00:00:00Z' }, { time: '2026-12-31T23:59:59Z' }])
      names.unshift(await letters.put(letterOf(event)));

    expect(store.keys(BUCKET)).toEqual(names);
  });

  it('writes no more than a document may have', async () => {
    const { store, letters } = world();
    const overhead = JSON.stringify(letterOf({ text: '' })).length + 1;
    const filled = (bytes: number) => letterOf({ text: 'x'.repeat(bytes - overhead) });

    await letters.put(filled(DEAD_LETTER_LIMITS.documentBytes));
    await expect(letters.put(filled(DEAD_LETTER_LIMITS.documentBytes + 1))).rejects.toMatchObject({
      name: 'DeadLetterTooLargeError',
    });

    expect(store.keys(BUCKET)).toHaveLength(1);
  });

  it('passes on what the store says', async () => {
    const { store, letters } = world();
    store.intercept = (call) => {
      throw storeUnavailable(call);
    };

    await expect(letters.put(dated(43))).rejects.toMatchObject({ storeStatus: 503 });
    await expect(letters.park(dated(43))).rejects.toMatchObject({ storeStatus: 503 });
  });
});
