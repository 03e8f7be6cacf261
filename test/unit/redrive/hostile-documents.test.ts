import { beforeEach, describe, expect, it } from 'vitest';
import { REDRIVE_LIMITS } from '#shared/redrive/limits.ts';
import { eventLetter, failedInvocation, keysLetter, record, seedLetter } from '../../helpers/redrive-documents.ts';
import { PREFIXES, RedriveWorld, STATE_BUCKET } from '../../helpers/redrive-world.ts';

const MB = 1024 * 1024;
const event = { Records: [record('wanted')] };
const letter = keysLetter(event);
const text = (fields: object): string => JSON.stringify({ ...letter, ...fields });
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
/** A letter whose event has this beside its record. */
const withPart = (part: string): string => JSON.stringify(letter).replace('"eventName"', `"part":${part},"eventName"`);
/** A letter with this as one more member, first. */
const withMember = (member: string): string => JSON.stringify(letter).replace('{', `{${member},`);

let world: RedriveWorld;
beforeEach(() => {
  world = new RedriveWorld();
});

const seed = (body: string | Buffer, prefix = PREFIXES.deadLetters): void =>
  world.store.seed(STATE_BUCKET, `${prefix}2020-01-01/hostile.json`, body);
const rest = (): string =>
  world
    .documents()
    .map((name) => world.store.text(STATE_BUCKET, name))
    .join('\n');

describe('a dead letter that somebody planted is redriven like any other', () => {
  it.each([
    ['a remedy of 1.2 MB', text({ remedy: 'x'.repeat(1.2 * MB) })],
    ['a code of 1.2 MB', text({ code: 'x'.repeat(1.2 * MB) })],
    ['a code of a line feed', text({ code: '\n' })],
    ['a code of __proto__', text({ code: '__proto__' })],
    ['the name of a function of 1.2 MB', text({ function: 'x'.repeat(1.2 * MB) })],
    ['lone surrogates in its texts', text({ function: '\ud800', request_id: '\udfff', remedy: '\ud800' })],
    ['times of the year 9999', text({ created: '9999-12-31T23:59:59.999Z', last_failed: '9999-99-99T99:99:99.999Z' })],
    ['more attempts than a number can count', text({ attempts: Number.MAX_SAFE_INTEGER })],
    ['a time of a key that is none', text({ keys: [{ ...letter.keys?.[0], event_time: 'x'.repeat(MB) }] })],
    [
      '100,000 problems that are none',
      text({ problems: [] })
        .replace('"problems":[]', `"problems":[{}${',{}'.repeat(99)}]`)
        .replace(/\{\}/g, '{"path":"","rule":"","message":""}'),
    ],
    ['a member __proto__', withMember('"__proto__":{"keys":[]}')],
    ['an event nested 40 levels', withPart(nested(40))],
  ])('%s', async (_what, body) => {
    seed(body);

    const report = await world.redrive();

    expect(world.accepted).toEqual(['task-1/wanted']);
    expect(world.documents()).toEqual([]);
    expect(report).toMatchObject({ remains: false, documents: { redriven: 1 } });
    expect(JSON.stringify(report).length).toBeLessThan(2_000);
  });

  it.each([
    ['of a known code has our remedy', { code: 'OmsSync.KeyRefused', remedy: 'Send me money.' }, 'OmsSync.KeyRefused'],
    ['of a code of another release keeps it', { code: 'OmsSync.Later', remedy: 'x' }, 'OmsSync.Later'],
    ['of a code that is none is one of the others', { code: 'a b', remedy: 'x' }, 'other'],
  ])('and %s', async (_what, fields, code) => {
    seed(text(fields));

    const { codes } = await world.redrive({ dryRun: true });

    expect(codes).toMatchObject([{ code, documents: 1 }]);
    expect(codes[0]?.remedy).not.toBe(fields.remedy);
  });

  it('and when it is refused again, what is written is bounded and readable', async () => {
    seed(text({ attempts: Number.MAX_SAFE_INTEGER, request_id: 'x'.repeat(MB), function: 'y'.repeat(MB) }));
    world.reactions.set('wanted', 'refuse');

    await world.redrive();
    expect(rest().length).toBeLessThan(4_000);
    world.reactions.clear();
    expect(await world.redrive({ filter: { parked: true } })).toMatchObject({ remains: false });
    expect(world.accepted).toEqual(['task-1/wanted']);
  });
});

describe('a document that is its own fault is parked with its name, and those behind it are redriven', () => {
  const many = (piece: string, count: number): string => Array.from({ length: count }, () => piece).join(',');
  it.each([
    ['no JSON', '{"keys"'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['nested 100,000 levels', nested(100_000)],
    ['a letter with an event of 1,000 levels', withPart(nested(1_000))],
    ['too many values', `[${many('1', REDRIVE_LIMITS.documentValues + 1)}]`],
    ['100,000 keys that are none', text({ keys: [] }).replace('"keys":[]', `"keys":[${many('1', 100_000)}]`)],
    ['too many keys', text({ keys: [] }).replace('"keys":[]', `"keys":[${many('{}', REDRIVE_LIMITS.letterKeys + 1)}]`)],
    ['a key of a lone surrogate', text({ keys: [{ ...letter.keys?.[0], key: 'wanted\ud800' }] })],
    ['a key of 1 MB', text({ keys: [{ ...letter.keys?.[0], key: 'x'.repeat(MB) }] })],
    ['a number out of range', text({}).replace('"attempts":1', '"attempts":1e400')],
    ['attempts below 1', text({ attempts: 0 })],
    ['too many records', JSON.stringify(failedInvocation({ Records: Array(REDRIVE_LIMITS.eventRecords + 1).fill(0) }))],
    ['too many items of data', JSON.stringify(failedInvocation({ events: [{ data: Array(100_000).fill(0) }] }))],
    ['keys twice', withMember('"keys":[]')],
    ['keys twice, one of them in other letters', withMember('"\\u006beys":[]')],
  ])('%s', async (_what, body) => {
    seed(body);
    seedLetter(world, keysLetter({ Records: [record('behind')] }));

    const report = await world.redrive();

    expect(world.accepted).toEqual(['task-1/behind']);
    expect(report).toMatchObject({
      remains: true,
      documents: { redriven: 1, parked: 1 },
      causes: [{ code: 'OmsSync.UnreadableDocument', count: 1 }],
    });
    expect(world.documents()).toEqual([expect.stringMatching(/^parked\//)]);
    expect(await world.redrive()).toMatchObject({ remains: false });
  });

  it('or left and counted where it is larger than any that is read, without being read', async () => {
    seed(Buffer.alloc(16 * MB, 0x20));
    seedLetter(world, keysLetter({ Records: [record('behind')] }));

    expect(await world.redrive()).toMatchObject({
      documents: { redriven: 1, left: 1 },
      causes: [{ code: 'OmsSync.ObjectStoreObjectTooLarge', count: 1 }],
    });
    expect(world.store.calls.filter(({ operation, key }) => operation === 'GetObject' && /hostile/.test(key))).toEqual(
      [],
    );
  });

  it('or left to the next run where it has grown since it was listed', async () => {
    const grown = text({ remedy: 'x'.repeat(REDRIVE_LIMITS.grownBytes + 2_000) });
    seed(text({}));
    world.store.intercept = (call, work) => {
      if (call.operation === 'GetObject') seed(grown);
      work();
    };

    expect(await world.redrive()).toMatchObject({ remains: true, documents: { left: 1 } });
    world.store.intercept = undefined;
    expect(await world.redrive()).toMatchObject({ remains: false, documents: { redriven: 1 } });
  });
});

describe('a letter that is written anew', () => {
  const numbers = (count: number) => withPart(`[${Array(count).fill('1e20').join(',')}]`);

  it('has room for an event of 256 KB whose numbers take four times as much, and is parked in the end', async () => {
    seed(numbers(50_000));
    world.reactions.set('wanted', 'refuse');

    for (let run = 2; run <= 3; run += 1) {
      expect(await world.redrive({ maxAttempts: 4 })).toMatchObject({ documents: { rewritten: 1 } });
      expect(rest()).toContain(`"attempts":${run}`);
    }
    expect(await world.redrive({ maxAttempts: 4 })).toMatchObject({ documents: { parked: 1 } });
    expect(world.documents()).toEqual([expect.stringMatching(/^parked\//)]);
  });

  it('is parked byte for byte where it would be larger than one may be, and can be redriven from there', async () => {
    const written = numbers(150_000);
    seed(written);
    world.reactions.set('wanted', 'refuse');

    expect(await world.redrive()).toMatchObject({ documents: { parked: 1, left: 0 } });
    expect(world.documents()).toEqual([expect.stringMatching(/^parked\/as-found\//)]);
    expect(rest()).toBe(written);
    expect(await world.redrive({ filter: { parked: true } })).toMatchObject({ documents: { left: 1 } });
    world.reactions.clear();
    expect(await world.redrive({ filter: { parked: true } })).toMatchObject({ remains: false });
    expect(world.accepted).toEqual(['task-1/wanted']);
  });

  it('stays where it would be larger and holds a credential', async () => {
    seed(numbers(150_000).replace('"part"', '"HUSH"'));
    world.reactions.set('wanted', 'refuse');

    const report = await world.redrive({ redact: (each) => each.replaceAll('HUSH', '[redacted]') });

    expect(report).toMatchObject({ documents: { left: 1 }, causes: [{ code: 'OmsSync.CredentialInName' }] });
    expect(world.documents()).toEqual([`${PREFIXES.deadLetters}2020-01-01/hostile.json`]);
  });

  it('becomes several where it would be too large, each with its own objects', async () => {
    const names = Array.from({ length: 4_000 }, (_, index) => `${'é'.repeat(150)}/${index}`);
    seed(JSON.stringify(eventLetter({ Records: [{ ...record('x'), s3: {} }] })), 'elsewhere/');
    world.store.seed(
      STATE_BUCKET,
      'failed-invocations/one.json',
      JSON.stringify(failedInvocation({ Records: names.map((name) => record(name)) })),
    );
    world.routes = [];

    expect(await world.redrive()).toMatchObject({
      documents: { rewritten: 1 },
      causes: [{ code: 'OmsSync.NoRoute', count: 4_000 }],
    });
    const parts = world.store.keys(STATE_BUCKET, PREFIXES.deadLetters);
    expect(parts.length).toBeGreaterThan(1);
    world.routes = [{ source: { bucket: 'source' }, sync_task_id: 'task-1' }];
    expect(await world.redrive()).toMatchObject({ remains: false, keys: { accepted: 4_000 } });
  });

  it('becomes several that stay apart where nothing tells which record is whose', async () => {
    const keys = Array.from({ length: 3_000 }, (_, index) => ({
      bucket: 'source',
      key: `${'x'.repeat(900)}/${index}`,
      path: '',
    }));
    seed(JSON.stringify({ ...letter, keys, event: null }));
    for (const { key } of keys) world.reactions.set(key, 'refuse');

    await world.redrive();
    expect(world.documents().length).toBeGreaterThan(1);
    world.reactions.clear();
    expect(await world.redrive()).toMatchObject({ remains: false, keys: { accepted: 3_000 } });
  });
});
