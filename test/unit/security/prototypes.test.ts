import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Logger } from '#shared/logging/logger.ts';
import { concealWithin } from '#shared/logging/redact.ts';
import { useOmsStub } from '../../helpers/functions.ts';
import { failedInvocation, record } from '../../helpers/redrive-documents.ts';
import { RedriveWorld, STATE_BUCKET } from '../../helpers/redrive-world.ts';

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'toJSON',
  '__defineGetter__',
];
const oms = useOmsStub();
let before: readonly string[];
beforeEach(() => {
  before = Object.getOwnPropertyNames(Object.prototype);
});
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  for (const name of ['polluted', 'sync_task_id', 'dry_run']) expect(Reflect.get({}, name)).toBeUndefined();
});

/** JSON, because an object literal would set the prototype. */
const polluting = (name: string, rest = '') =>
  `{"${name}":{"polluted":true,"sync_task_id":"stolen","dry_run":true,"prototype":{"polluted":true}}${rest}}`;

describe.each(NAMES)('%s', (name) => {
  it('is an unknown field of every body', async () => {
    for (const [fn, path] of [
      ['create-sync-event', '/sync-tasks/task-1/events'],
      ['create-sync-task', '/sync-tasks'],
      ['start-sync-task', '/sync-tasks/task-1/start'],
    ] as const) {
      const { request } = await oms.load(fn);
      const { status, body } = await request('POST', path, polluting(name, ',"objects":["a"]'));
      expect(status).toBe(400);
      expect(body.details).toContainEqual(expect.objectContaining({ path: name, rule: 'unknown_field' }));
    }
    expect(oms.stub.requests).toEqual([]);
  });

  it('is an unknown parameter of a query, and an id like others', async () => {
    const { request } = await oms.load('stop-sync-task');
    const query = JSON.parse(`{"${name}":"x"}`) as Record<string, string>;

    expect(await request('POST', '/sync-tasks/task-1/stop', '', { query })).toMatchObject({ status: 400 });
    expect(await request('POST', `/sync-tasks/${name}/stop`)).toMatchObject({
      status: 200,
      body: { sync_task_id: name },
    });
    expect(oms.stub.requests.map(({ url }) => url.split('/').at(-2))).toEqual([name]);
  });

  it('is an object like others', async () => {
    const { request } = await oms.load('create-sync-event');

    const answer = await request('POST', `/sync-tasks/${name}/events`, { objects: [name, `${name}/x`] });

    expect(answer).toMatchObject({ status: 200, body: { accepted: 2 } });
    expect(oms.stub.requests[0]?.json).toEqual({ object_keys: [name, `${name}%2Fx`] });
  });

  it('is a field of an answer of OMS that means nothing', async () => {
    const { request } = await oms.load('show-sync-task');
    oms.stub.reply = () => ({ body: `{"sync_task_id":"t",${polluting(name).slice(1)}` });

    expect(await request('GET', '/sync-tasks/t')).toMatchObject({ status: 200, body: { sync_task_id: 't' } });
  });

  it('is an unknown field of the routes, and a prefix of theirs like others', async () => {
    const wrong = await oms.load('on-object-created', { variables: { ROUTES: `[${polluting(name)}]` } });
    await expect(wrong.invoke({})).rejects.toMatchObject({ code: 'OmsSync.Configuration' });

    const ROUTES = JSON.stringify([{ source: { bucket: 'photos', prefix: name }, sync_task_id: name }]);
    const { invoke } = await oms.load('on-object-created', { variables: { ROUTES } });
    await expect(invoke({ Records: [record(name, 'photos')] })).resolves.toMatchObject({ accepted: 1 });
  });

  it('is a field of documents like others, which redrive keeps', async () => {
    const world = new RedriveWorld();
    world.routes = [{ source: { bucket: name }, sync_task_id: name }];
    world.reactions.set(`${name}/refused`, 'refuse');
    const event = JSON.parse(polluting(name, `,"Records":[${JSON.stringify(record(name, name))}]`)) as object;
    const refused = JSON.parse(
      polluting(name, `,"Records":[${JSON.stringify(record(`${name}/refused`, name))}]`),
    ) as object;
    const invocation = (payload: object) =>
      JSON.stringify(failedInvocation(payload)).replace('{', `{"${name}":{"polluted":true},`);
    world.store.seed(STATE_BUCKET, `failed-invocations/${name}/1.json`, invocation(event));
    world.store.seed(STATE_BUCKET, `failed-invocations/${name}/2.json`, invocation(refused));
    world.store.seed(STATE_BUCKET, `dead-letters/${name}.json`, polluting(name, ',"version":1'));

    const report = await world.redrive();

    expect(world.accepted).toEqual([`${name}/${name}`]);
    expect(report.documents).toMatchObject({ read: 3, redriven: 1, rewritten: 1, parked: 1 });
  });

  it('is a field of a log line and of what is redacted, and stays one', () => {
    const lines: string[] = [];
    const value = JSON.parse(polluting(name)) as object;
    new Logger({ write: (_level, line) => lines.push(line) }).info('line', { value });

    const logged = JSON.parse(lines[0] ?? '') as { value: object };
    expect(Object.keys(logged.value)).toEqual([name]);
    expect(Object.keys(concealWithin(value, (text) => text) as object)).toEqual([name]);
  });
});
