import { beforeEach, describe, expect, it } from 'vitest';
import { type ConfigOf, readConfig } from '#shared/config/read.ts';
import { ObjectStoreResponseError } from '#shared/objectstore/errors.ts';
import type { OmsClient } from '#shared/oms/client.ts';
import { Invocation } from '#shared/platform/invocation.ts';
import { REDRIVE_LIMITS } from '#shared/redrive/limits.ts';
import { LAST_REPORT, REPORT_PREFIX } from '#shared/redrive/reports.ts';
import { createRedrive } from '../../../../functions/redrive/redrive.ts';
import { variables } from '../../../../functions/redrive/variables.ts';
import { fakeContext } from '../../../helpers/fake-context.ts';
import { gatewayEvent } from '../../../helpers/gateway-event.ts';
import { storeUnavailable } from '../../../helpers/memory-object-store.ts';
import { omsError } from '../../../helpers/oms-error.ts';
import { keysLetter, record, seedLetter } from '../../../helpers/redrive-documents.ts';
import { NOW, RedriveWorld, STATE_BUCKET } from '../../../helpers/redrive-world.ts';

const VARIABLES: Readonly<Record<string, string>> = {
  OMS_REGION: 'cn-north-4',
  OMS_PROJECT_ID: 'project',
  STATE_BUCKET,
  ROUTES: JSON.stringify([{ source: { bucket: 'source' }, sync_task_id: 'task-1' }]),
};
const timer = (user_event: unknown = '') => ({
  version: 'v2.0',
  trigger_type: 'TIMER',
  trigger_name: 'redrive',
  user_event,
});
const http = (body?: unknown) => gatewayEvent('POST', '/redrive', body);

let world: RedriveWorld;
let lines: Record<string, unknown>[];
let remaining: () => number;
let fail: unknown;
let status: string;
beforeEach(() => {
  status = 'SYNCHRONIZING';
  world = new RedriveWorld();
  lines = [];
  remaining = () => 60_000;
  fail = undefined;
});

/** The function of one instance, called as its stack calls it. */
function instance(more: Readonly<Record<string, string>> = {}) {
  const fn = createRedrive({ clock: world.clock, store: async () => world.store });
  const oms = {
    createSyncEvents: async ({ objectKeys }: { objectKeys: readonly string[] }) => {
      if (fail !== undefined) throw fail;
      world.accepted.push(...objectKeys);
      return { attempts: 1 };
    },
    showSyncTask: async () => ({ status }),
  } as unknown as OmsClient;
  return (event: unknown, id = 'request-1') => {
    const invocation = new Invocation(fakeContext({ requestId: id, remaining: () => remaining() }), {
      write: (_level, line) => lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    const config: ConfigOf<typeof variables> = readConfig(variables, (name) => more[name] ?? VARIABLES[name]);
    return fn(event, { config, invocation, oms });
  };
}
const seedMany = (count: number) => {
  for (let index = 0; index < count; index += 1)
    seedLetter(world, keysLetter({ Records: [record(`key-${index}`)] }, { requestId: `${index}` }));
};
const documents = () => world.documents().filter((name) => !name.startsWith('redrive/'));

describe('redrive', () => {
  it.each([
    ['over HTTP', http({})],
    ['over HTTP without a body', http()],
    ['by timer', timer()],
    ['by timer with options', timer('{"parked":true}')],
    ['directly', {}],
    ['directly with nothing', undefined],
  ])('submits what waits when it is called %s', async (_how, event) => {
    seedMany(3);

    expect(await instance()(event)).toMatchObject({ remains: false, keys: { accepted: 3 } });
    expect(documents()).toEqual([]);
  });

  it.each([
    ['over HTTP', http({ dry_run: true, limit: 2 }), 'http'],
    ['accepted over HTTP', { trigger_type: 'HTTP', options: { dry_run: true, limit: 2 } }, 'http'],
    ['by timer', timer('{"dry_run":true,"limit":2}'), 'timer'],
    ['directly', { dry_run: true, limit: 2 }, 'direct'],
  ])('takes its options %s', async (_how, event, caller) => {
    seedMany(3);
    const before = documents();

    await instance()(event);

    expect(documents()).toEqual(before);
    expect(world.read(LAST_REPORT)).toMatchObject({
      caller,
      options: { dry_run: true, limit: 2 },
      dry_run: true,
      stopped: 'limit',
      documents: { taken: 2 },
    });
  });

  it.each([
    ['over HTTP', http({ limit: 0, dryrun: true }), ['limit', 'dryrun']],
    ['over HTTP, no JSON', http('{'), ['']],
    ['by timer', timer('{"limit":0,"dryrun":true}'), ['limit', 'dryrun']],
    ['by timer, no JSON', timer('all'), ['']],
    ['directly', { limit: 0, dryrun: true }, ['limit', 'dryrun']],
    ['directly, a list', [], ['']],
  ])('logs a wrong request %s with all its problems, does nothing, and is not retried', async (_how, event, paths) => {
    seedMany(1);

    expect(await instance()(event)).toMatchObject({
      error_code: 'OmsSync.InvalidInput',
      details: paths.map((path) => ({ path })),
    });
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'redrive refused' }));
    expect(world.store.calls).toEqual([]);
  });

  it('fails when the state bucket cannot be read, so that it is called again', async () => {
    world.store.intercept = (call) => {
      throw storeUnavailable(call);
    };
    await expect(instance()({})).rejects.toThrow();
  });

  it('does not fail when OMS refuses or fails', async () => {
    seedMany(2);
    for (const error of [omsError(400, 'OMS.0064'), omsError(503), omsError(401)]) {
      fail = error;
      expect(await instance()({})).toMatchObject({ remains: true, keys: { accepted: 0 } });
    }
    expect(documents()).toHaveLength(2);
  });

  it('does not fail when its report cannot be written, and logs what it did', async () => {
    seedMany(1);
    world.store.intercept = (call, work) => {
      if (call.operation === 'PutObject') throw storeUnavailable(call);
      work();
    };

    expect(await instance()({})).toMatchObject({ keys: { accepted: 1 } });
    expect(lines).toContainEqual(expect.objectContaining({ message: 'redrive', caller: 'direct', remains: false }));
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'report not written' }));
  });

  it('keeps to the rate of calls, all runs of an instance together', async () => {
    seedMany(25);
    const slept: number[] = [];
    world.clock.sleep = async (ms) => {
      slept.push(ms);
      world.clock.time += ms;
    };
    const call = instance({ OMS_CALLS_PER_SECOND: '1', OMS_CONCURRENCY: '1' });

    expect(await call({})).toMatchObject({ calls: 3, keys: { accepted: 25 } });
    expect(slept).toEqual([1000, 1000]);
    seedMany(1);
    await call({});
    expect(slept).toEqual([1000, 1000, 1000]);
  });

  it('asks for the state of a task before it blames keys', async () => {
    seedMany(1);
    fail = omsError(400, 'OMS.0001');
    status = 'STOPPED';

    expect(await instance()({})).toMatchObject({ keys: { refused: 0, left: 1 }, documents: { left: 1 } });
    expect(documents().map((name) => world.read(name)['attempts'])).toEqual([1]);
  });

  it("writes none of the invocation's credentials into a document", async () => {
    const padding = 'the temporary-secret-key of somebody';
    seedLetter(world, keysLetter({ Records: [{ ...record('bad'), padding }] }));
    fail = omsError(400, 'OMS.0001');

    await instance()({});

    const [text = ''] = documents().map((name) => world.store.text(STATE_BUCKET, name));
    expect(text).toContain('"key":"bad"');
    expect(text).toContain('"attempts":2');
    expect(text).not.toContain('temporary-secret-key');
  });

  it('leaves a report by its request, and none where there was nothing to take', async () => {
    const call = instance();
    await call(timer());
    expect(world.store.keys(STATE_BUCKET)).toEqual([LAST_REPORT]);

    seedMany(1);
    await call(timer(), 'request-7');
    expect(world.store.keys(STATE_BUCKET)).toEqual([
      LAST_REPORT,
      `${REPORT_PREFIX}2026-10-01T12-00-00.000Z-request-7.json`,
    ]);
    expect(world.read(LAST_REPORT)).toMatchObject({ id: 'request-7', started: new Date(NOW).toISOString() });
  });

  it('waits by timer until a document is due, and not otherwise', async () => {
    const lastFailed = NOW - 14 * 60_000;
    seedLetter(world, keysLetter({ Records: [record('a')] }, { lastFailed, created: lastFailed }));

    expect(await instance()(timer())).toMatchObject({ documents: { waiting: 1, taken: 0 } });
    expect(await instance()(http({}))).toMatchObject({ documents: { waiting: 0, redriven: 1 } });
  });

  it('stops before its time is up; the next timer goes on from there and goes round', async () => {
    seedMany(600);
    fail = omsError(400, 'OMS.0066');
    const before = documents();
    let calls = 0;
    const limited = () => (calls++ < 40 ? 60_000 : 7_000);
    const call = instance();

    remaining = limited;
    const first = await call(timer());
    expect(first).toMatchObject({ remains: true, stopped: 'deadline' });
    const { position } = first as { position?: { name: string } };
    expect(before.slice(0, -1)).toContain(position?.name);

    remaining = () => 60_000;
    fail = undefined;
    const deleted: string[] = [];
    world.store.intercept = (request, work) => {
      if (request.operation === 'DeleteObject') deleted.push(request.key);
      work();
    };
    expect(await call(timer())).not.toHaveProperty('stopped');
    const next = before.indexOf(position?.name ?? '') + 1;
    expect(deleted.slice(0, 16).toSorted()).toEqual(before.slice(next, next + 16));
    expect(documents()).toEqual([]);
  });

  it.each([
    ['the same options', { limit: 1 }, 'dead_letter', 1],
    ['other options', { limit: 2 }, 'dead_letter', 0],
    ['a source that there is not', { limit: 1 }, 'elsewhere', 0],
    ['no options', undefined, 'dead_letter', 0],
  ])('begins where the last report has a position and is of %s', async (_whose, options, source, first) => {
    seedMany(3);
    const names = documents();
    world.store.seed(STATE_BUCKET, LAST_REPORT, JSON.stringify({ options, position: { source, name: names[0] } }));

    await instance()(timer('{"limit":1}'));

    expect(documents()).toEqual(names.filter((_, index) => index !== first));
  });

  const last = (position: unknown, more: object = {}): string =>
    JSON.stringify({ options: { limit: 1 }, position, ...more });
  const SOURCE = 'dead_letter';
  it.each([
    ['no JSON', 'no JSON'],
    ['a number', '7'],
    ['nested 100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['2 MB', last(undefined, { padding: 'x'.repeat(2 * 1024 * 1024) })],
    ['with a name that is a number', last({ source: SOURCE, name: 7 })],
    ['with a name that is no Unicode', last({ source: SOURCE, name: 'dead-letters/\ud800' })],
    ['with a name that is too long', last({ source: SOURCE, name: `dead-letters/${'x'.repeat(2_000)}` })],
    ['with a name of another prefix', last({ source: SOURCE, name: 'zzz' })],
    ['with a name behind all others', last({ source: SOURCE, name: 'dead-letters/\uffff' })],
    [
      'with a position in __proto__',
      '{"options":{"limit":1},"__proto__":{"position":{"source":"dead_letter","name":"dead-letters/z"}}}',
    ],
  ])('begins at the beginning where the last report is %s', async (_what, text) => {
    seedMany(2);
    const names = documents();
    world.store.seed(STATE_BUCKET, LAST_REPORT, text);

    await instance()(timer('{"limit":1}'));

    expect(documents()).toEqual(names.slice(1));
  });

  it.each([400, 403, 404, 429, 500, 503])(
    'begins at the beginning where the last report answers %d',
    async (storeStatus) => {
      seedMany(2);
      const names = documents();
      world.store.intercept = (call, work) => {
        const fields = { operation: call.operation, storeStatus, attempts: 4, retryable: storeStatus >= 500 };
        if (call.operation === 'GetObject' && call.key === LAST_REPORT) throw new ObjectStoreResponseError(fields);
        work();
      };

      await instance()(timer('{"limit":1}'));

      expect(documents()).toEqual(names.slice(1));
      expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', message: 'position not read' }));
    },
  );

  it('leaves a report that the next timer can read, whatever the documents say', async () => {
    for (let index = 0; index < 300; index += 1) {
      const letter = keysLetter({ Records: [record(`key-${index}`)] }, { requestId: `${index}` });
      seedLetter(world, { ...letter, code: `${'c'.repeat(90)}${index}`, remedy: 'x'.repeat(20_000) });
    }
    remaining = () => 60_000;

    await instance()(timer('{"limit":200}'));

    expect(world.read(LAST_REPORT)).toMatchObject({ stopped: 'limit', position: { source: SOURCE } });
    expect(world.store.text(STATE_BUCKET, LAST_REPORT)?.length).toBeLessThan(REDRIVE_LIMITS.reportBytes / 2);
  });

  it('leaves its report where it fails, because nothing could be read, and the next one goes on behind', async () => {
    seedMany(3);
    world.store.intercept = (call, work) => {
      if (call.operation === 'GetObject' && !call.key.startsWith('redrive/')) throw storeUnavailable(call);
      work();
    };

    await expect(instance()(timer())).rejects.toThrow();

    expect(world.read(LAST_REPORT)).toMatchObject({
      stopped: 'store_unavailable',
      position: { name: documents().at(-1) },
    });
  });
});
