import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../../../scripts/local/functiongraph/errors.ts';
import { runs } from '../../../../helpers/thorough.ts';
import { bodyOf, TYPES, type Type } from './bodies.ts';
import { BASE, LIVE, openWorld } from './world.ts';

const refused = (status: number, code: string) => expect.objectContaining({ status, code });

describe('a trigger', () => {
  it.each(TYPES)('of type %s is created, listed and deleted', async (type) => {
    const { registry, clock } = await openWorld();

    const trigger = await registry.create(LIVE, bodyOf(type));

    expect(trigger).toMatchObject({
      type,
      urn: LIVE,
      status: type === 'KAFKA' ? 'DISABLED' : 'ACTIVE',
      created: clock.now,
    });
    expect(registry.list(LIVE)).toEqual([trigger]);
    expect(registry.find(LIVE, type, trigger.id)).toBe(trigger);
    expect(registry.boundTo(LIVE)).toBe(1);
    await registry.delete(LIVE, type, trigger.id);
    expect(registry.list(LIVE)).toEqual([]);
    await expect(registry.delete(LIVE, type, trigger.id)).rejects.toEqual(refused(404, expect.any(String)));
  });

  it('belongs to the version or the alias that its URN names, to latest where it names none', async () => {
    const { registry } = await openWorld();

    for (const urn of [BASE, `${BASE}:v1`, LIVE]) await registry.create(urn, bodyOf('TIMER'));

    expect(registry.list(BASE)).toEqual(registry.list(`${BASE}:latest`));
    expect([BASE, `${BASE}:v1`, LIVE].map((urn) => registry.list(urn).map((trigger) => trigger.urn))).toEqual([
      [`${BASE}:latest`],
      [`${BASE}:v1`],
      [LIVE],
    ]);
    const [timer] = registry.list(LIVE);
    expect(registry.find(BASE, 'TIMER', timer?.id ?? '')).toBeUndefined();
    expect(registry.find(LIVE, 'SMN', timer?.id ?? '')).toBeUndefined();
  });

  it.each([
    ['text', 400, 'FSS.1309'],
    [`${BASE}:v1:v2`, 400, 'FSS.1309'],
    [`${BASE}9`, 404, 'FSS.1051'],
    [`${BASE}9:v1`, 404, 'FSS.1051'],
    [`${BASE}:v9`, 404, 'FSS.1052'],
    [`${BASE}:!other`, 404, 'FSS.1053'],
    [`${BASE}:live`, 404, 'FSS.1052'],
  ])('cannot be bound to %s', async (urn, status, code) => {
    const { registry } = await openWorld();

    await expect(registry.create(urn, bodyOf('TIMER'))).rejects.toEqual(refused(status, code));
    expect(() => registry.list(urn)).toThrow(refused(status, code) as never);
    await expect(registry.deleteAll(urn)).rejects.toEqual(refused(status, code));
  });

  it('is the last one of its version when there are ten', async () => {
    const { registry } = await openWorld();
    const create = (urn: string, index: number) => registry.create(urn, bodyOf('TIMER', { name: `t${index}` }));

    const created = await Promise.allSettled(Array.from({ length: 12 }, (_, index) => create(LIVE, index)));

    expect(created.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(created.at(-1)).toMatchObject({ reason: refused(400, 'FSS.1306') });
    await create(BASE, 0);
  });

  it.each([undefined, null, 'text', 7, [], [bodyOf('TIMER')]])('is not created from a body of %j', async (body) => {
    const { registry } = await openWorld();

    await expect(registry.create(LIVE, body)).rejects.toEqual(refused(400, 'FSS.0400'));
  });

  it('of type OBS is refused in the regions of the China site, where the vendor has none', async () => {
    const { registry } = await openWorld({ region: 'cn-north-4' });

    await expect(registry.create(LIVE, bodyOf('OBS'))).rejects.toThrow(
      'OBS triggers are not available in cn-north-4; use EVENTGRID with source_name HC.OBS.DWR',
    );
  });

  it('that was being created is not, when its function is deleted before its turn', async () => {
    const { registry, functions } = await openWorld();

    const creations = ['one', 'two'].map((name) => registry.create(LIVE, bodyOf('TIMER', { name })));
    functions.delete(LIVE);

    for (const creation of creations) await expect(creation).rejects.toEqual(refused(404, 'FSS.1053'));
    functions.add(LIVE);
    expect(registry.list(LIVE)).toEqual([]);
  });
});

describe('whatever is sent', () => {
  it('is taken or refused with a status below 500, and what is refused leaves nothing behind', async () => {
    const { registry } = await openWorld();
    const names = [...new Set(TYPES.flatMap((type) => Object.keys(bodyOf(type)['event_data'] as object)))];
    const value = fc.oneof(fc.jsonValue(), fc.string(), fc.integer(), fc.constant('x'.repeat(5000)));
    const data = fc.oneof(
      fc.jsonValue(),
      fc
        .tuple(fc.constantFrom(...TYPES), fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 2 }))
        .map(([type, changes]) => ({ ...(bodyOf(type)['event_data'] as object), ...changes })),
    );
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          trigger_type_code: fc.oneof(fc.constantFrom(...TYPES), fc.jsonValue()),
          trigger_status: value,
          event_data: data,
        },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constant(LIVE), fc.string()), body, async (urn, sent) => {
        try {
          const { type, id } = await registry.create(urn, sent);
          await registry.delete(urn, type, id);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          expect(error.status).toBeGreaterThanOrEqual(400);
          expect(error.status).toBeLessThan(500);
        }
        expect(registry.list(LIVE)).toEqual([]);
      }),
      { seed: 6, numRuns: runs(500) },
    );
  });
});

describe('beside one that exists', () => {
  it.each<[string, Type, Record<string, unknown>, string, Record<string, unknown>, number, string]>([
    ['a timer of the same name', 'TIMER', {}, LIVE, { schedule: '1h' }, 409, 'FSS.1148'],
    ['an EventGrid trigger of the same name', 'EVENTGRID', {}, LIVE, { bucket: 'other' }, 400, 'FSS.1307'],
    ['a notification of the same name', 'CTS', {}, LIVE, { operations: ['a'] }, 400, 'FSS.1307'],
    ['the same topic', 'SMN', {}, LIVE, {}, 409, 'FSS.1141'],
    ['a topic in common', 'KAFKA', { topic_ids: ['a', 'b'] }, LIVE, { topic_ids: ['b', 'c'] }, 409, 'FSS.1150'],
    ['the same path', 'APIG', {}, BASE, { name: 'other', path: '/redrive/{other}' }, 409, 'FSS.1147'],
    ['the same uploads', 'OBS', {}, BASE, {}, 403, 'FSS.1108'],
    ['some of the uploads', 'OBS', { prefix: 'in/' }, BASE, { prefix: 'in/a', events: ['Put'] }, 403, 'FSS.1108'],
    ['all and some', 'OBS', { prefix: undefined, suffix: '.jpg' }, LIVE, { suffix: undefined }, 403, 'FSS.1108'],
  ])('%s is refused', async (_name, type, first, urn, second, status, code) => {
    const { registry } = await openWorld();
    await registry.create(LIVE, bodyOf(type, first));

    await expect(registry.create(urn, bodyOf(type, second))).rejects.toEqual(refused(status, code));
    expect(registry.list(LIVE)).toHaveLength(1);
  });

  it.each<[string, Type, Record<string, unknown>, string, Record<string, unknown>]>([
    ['a timer of another name', 'TIMER', {}, LIVE, { name: 'other' }],
    ['a timer of another version', 'TIMER', {}, BASE, {}],
    ['an EventGrid trigger of another name, for the same bucket', 'EVENTGRID', {}, LIVE, { trigger_name: 'other' }],
    ['another method of the path', 'APIG', {}, LIVE, { req_method: 'GET' }],
    ['the path in another group', 'APIG', {}, LIVE, { group_id: 'other' }],
    ['the path at another gateway', 'APIG', {}, LIVE, { instance_id: 'gateway-2' }],
    ['another topic', 'SMN', {}, LIVE, { topic_urn: 'urn:smn:cn-north-4:project:other' }],
    ['other topics', 'KAFKA', { topic_ids: ['a'] }, LIVE, { topic_ids: ['b'] }],
    ['another instance', 'KAFKA', {}, LIVE, { instance_id: 'other' }],
    ['other uploads', 'OBS', { prefix: 'in/' }, LIVE, { prefix: 'out/' }],
    ['uploads of another kind', 'OBS', { suffix: '.jpg' }, LIVE, { suffix: '.png' }],
    ['removals', 'OBS', {}, LIVE, { events: ['ObjectRemoved'] }],
    ['another bucket', 'OBS', {}, LIVE, { bucket: 'other' }],
  ])('%s is taken', async (_name, type, first, urn, second) => {
    const { registry } = await openWorld();
    await registry.create(LIVE, bodyOf(type, first));

    await registry.create(urn, bodyOf(type, second));

    expect(new Set([...registry.list(LIVE), ...registry.list(BASE)])).toHaveProperty('size', 2);
  });
});

describe('what a trigger does', () => {
  it('of a timer is to call its version or alias by its schedule', async () => {
    const { registry, timers, clock } = await openWorld();

    const { id } = await registry.create(LIVE, bodyOf('TIMER'));

    expect(timers.get(id)).toEqual({
      target: LIVE,
      functionUrn: BASE,
      event: { name: 'redrive', type: 'Rate', schedule: '15m', userEvent: '{}', enabled: true },
      since: clock.now,
    });
    clock.now += 1000;
    await registry.update(LIVE, 'TIMER', id, { trigger_status: 'DISABLED' });
    expect(timers.get(id)).toMatchObject({ event: { enabled: false }, since: clock.now });
    await registry.delete(LIVE, 'TIMER', id);
    expect(timers.size).toBe(0);
  });

  it('of an API is to be a route with what it declares', async () => {
    const { registry, routes } = await openWorld();

    const { id } = await registry.create(
      LIVE,
      bodyOf('DEDICATEDGATEWAY', { func_info: { timeout: 7, invocation_type: 'async' } }),
    );

    expect(routes.get(id)).toEqual([
      {
        target: LIVE,
        method: 'POST',
        path: '/redrive',
        prefix: true,
        auth: 'APP',
        group: 'gateway-1/local',
        stage: 'RELEASE',
        async: true,
        timeout: 7,
      },
    ]);
    await registry.delete(LIVE, 'DEDICATEDGATEWAY', id);
    expect(routes.size).toBe(0);
  });

  it('of a bucket is told to the object store as a whole list, at each change', async () => {
    const { registry, buckets } = await openWorld();

    const grid = await registry.create(LIVE, bodyOf('EVENTGRID', { prefix: 'in/' }));
    const native = await registry.create(BASE, bodyOf('OBS'));
    await registry.create(BASE, bodyOf('TIMER'));
    await registry.delete(LIVE, 'EVENTGRID', grid.id);

    const [first, second, third, ...more] = buckets;
    expect(first).toEqual([
      {
        id: grid.id,
        type: 'EVENTGRID',
        bucket: 'source',
        prefix: 'in/',
        events: ['OBS:DWR:ObjectCreated:PUT', 'OBS:DWR:ObjectCreated:POST'],
        keyEncode: true,
        target: LIVE,
      },
    ]);
    expect(second).toEqual([
      first?.[0],
      {
        id: native.id,
        type: 'OBS',
        bucket: 'source',
        prefix: 'in/',
        suffix: '.jpg',
        events: ['s3:ObjectCreated:*'],
        target: `${BASE}:latest`,
      },
    ]);
    expect(third).toEqual([second?.[1]]);
    expect(more).toEqual([]);
  });

  it('of EventGrid without Key_encode is to give keys as they are', async () => {
    const { registry, buckets } = await openWorld();

    await registry.create(LIVE, bodyOf('EVENTGRID', { Key_encode: undefined }));

    expect(buckets[0]?.[0]?.keyEncode).toBe(false);
  });

  it.each(['KAFKA', 'RABBITMQ', 'SMN', 'LTS', 'DIS', 'CTS'] as const)(
    'of %s is nothing here, which is said',
    async (type) => {
      const { registry, logs, buckets } = await openWorld();

      await registry.create(LIVE, bodyOf(type));

      expect(logs).toEqual([
        `f: the trigger of type ${type} is kept, but the local cloud has no ${type}: it never fires`,
      ]);
      expect(buckets).toEqual([]);
    },
  );

  it('of another source of EventGrid is nothing here, either', async () => {
    const { registry, logs, buckets } = await openWorld();

    await registry.create(LIVE, bodyOf('EVENTGRID', { source_name: 'HC.ROCKETMQ', bucket: undefined }));

    expect(logs).toEqual([expect.stringContaining('no such source of EventGrid')]);
    expect(buckets).toEqual([[]]);
  });
});

describe('a change', () => {
  it('of the status is kept with its time', async () => {
    const { registry, clock } = await openWorld();
    const { id, created } = await registry.create(LIVE, bodyOf('KAFKA'));
    clock.now += 5000;

    const changed = await registry.update(LIVE, 'KAFKA', id, { trigger_status: 'ACTIVE' });

    expect(changed).toMatchObject({ status: 'ACTIVE', created, updated: created + 5000 });
    expect(registry.list(LIVE)).toEqual([changed]);
  });

  it('of the numbers of DIS is kept, and the rest stays', async () => {
    const { registry } = await openWorld();
    const { id } = await registry.create(LIVE, bodyOf('DIS'));

    const { data } = await registry.update(LIVE, 'DIS', id, { event_data: [{ polling_interval: 5 }] });

    expect(data).toEqual({ ...(bodyOf('DIS')['event_data'] as object), polling_interval: 5 });
  });

  it.each([
    ['APIG', { trigger_status: 'DISABLED' }, 400, 'FSS.1318'],
    ['TIMER', { event_data: { schedule: '1m' } }, 400, 'FSS.1109'],
    ['TIMER', { trigger_status: 'off' }, 400, 'FSS.0400'],
  ] as const)('of %s to %j is refused and changes nothing', async (type, body, status, code) => {
    const { registry } = await openWorld();
    const trigger = await registry.create(LIVE, bodyOf(type));

    await expect(registry.update(LIVE, type, trigger.id, body)).rejects.toEqual(refused(status, code));
    await expect(registry.update(LIVE, type, 'other', body)).rejects.toEqual(refused(404, expect.any(String)));
    expect(registry.list(LIVE)).toEqual([trigger]);
  });
});

describe('deleting all', () => {
  const everywhere = async () => {
    const world = await openWorld();
    for (const urn of [BASE, `${BASE}:v1`, LIVE, `${BASE}2:latest`]) await world.registry.create(urn, bodyOf('TIMER'));
    return world;
  };
  const left = ({ registry }: Awaited<ReturnType<typeof everywhere>>): number[] =>
    [`${BASE}:latest`, `${BASE}:v1`, LIVE, `${BASE}2:latest`].map((urn) => registry.boundTo(urn));

  it.each([
    [`${BASE}:v1`, [1, 0, 1, 1]],
    [LIVE, [1, 1, 0, 1]],
    [`${BASE}:latest`, [0, 0, 0, 1]],
    [BASE, [0, 0, 0, 1]],
  ])('of %s takes those that the vendor says', async (urn, expected) => {
    const world = await everywhere();

    await world.registry.deleteAll(urn);

    expect(left(world)).toEqual(expected);
    expect(world.timers.size).toBe(expected.reduce((sum, count) => sum + count));
  });

  it('happens with the function, the version or the alias, never to one whose name only begins alike', async () => {
    const world = await everywhere();

    await world.registry.qualifierDeleted(`${BASE}:v1`);
    expect(left(world)).toEqual([1, 0, 1, 1]);
    await world.registry.functionDeleted(BASE);
    expect(left(world)).toEqual([0, 0, 0, 1]);
  });
});

describe('after a restart', () => {
  it('every trigger is there and works, with its id and times', async () => {
    const before = await openWorld();
    for (const type of TYPES.filter((name) => name !== 'DEDICATEDGATEWAY'))
      await before.registry.create(LIVE, bodyOf(type));

    const after = await openWorld({ dataDir: before.dataDir });

    expect(after.registry.list(LIVE)).toEqual(before.registry.list(LIVE));
    expect([...after.routes]).toEqual([...before.routes]);
    expect([...after.timers]).toEqual([...before.timers]);
    expect(after.buckets).toEqual([before.buckets.at(-1)]);
  });

  it('the object store hears nothing where there is no trigger of a bucket', async () => {
    const before = await openWorld();
    await before.registry.create(LIVE, bodyOf('TIMER'));

    expect((await openWorld({ dataDir: before.dataDir })).buckets).toEqual([]);
  });

  it('triggers of what is gone are dropped, and it is said', async () => {
    const before = await openWorld();
    await before.registry.create(LIVE, bodyOf('TIMER'));
    await before.registry.create(BASE, bodyOf('TIMER'));

    const after = await openWorld({ dataDir: before.dataDir, urns: [BASE, `${BASE}:latest`] });

    expect(after.timers.size).toBe(1);
    expect(after.logs).toEqual([': triggers: 1 of functions that are gone were dropped']);
  });

  it('no password is in the file', async () => {
    const { registry, dataDir } = await openWorld();
    await registry.create(LIVE, bodyOf('KAFKA'));
    await registry.create(LIVE, bodyOf('RABBITMQ'));

    const text = await readFile(join(dataDir, 'triggers.json'), 'utf8');

    expect(text).toContain('kafka-1');
    expect(text).not.toContain('secret-of');
  });

  it.each(['', '{', '[]', '{"format":2,"triggers":[]}', '{"format":1,"triggers":[{}]}', 'null'])(
    'a file of %j is one clear error',
    async (content) => {
      const { dataDir } = await openWorld();
      await writeFile(join(dataDir, 'triggers.json'), content);

      await expect(openWorld({ dataDir })).rejects.toThrow(
        `${join(dataDir, 'triggers.json')} is damaged; move the file away to start without triggers`,
      );
    },
  );

  it('a trigger that could not be kept does nothing', async () => {
    const { registry, dataDir, timers } = await openWorld();
    // A folder in the place of the file: renaming fails.
    const { mkdir } = await import('node:fs/promises');
    await mkdir(join(dataDir, 'triggers.json', 'x'), { recursive: true });

    await expect(registry.create(LIVE, bodyOf('TIMER'))).rejects.toThrow();
    expect(timers.size).toBe(0);
    expect(registry.list(LIVE)).toEqual([]);
  });
});
