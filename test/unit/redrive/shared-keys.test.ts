import { expect, it } from 'vitest';
import { deadLetterName } from '#shared/deadletters/name.ts';
import { applyDisposition } from '#shared/redrive/apply.ts';
import { keysLetter, record, seedLetter } from '../../helpers/redrive-documents.ts';
import { RedriveWorld, STATE_BUCKET } from '../../helpers/redrive-world.ts';

interface Written {
  readonly keys: readonly { readonly key: string; readonly path: string }[];
  readonly event: { readonly Records: readonly ReturnType<typeof record>[] };
}

it('a key that two documents name keeps the place that it has in each of them', async () => {
  const world = new RedriveWorld();
  seedLetter(world, keysLetter({ Records: [record('twice', 'source', '2026-10-01T10:00:00.000Z')] }));
  seedLetter(world, keysLetter({ Records: [record('bad'), record('twice'), record('good')] }));
  for (const key of ['bad', 'twice']) world.reactions.set(key, 'refuse');

  await world.redrive();

  const letters = world.documents().map((name) => world.read(name) as unknown as Written);
  expect(letters.map(({ keys }) => keys.map(({ key }) => key))).toEqual([['twice'], ['bad', 'twice']]);
  for (const { keys, event } of letters) {
    expect(event.Records.map(({ s3 }) => s3.object.key)).toEqual(keys.map(({ key }) => key));
    expect(keys.map(({ path }) => path)).toEqual(keys.map((_, index) => `Records[${index}]`));
  }
});

it('the letter that takes the name of the document is written after those that hold the rest', async () => {
  const own = keysLetter({ Records: [record('a')] });
  const other = keysLetter({ Records: [record('b')] });
  const name = `dead-letters/${deadLetterName(own)}`;
  const calls: string[] = [];
  const world = new RedriveWorld({
    intercept: ({ operation, key }, work) => {
      calls.push(`${operation} ${key}`);
      return work();
    },
  });
  const document = {
    found: { source: 'dead_letter', name, size: 1, lastModified: 0 },
    content: { type: 'letter', letter: own },
    body: Buffer.from('{}'),
    values: 1,
    code: own.code,
    created: 0,
    lastFailed: 0,
    attempts: 1,
  } as const;
  const letters = [own, other].map((letter) => ({ letter, parked: false }));

  await applyDisposition({ outcome: 'rewritten', letters, causes: [] }, document, {
    ...world,
    deadLetters: world.deadLetters,
    bucket: STATE_BUCKET,
    redact: (text) => text,
  });

  expect(calls).toEqual([`PutObject dead-letters/${deadLetterName(other)}`, `PutObject ${name}`]);
});
