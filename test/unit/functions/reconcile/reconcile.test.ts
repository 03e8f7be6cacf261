import { beforeEach, describe, expect, it } from 'vitest';
import { type ConfigOf, readConfig } from '#shared/config/read.ts';
import type { KeyFinder, Lister } from '#shared/listing/lister.ts';
import type { OmsClient } from '#shared/oms/client.ts';
import { Invocation } from '#shared/platform/invocation.ts';
import { BucketConfigurationError } from '#shared/platform/listed-bucket.ts';
import type { ReconcileSummary } from '../../../../functions/reconcile/reconcile.ts';
import { createReconcile } from '../../../../functions/reconcile/reconcile.ts';
import { variables } from '../../../../functions/reconcile/variables.ts';
import { fakeContext } from '../../../helpers/fake-context.ts';
import { gatewayEvent } from '../../../helpers/gateway-event.ts';
import { storeUnavailable } from '../../../helpers/memory-object-store.ts';
import { omsError } from '../../../helpers/oms-error.ts';
import { STATE, World } from '../../../helpers/reconcile-world.ts';

const route = (name: string, changes: object = {}) => ({
  name,
  source: { bucket: 'from', prefix: `${name}/` },
  destination: { bucket: 'copy' },
  sync_task_id: `task-${name}`,
  ...changes,
});
const timer = (user_event: unknown = '') => ({
  version: 'v2.0',
  trigger_type: 'TIMER',
  trigger_name: 'reconcile',
  user_event,
});
const http = (body?: unknown) => gatewayEvent('POST', '/reconcile', body);

let world: World;
let lines: Record<string, unknown>[];
let remaining: () => number;
let submitted: string[];
let refuse: unknown;
beforeEach(() => {
  world = new World({ pageKeys: 10 });
  lines = [];
  remaining = () => 60_000;
  submitted = [];
  refuse = undefined;
});

/** The function of one instance, called as its stack calls it. */
function instance(
  routes: readonly object[],
  more: Readonly<Record<string, string>> = {},
  listerOf: (invocation: Invocation) => Lister & KeyFinder = () => world.options().source,
) {
  const { clock } = world.options();
  const listed: string[] = [];
  const fn = createReconcile({
    clock,
    store: async () => world.stateStore,
    lister: ({ path }, _config, invocation) => {
      listed.push(path);
      return listerOf(invocation);
    },
  });
  const oms = {
    createSyncEvents: async ({ syncTaskId, objectKeys }: { syncTaskId: string; objectKeys: readonly string[] }) => {
      if (refuse !== undefined) throw refuse;
      submitted.push(...objectKeys.map((key) => `${syncTaskId} ${decodeURIComponent(key)}`));
      return { attempts: 1 };
    },
    showSyncTask: async () => ({ status: 'SYNCHRONIZING', monthly_acceptance_request: 3n, monthly_success_object: 2n }),
  } as unknown as OmsClient;
  const values: Readonly<Record<string, string>> = {
    OMS_REGION: 'cn-north-4',
    OMS_PROJECT_ID: 'project',
    STATE_BUCKET: STATE,
    RECONCILE_GRACE_PERIOD: '0',
    ROUTES: JSON.stringify(routes),
    ...more,
  };
  const call = (event: unknown) => {
    const invocation = new Invocation(fakeContext({ remaining: () => remaining() }), {
      write: (_level, line) => lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    const config: ConfigOf<typeof variables> = readConfig(variables, (name) => values[name]);
    return fn(event, { config, invocation, oms });
  };
  return { call, listed };
}
const report = (folder: string, name = 'latest.json') =>
  JSON.parse(world.stateStore.text(STATE, `reconcile/${folder}/${name}`) ?? 'null');

describe('reconcile', () => {
  it.each([
    ['over HTTP', http({})],
    ['over HTTP without a body', http()],
    ['by timer', timer()],
    ['by timer with options', timer('{"restart":true}')],
    ['directly', {}],
    ['directly with nothing', undefined],
  ])('submits what is missing of every route when it is called %s', async (_how, event) => {
    for (const key of ['a/1', 'a/2', 'b/1', 'c/1']) world.put(key);
    const { call, listed } = instance([route('a'), route('b')]);

    expect(await call(event)).toEqual({
      routes: [
        { route: 'a', outcome: 'completed', pass: 1, converged: false, accepted: 2 },
        { route: 'b', outcome: 'completed', pass: 1, converged: false, accepted: 1 },
      ],
    });
    expect(submitted).toEqual(['task-a a/1', 'task-a a/2', 'task-b b/1']);
    expect(report('a')).toMatchObject({ route: 'a', sync_task_id: 'task-a', oms: { before: { requested: 3 } } });
    expect(report('b')).toMatchObject({ accepted: 1, rules: { assumed: false } });
    expect(listed).toEqual(['ROUTES[0].source', 'ROUTES[0].destination', 'ROUTES[1].source', 'ROUTES[1].destination']);
  });

  it.each([
    ['its name', 'b'],
    ['its sync task', 'task-b'],
  ])('takes one route alone by %s', async (_what, wanted) => {
    for (const key of ['a/1', 'b/1']) world.put(key);

    await instance([route('a'), route('b')]).call(http({ route: wanted }));

    expect(submitted).toEqual(['task-b b/1']);
  });

  it.each([
    ['over HTTP', http({ dry_run: true, grace_period: '1m' })],
    ['by timer', timer('{"dry_run":true,"grace_period":"1m"}')],
    ['directly', { dry_run: true, grace_period: '1m' }],
  ])('takes its options %s', async (_how, event) => {
    world.put('a/1');
    world.put('a/young', 1, world.time - 59_000);

    await instance([route('a')]).call(event);

    expect(submitted).toEqual([]);
    expect(report('a')).toBeNull();
    expect(report('a', 'plan.json')).toMatchObject({
      submitted: 1,
      verdicts: { in_flight: { keys: ['a/young'] } },
      plan: { event_calls: 1 },
    });
  });

  it('keeps to the variables', async () => {
    for (let index = 0; index < 30; index++) world.put(`a/${index}`);
    world.put('a/young', 1, world.time - 59_000);

    await instance([route('a')], {
      RECONCILE_GRACE_PERIOD: '1m',
      RECONCILE_PLAN_THRESHOLD: '5',
      OMS_MAX_KEYS_PER_CALL: '5',
    }).call({ dry_run: true });

    expect(report('a', 'plan.json')).toMatchObject({ plan: { event_calls: 6, advice: expect.any(String) } });
  });

  it.each([
    ['over HTTP', http({ dry_run: 'yes', routes: 'a' }), ['dry_run', 'routes']],
    ['over HTTP, no JSON', http('{'), ['']],
    ['over HTTP, a route that is none', http({ route: 'x' }), ['route']],
    ['accepted over HTTP', { trigger_type: 'HTTP', options: { route: 'x' } }, ['route']],
    ['accepted over HTTP, without options', { trigger_type: 'HTTP' }, ['']],
    ['by timer', timer('{"grace_period":"soon"}'), ['grace_period']],
    ['by timer', timer('{"dry_run":true,"dry_run":false}'), ['dry_run']],
    ['over HTTP', gatewayEvent('POST', '/reconcile', {}, { query: { dry_run: 'true' } }), ['["?dry_run"]']],
    ['directly, a list', [], ['']],
  ])('logs a wrong request %s with all its problems, does nothing, and is not retried', async (_how, event, paths) => {
    world.put('a/1');

    expect(await instance([route('a')]).call(event)).toMatchObject({
      error_code: expect.stringMatching(/^OmsSync\./),
      details: paths.map((path) => ({ path })),
    });
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'reconcile refused' }));
    expect(world.stateStore.calls).toEqual([]);
  });

  it('names the path of a route without a destination bucket, and goes on with the others', async () => {
    for (const key of ['a/1', 'b/1']) world.put(key);
    const { call } = instance([route('a', { destination: undefined }), route('b')]);

    expect(await call({})).toMatchObject({
      routes: [
        {
          route: 'a',
          outcome: 'failed',
          error_code: 'OmsSync.BucketConfiguration',
          details: [{ path: 'ROUTES[0].destination.bucket', rule: 'required' }],
        },
        { route: 'b', outcome: 'completed' },
      ],
    });
    expect(submitted).toEqual(['task-b b/1']);
  });

  it('does not fail for a configuration that a retry finds as it is', async () => {
    const { call } = instance([route('a', { destination: {} })]);

    expect(await call({})).toMatchObject({ routes: [{ outcome: 'failed' }] });
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'route not reconciled' }));
  });

  it('begins with the route that has waited longest, and tells which it did not come to', async () => {
    for (const name of ['a', 'b', 'c']) for (let index = 0; index < 40; index++) world.put(`${name}/${index}`);
    const routes = [route('a'), route('b'), route('c')];
    const { call } = instance(routes);
    await call({ route: 'b' });
    world.time += 1000;
    await call({ route: 'c' });
    world.time += 1000;
    await call({ route: 'a' });
    world.time += 1000;
    submitted.length = 0;
    world.callMs = 400;
    const end = world.time + 20_000;
    remaining = () => end - world.time;

    const { routes: ended } = (await call({})) as ReconcileSummary;

    expect(ended.map((each) => each.route)).toEqual(['b', 'c', 'a']);
    expect(ended.at(-1)).toEqual({ route: 'a', outcome: 'not_reached' });
  });

  it('leaves what one invocation has no time for to the next', async () => {
    for (let index = 0; index < 500; index++) world.put(`a/${String(index).padStart(3, '0')}`);
    world.callMs = 100;
    const outcomes: string[] = [];
    const { call } = instance([route('a')]);
    while (outcomes.at(-1) !== 'completed' && outcomes.length < 20) {
      const end = world.time + 5_000;
      remaining = () => end - world.time;
      const { routes } = (await call(timer())) as ReconcileSummary;
      outcomes.push(routes[0]?.outcome ?? '');
      expect(remaining()).toBeGreaterThan(0);
    }

    expect(outcomes.length).toBeGreaterThan(2);
    expect(new Set(submitted).size).toBe(500);
    expect(report('a')).toMatchObject({ complete: true, runs: outcomes.length, accepted: 500 });
  });

  it('goes on with the next route where OMS takes nothing for one', async () => {
    for (const key of ['a/1', 'b/1']) world.put(key);
    refuse = omsError(400, 'OMS.0066');

    expect(await instance([route('a'), route('b')]).call(timer())).toMatchObject({
      routes: [
        { route: 'a', outcome: 'continues', reason: 'oms_unavailable' },
        { route: 'b', outcome: 'continues', reason: 'oms_unavailable' },
      ],
    });
  });

  it('fails when the state of every route cannot be read, so that it is called again', async () => {
    world.put('a/1');
    world.stateStore.intercept = (call) => {
      throw storeUnavailable(call);
    };

    await expect(instance([route('a')]).call(timer())).rejects.toThrow(/object store/i);
    expect(submitted).toEqual([]);
  });

  it('does not fail when the state of one route cannot be read', async () => {
    for (const key of ['a/1', 'b/1']) world.put(key);
    world.stateStore.intercept = (call, work) => {
      if (call.operation === 'GetObject' && call.key.startsWith('reconcile/a/')) throw storeUnavailable(call);
      return work();
    };

    expect(await instance([route('a'), route('b')]).call(timer())).toMatchObject({
      routes: [
        { route: 'a', outcome: 'failed' },
        { route: 'b', outcome: 'completed' },
      ],
    });
  });

  it('has nothing to do without a route', async () => {
    expect(await instance([]).call(timer())).toEqual({ routes: [] });
    expect(world.stateStore.calls).toEqual([]);
  });

  it('takes the lists that OMS writes into a source for OMS’s own where that is a destination, too', async () => {
    world.put('oms/sync_task/x');
    const { call } = instance([
      route('a', { source: { bucket: 'from' } }),
      route('back', { source: { bucket: 'copy' }, destination: { bucket: 'from' } }),
    ]);

    await call({ route: 'a' });

    expect(submitted).toEqual([]);
    expect(report('a')).toMatchObject({ verdicts: { oms_own: { objects: 1 } } });
  });

  it('takes ETags for no checksums where the route says so', async () => {
    const [one, two] = ['1'.repeat(32), '2'.repeat(32)];
    world.from.set('a/1', { key: 'a/1', size: 1, lastModified: 0, etag: one ?? '' });
    world.to.set('a/1', { key: 'a/1', size: 1, lastModified: 1000, etag: two ?? '' });

    await instance([route('a', { compare_etags: false })]).call({ dry_run: true });
    expect(report('a', 'plan.json')).toMatchObject({ verdicts: { same: { objects: 1 } } });

    await instance([route('a')]).call({ dry_run: true });
    expect(report('a', 'plan.json')).toMatchObject({ verdicts: { same: { objects: 0 } } });
  });

  it('explains lost changes by dead letters that were written since', async () => {
    const { call } = instance([route('a')]);
    world.put('a/0');
    await call({});
    world.copy(['a/0']);
    world.time += 600_000;
    for (const key of ['a/1', 'a/2', 'a/3']) world.put(key, 1, world.time - 1000);
    const letter = (task: string, ...keys: string[]) =>
      JSON.stringify({ sync_task_id: task, keys: keys.map((key) => ({ key })) });
    world.stateStore.seed(STATE, 'dead-letters/2026-11-21/1.json', letter('task-a', 'a/1'));
    world.stateStore.seed(STATE, 'parked/2026-11-21/2.json', letter('task-a', 'a/1', 'a/2'));
    world.stateStore.seed(STATE, 'dead-letters/2026-11-21/3.json', letter('task-b', 'a/3'));
    world.stateStore.seed(STATE, 'dead-letters/2026-11-21/4.json', '{');

    await call({});

    expect(report('a').loss).toMatchObject({ changed: 3, lost: 3, explained: 2, unexplained: 1 });
  });

  it('takes an empty source for meant only where one route is named', async () => {
    const { call } = instance([route('a'), route('b')]);

    expect(await call({ source_is_empty: true })).toMatchObject({
      error_code: 'OmsSync.InvalidInput',
      details: [{ path: 'route', rule: 'required' }],
    });
    expect(await call({ source_is_empty: true, route: 'b' })).toMatchObject({ routes: [{ converged: true }] });
    expect(await call({})).toMatchObject({
      routes: [
        { route: 'a', converged: false },
        { route: 'b', converged: true },
      ],
    });
  });

  it('explains nothing by dead letters of older changes that a redrive has written again', async () => {
    const { call } = instance([route('a')]);
    world.put('a/0');
    await call({});
    world.copy(['a/0']);
    const before = new Date(world.time - 60_000).toISOString();
    world.time += 600_000;
    for (const key of ['a/1', 'a/2']) world.put(key, 1, world.time - 1000);
    const since = new Date(world.time - 1000).toISOString();
    const seed = (name: string, letter: object) =>
      world.stateStore.seed(STATE, `dead-letters/2026-11-21/${name}.json`, JSON.stringify(letter));
    seed('1', { sync_task_id: 'task-a', created: since, keys: [{ key: 'a/old', event_time: before }] });
    seed('2', { sync_task_id: 'task-a', created: before, keys: [{ key: 'a/older' }] });
    seed('3', { sync_task_id: 'task-a', created: since, keys: [{ key: 'a/1', event_time: since }] });

    await call({});

    expect(report('a').loss).toMatchObject({ lost: 2, explained: 1, unexplained: 1 });
  });

  it.each([
    ['', {}],
    [' in the region of OMS', { destination: { bucket: 'from', region: 'cn-north-4' } }],
  ])('does not compare a bucket with itself%s', async (_where, changes) => {
    const { call } = instance([route('a', { destination: { bucket: 'from' }, ...changes })]);

    expect(await call({})).toMatchObject({
      routes: [
        {
          outcome: 'failed',
          error_code: 'OmsSync.BucketConfiguration',
          details: [{ path: 'ROUTES[0].destination.bucket', rule: 'other_bucket' }],
        },
      ],
    });
    expect(world.lists).toEqual([]);
  });

  it('compares buckets of one name in two clouds, or at two endpoints', async () => {
    const changes = [
      { source: { bucket: 'copy', prefix: 'a/', cloud: 'AWS', region: 'us-east-1' } },
      { source: { bucket: 'copy', prefix: 'a/', endpoint: 'https://other.example' } },
    ];
    for (const change of changes)
      expect(await instance([route('a', change)]).call({})).toMatchObject({ routes: [{ outcome: 'completed' }] });
  });

  it('writes no credential of its own into a report, though an object is called like it', async () => {
    const secret = 'context-secret-key-of-the-function';
    world.put(`a/${secret}`);
    world.put('a/b');
    const { source } = world.options();
    const { call } = instance([route('a')], {}, (invocation) => {
      invocation.log.conceal([secret]);
      return source;
    });

    await call({});
    await call({ dry_run: true });

    expect(submitted).toContain(`task-a a/${secret}`);
    for (const name of ['latest.json', 'complete.json', 'plan.json', 'checkpoint.json'])
      expect(world.stateStore.text(STATE, `reconcile/a/${name}`)?.replace(/"cursor":"[^"]*"/, ''), name).not.toContain(
        secret,
      );
    expect(report('a').verdicts.missing.keys).toEqual(['a/b', 'a/[redacted]']);
  });
});

describe('a bucket that cannot be listed', () => {
  it('is a wrong configuration of its route', () => {
    const error = new BucketConfigurationError({
      path: 'ROUTES[0].source.region',
      rule: 'required',
      message: 'is missing',
    });

    expect(error).toMatchObject({ code: 'OmsSync.BucketConfiguration', message: 'ROUTES[0].source.region is missing' });
  });
});
