import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type DeadLetter, readDeadLetter } from '#shared/deadletters/document.ts';
import { request } from '../../scripts/local/request.ts';
import { useLocalCloud } from '../helpers/local-cloud.ts';
import { redeployWith } from '../helpers/redeploy.ts';

const TIME = '2026-09-30T03:24:43.160Z';
/** The time that a condition has; it takes a fraction of it. */
const PATIENCE = { timeout: 15_000, interval: 20 };

const lines: string[] = [];
const cloud = useLocalCloud({ log: (line) => lines.push(line) });
const { copied } = cloud;

const STATE = () => cloud.endpoints.state_bucket;
const SOURCE = () => cloud.endpoints.source_bucket;
const record = (key: string, bucket = SOURCE()) => ({
  eventName: 'ObjectCreated:Put',
  eventTime: TIME,
  s3: { bucket: { name: bucket }, object: { key, size: 1, sequencer: '1' } },
});
const invoke = (...records: readonly unknown[]) =>
  cloud.stack.functiongraph.invoke('on-object-created', { Records: records }, { async: true });
const faults = (service: 'oms' | 'obs', ...rules: readonly object[]) =>
  request('PUT', `${cloud.endpoints[service]}/_faults`, { body: JSON.stringify({ seed: 1, rules }) });
/** OMS refuses this key in whatever company. */
const refused = (key: string) => ({ fault: 'status', status: 400, operation: 'CreateSyncEvents', key, every: 1 });

const names = (prefix: string): Promise<string[]> => cloud.keysOf(STATE(), prefix);
const text = async (name: string): Promise<string> => (await cloud.contentOf(STATE(), name)) ?? '';

/** The one dead letter that there is, with its name. */
async function onlyLetter(): Promise<DeadLetter & { readonly name: string }> {
  const [name = '', ...others] = await names('dead-letters/');
  expect(others).toEqual([]);
  return { name, ...readDeadLetter(JSON.parse(await text(name))) };
}

const retries = () => cloud.stack.functiongraph.stats().async.retried;

afterEach(async () => {
  await Promise.all([faults('oms'), faults('obs')]);
  await cloud.stack.functiongraph.idle();
  for (const name of await names('')) await cloud.s3.send(new DeleteObjectCommand({ Bucket: STATE(), Key: name }));
});
describe('on the local cloud', () => {
  it('a key that OMS refuses becomes one dead letter, and other uploads arrive', async () => {
    await faults('oms', refused('bad +%key'));

    for (const key of ['before', 'bad +%key', 'after']) await cloud.upload(key);

    await vi.waitFor(async () => expect(await names('dead-letters/')).toHaveLength(1), PATIENCE);
    await vi.waitFor(() => expect([...copied]).toEqual(expect.arrayContaining(['before', 'after'])), PATIENCE);
    await cloud.stack.functiongraph.idle();
    const letter = await onlyLetter();
    expect(letter).toMatchObject({
      kind: 'keys',
      code: 'OmsSync.KeyRefused',
      attempts: 1,
      sync_task_id: cloud.endpoints.sync_task_id,
      keys: [{ bucket: SOURCE(), key: 'bad +%key' }],
      event: { source: 'HC.OBS.DWR', data: expect.anything() },
      oms: { status: 400 },
    });
    const [date, time] = (letter.event_time ?? '').split(/[T.]/);
    expect(letter.name).toBe(`dead-letters/${date}/${time?.replaceAll(':', '-')}-${letter.id}.json`);
    expect(lines.filter((line) => line.includes('"key refused"')).join()).toContain(letter.name);
    expect(copied).not.toContain('bad +%key');
  });

  it('is not written anew by the retry that another key needs', async () => {
    const before = retries();
    // OMS refuses the batch for its bad key, then the signature with which the other one is sent, once.
    const once = { fault: 'status', status: 401, operation: 'CreateSyncEvents', key: 'busy', every: 1, limit: 1 };
    await faults('oms', refused('bad'), once);

    await invoke(record('bad'), record('busy'));
    await cloud.stack.functiongraph.idle();

    expect(retries() - before).toBe(1);
    expect(await onlyLetter()).toMatchObject({
      kind: 'keys',
      keys: [{ key: 'bad', path: 'Records[0]' }],
      event: { Records: [record('bad')] },
      event_time: TIME,
      attempts: 1,
    });
  });

  it('a record that cannot be read becomes one dead letter, and its neighbours are submitted', async () => {
    await cloud.upload('neighbour');
    await vi.waitFor(() => expect(copied).toContain('neighbour'), PATIENCE);
    copied.clear();

    await invoke(record('broken%2'), record('neighbour'));

    await vi.waitFor(() => expect(copied).toContain('neighbour'), PATIENCE);
    await cloud.stack.functiongraph.idle();
    expect(await onlyLetter()).toMatchObject({
      kind: 'records',
      code: 'OmsSync.InvalidObjectKey',
      event: { Records: [record('broken%2')] },
      problems: [{ path: 'Records[0].s3.object.key', rule: 'malformed_percent' }],
    });
  });

  it('an event that is no notification becomes one dead letter', async () => {
    await cloud.stack.functiongraph.invoke('on-object-created', { hello: ['world'] }, { async: true });
    await cloud.stack.functiongraph.idle();

    expect(await onlyLetter()).toMatchObject({
      kind: 'event',
      code: 'OmsSync.UnrecognisedEvent',
      event: { hello: ['world'] },
      name: expect.stringMatching(/^dead-letters\/undated\//),
    });
  });

  it('an unknown sync task and a bucket without a route become dead letters of their own', async () => {
    const routes = JSON.stringify([{ source: { bucket: 'other' }, sync_task_id: 'no-such-task' }]);
    const restore = await redeployWith(cloud.stack, 'on-object-created', { ROUTES: routes });

    await invoke(record('a', 'other'), record('b', 'nowhere'), record('c', 'other'));
    await cloud.stack.functiongraph.idle();
    await restore();

    const letters = await Promise.all(
      (await names('dead-letters/')).map(async (name) => readDeadLetter(JSON.parse(await text(name)))),
    );
    expect(letters.map(({ code, event }) => [code, event]).toSorted()).toEqual([
      ['OmsSync.NoRoute', { Records: [record('b', 'nowhere')] }],
      ['OmsSync.SyncTaskNotFound', { Records: [record('a', 'other'), record('c', 'other')] }],
    ]);
  });

  it('a state bucket that cannot be written makes the platform try again, until the dead letter is there', async () => {
    const before = cloud.stack.functiongraph.stats().async;
    const broken = {
      fault: 'status',
      status: 403,
      operation: 'PutObject',
      bucket: STATE(),
      key_prefix: 'dead-letters/',
    };
    await faults('obs', { ...broken, every: 1, limit: 2 });

    await invoke(record('broken%2'));
    await cloud.stack.functiongraph.idle();

    const after = cloud.stack.functiongraph.stats().async;
    expect(after.retried - before.retried).toBe(2);
    expect(after.failed).toBe(before.failed);
    expect(await onlyLetter()).toMatchObject({ kind: 'records', event: { Records: [record('broken%2')] } });
  });

  it('one that stays broken leaves the event to the failure destination, whole', async () => {
    const broken = {
      fault: 'status',
      status: 403,
      operation: 'PutObject',
      bucket: STATE(),
      key_prefix: 'dead-letters/',
    };
    await faults('obs', { ...broken, every: 1 });

    await invoke(record('broken%2'), record('neighbour'));
    await cloud.stack.functiongraph.idle();

    expect(await names('dead-letters/')).toEqual([]);
    const [kept = '', ...others] = await names('failed-invocations/on-object-created/');
    expect(others).toEqual([]);
    const { request_payload: payload, response_payload: answer } = JSON.parse(await text(kept));
    const event: unknown = typeof payload === 'string' ? JSON.parse(payload) : payload;
    expect(event).toEqual({ Records: [record('broken%2'), record('neighbour')] });
    expect(JSON.stringify(answer)).toContain('no dead letter');
  });
});
