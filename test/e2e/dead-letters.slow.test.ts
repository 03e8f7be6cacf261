import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type DeadLetter, readDeadLetter } from '#shared/deadletters/document.ts';
import { request } from '../../scripts/local/request.ts';
import { s3Client } from '../../scripts/local/s3.ts';
import { type Stack, startStack } from '../../scripts/local/stack.ts';
import { redeployWith } from '../helpers/redeploy.ts';

const TIME = '2026-09-30T03:24:43.160Z';
/** The time that a condition has; it takes a fraction of it. */
const PATIENCE = { timeout: 15_000, interval: 20 };

let folder: string;
let stack: Stack;
let client: S3Client;
const copied = new Set<string>();
const lines: string[] = [];

const STATE = () => stack.endpoints.state_bucket;
const SOURCE = () => stack.endpoints.source_bucket;
const record = (key: string, bucket = SOURCE()) => ({
  eventName: 'ObjectCreated:Put',
  eventTime: TIME,
  s3: { bucket: { name: bucket }, object: { key, size: 1, sequencer: '1' } },
});
const upload = (key: string) => client.send(new PutObjectCommand({ Bucket: SOURCE(), Key: key, Body: 'content' }));
const invoke = (...records: readonly unknown[]) =>
  stack.functiongraph.invoke('on-object-created', { Records: records }, { async: true });
const faults = (service: 'oms' | 'obs', ...rules: readonly object[]) =>
  request('PUT', `${stack.endpoints[service]}/_faults`, { body: JSON.stringify({ seed: 1, rules }) });
/** OMS refuses this key in whatever company. */
const refused = (key: string) => ({ fault: 'status', status: 400, operation: 'CreateSyncEvents', key, every: 1 });

async function names(prefix: string): Promise<string[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: STATE(), Prefix: prefix }));
  return Contents.flatMap(({ Key }) => Key ?? []);
}

async function text(name: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: STATE(), Key: name }));
  return (await Body?.transformToString()) ?? '';
}

/** The one dead letter that there is, with its name. */
async function onlyLetter(): Promise<DeadLetter & { readonly name: string }> {
  const [name = '', ...others] = await names('dead-letters/');
  expect(others).toEqual([]);
  return { name, ...readDeadLetter(JSON.parse(await text(name))) };
}

const retries = () => stack.functiongraph.stats().async.retried;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oms-sync-dead-letters-'));
  stack = await startStack({
    dataDir: folder,
    portBase: 0,
    onCopied: ({ key }) => copied.add(key),
    log: (line) => lines.push(line),
  });
  const { endpoints } = stack;
  client = s3Client({
    endpoint: endpoints.obs,
    region: endpoints.region,
    accessKey: endpoints.access_key,
    secretKey: endpoints.secret_key,
  });
});
afterEach(async () => {
  await Promise.all([faults('oms'), faults('obs')]);
  await stack.functiongraph.idle();
  for (const name of await names('')) await client.send(new DeleteObjectCommand({ Bucket: STATE(), Key: name }));
});
afterAll(async () => {
  client?.destroy();
  await stack?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('on the local cloud', () => {
  it('a key that OMS refuses becomes one dead letter, and other uploads arrive', async () => {
    await faults('oms', refused('bad +%key'));

    for (const key of ['before', 'bad +%key', 'after']) await upload(key);

    await vi.waitFor(async () => expect(await names('dead-letters/')).toHaveLength(1), PATIENCE);
    await vi.waitFor(() => expect([...copied]).toEqual(expect.arrayContaining(['before', 'after'])), PATIENCE);
    await stack.functiongraph.idle();
    const letter = await onlyLetter();
    expect(letter).toMatchObject({
      kind: 'keys',
      code: 'OmsSync.KeyRefused',
      attempts: 1,
      sync_task_id: stack.endpoints.sync_task_id,
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
    await stack.functiongraph.idle();

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
    await upload('neighbour');
    await vi.waitFor(() => expect(copied).toContain('neighbour'), PATIENCE);
    copied.clear();

    await invoke(record('broken%2'), record('neighbour'));

    await vi.waitFor(() => expect(copied).toContain('neighbour'), PATIENCE);
    await stack.functiongraph.idle();
    expect(await onlyLetter()).toMatchObject({
      kind: 'records',
      code: 'OmsSync.InvalidObjectKey',
      event: { Records: [record('broken%2')] },
      problems: [{ path: 'Records[0].s3.object.key', rule: 'malformed_percent' }],
    });
  });

  it('an event that is no notification becomes one dead letter', async () => {
    await stack.functiongraph.invoke('on-object-created', { hello: ['world'] }, { async: true });
    await stack.functiongraph.idle();

    expect(await onlyLetter()).toMatchObject({
      kind: 'event',
      code: 'OmsSync.UnrecognisedEvent',
      event: { hello: ['world'] },
      name: expect.stringMatching(/^dead-letters\/undated\//),
    });
  });

  it('an unknown sync task and a bucket without a route become dead letters of their own', async () => {
    const routes = JSON.stringify([{ source: { bucket: 'other' }, sync_task_id: 'no-such-task' }]);
    const restore = await redeployWith(stack, 'on-object-created', { ROUTES: routes });

    await invoke(record('a', 'other'), record('b', 'nowhere'), record('c', 'other'));
    await stack.functiongraph.idle();
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
    const before = stack.functiongraph.stats().async;
    const broken = {
      fault: 'status',
      status: 403,
      operation: 'PutObject',
      bucket: STATE(),
      key_prefix: 'dead-letters/',
    };
    await faults('obs', { ...broken, every: 1, limit: 2 });

    await invoke(record('broken%2'));
    await stack.functiongraph.idle();

    const after = stack.functiongraph.stats().async;
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
    await stack.functiongraph.idle();

    expect(await names('dead-letters/')).toEqual([]);
    const [kept = '', ...others] = await names('failed-invocations/on-object-created/');
    expect(others).toEqual([]);
    const { request_payload: payload, response_payload: answer } = JSON.parse(await text(kept));
    const event: unknown = typeof payload === 'string' ? JSON.parse(payload) : payload;
    expect(event).toEqual({ Records: [record('broken%2'), record('neighbour')] });
    expect(JSON.stringify(answer)).toContain('no dead letter');
  });
});
