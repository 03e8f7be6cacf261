import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '#shared/deadletters/document.ts';
import { DEAD_LETTER_LIMITS } from '#shared/deadletters/limits.ts';
import { makeDeadLetter } from '#shared/deadletters/make.ts';
import { DeadLetters } from '#shared/deadletters/store.ts';
import { MemoryObjectStore, storeUnavailable } from '../../helpers/memory-object-store.ts';

const BUCKET = 'state';

function world() {
  const store = new MemoryObjectStore({ pageSize: 2 });
  const letters = new DeadLetters({ store, bucket: BUCKET, prefix: 'dead-letters/', parkedPrefix: 'parked/' });
  return { store, letters };
}

function letterOf(event: unknown): DeadLetter {
  return makeDeadLetter(
    { kind: 'event', failure: { code: 'OmsSync.UnrecognisedEvent', remedy: 'r' }, error: undefined },
    { event, functionName: 'f', requestId: 'r', now: 0, redact: (text) => text },
  );
}

const dated = (second: number) => letterOf({ time: `2026-09-30T03:24:${second}Z` });
const collect = async (names: AsyncIterable<{ readonly key: string }>) => {
  const keys: string[] = [];
  for await (const { key } of names) keys.push(key);
  return keys;
};

describe('DeadLetters', () => {
  it('gives back what was put, under a name below its prefix', async () => {
    const { store, letters } = world();
    const letter = dated(43);

    const name = await letters.put(letter);

    expect(name).toBe(`dead-letters/2026-09-30/03-24-43-${letter.id}.json`);
    expect(await letters.get(name)).toEqual(letter);
    expect(await store.headObject({ bucket: BUCKET, key: name })).toMatchObject({ contentType: 'application/json' });
    expect(store.text(BUCKET, name)).toMatch(/^\{.*\}\n$/);
  });

  it('writes a letter over the one of the same name, without asking', async () => {
    const { store, letters } = world();

    await letters.put(dated(43));
    const name = await letters.put({ ...dated(43), attempts: 2 });

    expect(store.keys(BUCKET)).toEqual([name]);
    expect((await letters.get(name)).attempts).toBe(2);
    expect(store.calls.map(({ operation }) => operation)).toEqual(['PutObject', 'PutObject', 'GetObject']);
  });

  it('lists letters by the time of their events, over all pages, and parked ones apart', async () => {
    const { letters } = world();
    const names: string[] = [];
    for (const second of [59, 10, 30, 20, 40]) names.push(await letters.put(dated(second)));
    const parked = await letters.park(dated(50));

    expect(await collect(letters.list())).toEqual(names.toSorted());
    expect(await collect(letters.list({ startAfter: names.toSorted()[2] ?? '' }))).toEqual(names.toSorted().slice(3));
    expect(await collect(letters.list({ parked: true }))).toEqual([parked]);
    expect(parked).toMatch(/^parked\/2026-09-30\/03-24-50-/);
  });

  it('deletes a letter, and one that is gone already', async () => {
    const { store, letters } = world();
    const name = await letters.put(dated(43));

    await letters.delete(name);
    await letters.delete(name);

    expect(store.keys(BUCKET)).toEqual([]);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'not_utf8'],
    ['no JSON', '{', 'not_json'],
    ['another document', '{}', 'wrong_form'],
    ['a later one', '{"version":2}', 'newer_version'],
  ])('says of %s why it cannot be read', async (_name, body, reason) => {
    const { store, letters } = world();
    store.seed(BUCKET, 'dead-letters/x', body);

    await expect(letters.get('dead-letters/x')).rejects.toMatchObject({ name: 'UnreadableDeadLetterError', reason });
  });

  it('neither writes nor reads more than a document may have', async () => {
    const { store, letters } = world();
    const text = 'x'.repeat(DEAD_LETTER_LIMITS.documentBytes);
    store.seed(BUCKET, 'dead-letters/x', `${text}x`);

    await expect(letters.put(letterOf({ text }))).rejects.toMatchObject({ name: 'DeadLetterTooLargeError' });
    await expect(letters.get('dead-letters/x')).rejects.toMatchObject({ name: 'ObjectTooLargeError' });
    expect(store.keys(BUCKET)).toEqual(['dead-letters/x']);
  });

  it('passes on what the store says', async () => {
    const { store, letters } = world();
    store.intercept = (call) => {
      throw storeUnavailable(call);
    };

    await expect(letters.put(dated(43))).rejects.toMatchObject({ storeStatus: 503 });
    await expect(letters.delete('x')).rejects.toMatchObject({ storeStatus: 503 });
    await expect(collect(letters.list())).rejects.toMatchObject({ storeStatus: 503 });
  });
});
