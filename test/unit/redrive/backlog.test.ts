import { describe, expect, it } from 'vitest';
import { type BacklogEntry, DISCARDED_PREFIX, discard, entryOf } from '#shared/redrive/backlog.ts';
import type { RedriveFilter } from '#shared/redrive/options.ts';
import type { Taken } from '#shared/redrive/window.ts';
import { failedInvocation, keysLetter, record, seedFailed, seedLetter } from '../../helpers/redrive-documents.ts';
import { NOW, PREFIXES, RedriveWorld, STATE_BUCKET } from '../../helpers/redrive-world.ts';

const ALL = new Set(['failed_invocation', 'dead_letter', 'parked'] as const);

async function takenOf(world: RedriveWorld, filter: RedriveFilter): Promise<Taken[]> {
  const found: Taken[] = [];
  await world.redrive({ dryRun: true, filter: { kinds: ALL, ...filter }, onFound: (taken) => found.push(...taken) });
  return found;
}

async function listed(world: RedriveWorld, filter: RedriveFilter = {}): Promise<BacklogEntry[]> {
  return (await takenOf(world, filter)).map(entryOf);
}

/** A state bucket with one document of each kind. */
function seeded() {
  const world = new RedriveWorld();
  const failed = `${PREFIXES.failedInvocations}on-object-created/one.json`;
  const invocation = failedInvocation({ Records: [record('logs/a.txt')] });
  const errorMessage =
    '[pairs=1 routing=0123456789abcdef] [failure=OmsSync.SyncTaskStopped] OMS did not accept 1 of 1 keys.';
  const response_payload = { errorType: 'SubmitFailedError', errorMessage };
  world.store.seed(STATE_BUCKET, failed, JSON.stringify({ ...invocation, response_payload }));
  const letter = seedLetter(world, keysLetter({ Records: [record('photos/b.jpg'), record('photos/2026/c.jpg')] }));
  const parked = seedLetter(
    world,
    keysLetter({ Records: [record('d', 'other')] }, { code: 'OmsSync.SourceObjectMissing', attempts: 10 }),
    PREFIXES.parked,
  );
  return { world, failed, letter, parked };
}

describe('the backlog', () => {
  it('has documents of every kind with their objects and their true causes', async () => {
    const { world, failed, letter, parked } = seeded();

    expect(await listed(world)).toEqual([
      expect.objectContaining({
        kind: 'failed_invocation',
        name: failed,
        code: 'OmsSync.SyncTaskStopped',
        retryable: true,
        objects: [{ bucket: 'source', key: 'logs/a.txt' }],
      }),
      expect.objectContaining({
        kind: 'dead_letter',
        name: letter,
        code: 'OmsSync.KeyRefused',
        retryable: false,
        objects: [
          { bucket: 'source', key: 'photos/b.jpg' },
          { bucket: 'source', key: 'photos/2026/c.jpg' },
        ],
      }),
      expect.objectContaining({ kind: 'parked', name: parked, code: 'OmsSync.SourceObjectMissing', attempts: 10 }),
    ]);
  });

  it.each<readonly [filter: string, RedriveFilter, kinds: readonly string[]]>([
    ['a kind', { kinds: new Set(['parked'] as const) }, ['parked']],
    ['the true cause', { causes: new Set(['OmsSync.SyncTaskStopped']) }, ['failed_invocation']],
    ["the document's own code", { causes: new Set(['OmsSync.FailedInvocation']) }, ['failed_invocation']],
    ['a prefix', { prefix: 'source/photos/' }, ['dead_letter']],
    ['a pattern of one of its objects', { objects: /^source\/photos\/2026/ }, ['dead_letter']],
    ['an age', { until: NOW - 7_200_000 }, []],
    ['all of them at once', { causes: new Set(['OmsSync.KeyRefused']), prefix: 'other' }, []],
  ])('is chosen by %s', async (_filter, filter, kinds) => {
    const { world } = seeded();

    expect((await listed(world, filter)).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('is chosen by the name of one document, of which no other is read', async () => {
    const { world, letter } = seeded();

    expect((await listed(world, { name: letter })).map(({ name }) => name)).toEqual([letter]);
    expect(world.store.calls.filter(({ operation }) => operation === 'GetObject')).toHaveLength(1);
  });

  it('calls a failed invocation of an earlier release by the code of its document', async () => {
    const world = new RedriveWorld();
    seedFailed(world, { Records: [record('a')] });

    expect((await listed(world))[0]?.code).toBe('OmsSync.FailedInvocation');
  });

  it('is retried by what was chosen, parked documents included', async () => {
    const { world, parked, failed } = seeded();
    world.routes = [...world.routes, { source: { bucket: 'other' }, sync_task_id: 'task-2' }];

    await world.redrive({ filter: { kinds: new Set(['parked'] as const) } });

    expect(world.accepted).toEqual(['task-2/d']);
    expect(await world.store.headObject({ bucket: STATE_BUCKET, key: parked })).toBeUndefined();
    expect(await world.store.headObject({ bucket: STATE_BUCKET, key: failed })).toBeDefined();
  });
});

describe('a discarded document', () => {
  const options = { bucket: STATE_BUCKET, now: NOW, by: 'access key …abcd', reason: 'the bucket is retired' };

  it('is gone, and a record has all of it, with who, when and why', async () => {
    const { world, letter } = seeded();
    const [taken] = await takenOf(world, { name: letter });
    const before = (await world.store.getObject({ bucket: STATE_BUCKET, key: letter })).body.toString();

    const record = (await discard(taken as Taken, { ...options, store: world.store })) ?? '';

    expect(record).toMatch(new RegExp(`^${DISCARDED_PREFIX}2026-10-01/12-00-00-[0-9a-f]{32}\\.json$`));
    expect(await world.store.headObject({ bucket: STATE_BUCKET, key: letter })).toBeUndefined();
    const written = await world.store.getObject({ bucket: STATE_BUCKET, key: record });
    expect(JSON.parse(written.body.toString())).toEqual({
      version: 1,
      discarded: '2026-10-01T12:00:00.000Z',
      by: 'access key …abcd',
      reason: 'the bucket is retired',
      document: entryOf(taken as Taken),
      content: JSON.parse(before),
    });
  });

  it('stays where its record cannot be written', async () => {
    const { world, letter } = seeded();
    const [taken] = await takenOf(world, { name: letter });
    const store = Object.create(world.store) as typeof world.store;
    store.putObject = async () => {
      throw new Error('The store does not write.');
    };

    await expect(discard(taken as Taken, { ...options, store })).rejects.toThrow('does not write');
    expect(await world.store.headObject({ bucket: STATE_BUCKET, key: letter })).toBeDefined();
  });

  it('stays where FunctionGraph has given its name to another event meanwhile', async () => {
    const { world, failed } = seeded();
    const [taken] = await takenOf(world, { name: failed });
    world.store.seed(STATE_BUCKET, failed, JSON.stringify(failedInvocation({ Records: [record('other')] })));

    expect(await discard(taken as Taken, { ...options, store: world.store })).toBeUndefined();
    expect(await world.store.headObject({ bucket: STATE_BUCKET, key: failed })).toBeDefined();
  });
});
