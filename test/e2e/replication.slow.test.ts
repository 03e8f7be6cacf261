import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareObject } from '../../scripts/local/demo/compare.ts';
import { HOSTILE_KEYS } from '../../scripts/local/hostile-keys.ts';
import { request } from '../../scripts/local/request.ts';
import { s3Client } from '../../scripts/local/s3.ts';
import { type Stack, startStack } from '../../scripts/local/stack.ts';
import { triggersOf } from '../helpers/bucket-triggers.ts';
import { redeployAs } from '../helpers/redeploy.ts';

/** A running local cloud, with a way to wait for arrivals. */
interface World {
  readonly stack: Stack;
  readonly client: S3Client;
  /** Uploads the objects and resolves when OMS has copied each of them. */
  replicate(keys: readonly string[], content: string): Promise<void>;
  /** Differences between source and destination. */
  differences(keys: readonly string[]): Promise<string[]>;
  close(): Promise<void>;
}

async function startWorld(keyDecoding: 'form' | 'rfc3986'): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'oms-sync-e2e-'));
  const waiting = new Map<string, () => void>();
  const stack = await startStack({
    dataDir: folder,
    portBase: 0,
    keyDecoding,
    onCopied: ({ key }) => waiting.get(key)?.(),
  });
  const { endpoints } = stack;
  const client = s3Client({
    endpoint: endpoints.obs,
    region: endpoints.region,
    accessKey: endpoints.access_key,
    secretKey: endpoints.secret_key,
  });
  return {
    stack,
    client,
    async replicate(keys, content) {
      const arrived = keys.map((key) => new Promise<void>((resolve) => waiting.set(key, resolve)));
      for (const [index, key] of keys.entries())
        await client.send(
          new PutObjectCommand({
            Bucket: endpoints.source_bucket,
            Key: key,
            Body: `${content} ${index}`,
            ContentType: 'text/x-test',
            CacheControl: 'max-age=60',
            Metadata: { index: String(index) },
          }),
        );
      await Promise.all(arrived);
    },
    async differences(keys) {
      const problems = await Promise.all(
        keys.map(async (key) => {
          const problem = await compareObject(client, endpoints.source_bucket, endpoints.destination_bucket, key);
          return problem ? [`${JSON.stringify(key)} ${problem}`] : [];
        }),
      );
      return problems.flat();
    },
    async close() {
      client.destroy();
      await stack.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe.each(['form', 'rfc3986'] as const)('with an OMS that decodes keys %s-style', (keyDecoding) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld(keyDecoding);
  });
  afterAll(() => world?.close());

  const task = (path = '') => {
    const { gateway, sync_task_id } = world.stack.endpoints;
    return `${gateway}/sync-tasks/${sync_task_id}${path}`;
  };
  const authorised = () => ({ 'x-apig-appcode': world.stack.endpoints.app_code });

  it('replicates every hostile key under exactly its name, with bytes and metadata', async () => {
    await world.replicate(HOSTILE_KEYS, 'through EventGrid');
    expect(await world.differences(HOSTILE_KEYS)).toEqual([]);
  });

  it('replicates every hostile key through EventGrid with key encoding off, when the setting says so', async () => {
    const { stack } = world;
    const restore = await redeployAs(stack, 'on-object-created', ({ environment, events }) => ({
      environment: { ...environment, EVENTGRID_KEY_ENCODING: 'raw' },
      events: events.map((event) =>
        'eventgrid' in event ? { eventgrid: { ...event.eventgrid, keyEncode: false } } : event,
      ),
    }));
    await world.replicate(HOSTILE_KEYS, 'without key encoding');
    expect(await world.differences(HOSTILE_KEYS)).toEqual([]);
    await restore();
  });

  it('replicates every hostile key through the native OBS trigger', async () => {
    const { stack } = world;
    stack.obs.setTriggers([
      {
        id: 'native',
        type: 'OBS',
        bucket: stack.endpoints.source_bucket,
        events: ['s3:ObjectCreated:*'],
        target: 'on-object-created',
      },
    ]);
    await world.replicate(HOSTILE_KEYS, 'through the native trigger');
    expect(await world.differences(HOSTILE_KEYS)).toEqual([]);
    stack.obs.setTriggers(triggersOf(stack.config));
  });

  it('shows the task with its counters through the gateway', async () => {
    const shown = await request('GET', task(), { headers: authorised() });
    expect(shown.status).toBe(200);
    const counters = JSON.parse(shown.body) as Record<string, unknown>;
    expect(counters).toMatchObject({ sync_task_id: world.stack.endpoints.sync_task_id, status: 'SYNCHRONIZING' });
    expect(counters['monthly_success_object']).toBeGreaterThanOrEqual(HOSTILE_KEYS.length);
    expect(counters['monthly_failure_object']).toBe(0);
  });

  it('takes real names and encoded names from a caller, and says what became of each', async () => {
    const headers = authorised();
    const real = { objects: ['a+b', '报告/a+b %2F ☃.txt'] };
    const encoded = { object_keys: ['a%2Bb', '%E6%8A%A5%E5%91%8A%2Fa%2Bb%20%252F%20%E2%98%83.txt'] };
    for (const body of [real, encoded]) {
      const answer = await request('POST', task('/events'), { headers, body: JSON.stringify(body) });
      expect(answer.status, answer.body).toBe(200);
      expect(JSON.parse(answer.body)).toMatchObject({
        accepted: 2,
        failed: 0,
        results: [
          { index: 0, status: 'accepted' },
          { index: 1, status: 'accepted' },
        ],
      });
    }
  });

  it('answers 401 without credentials, on every route', async () => {
    const answers = await Promise.all([
      request('POST', `${world.stack.endpoints.gateway}/sync-tasks`, { body: '{}' }),
      request('GET', task()),
      request('POST', task('/events'), { body: '{"objects":["x"]}' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it('answers 404 in the error envelope for an unknown task', async () => {
    const { gateway } = world.stack.endpoints;
    const shown = await request('GET', `${gateway}/sync-tasks/no-such-task`, { headers: authorised() });
    const fed = await request('POST', `${gateway}/sync-tasks/no-such-task/events`, {
      headers: authorised(),
      body: '{"objects":["x"]}',
    });
    for (const answer of [shown, fed]) {
      expect(answer.status, answer.body).toBe(404);
      expect(Object.keys(JSON.parse(answer.body) as object)).toEqual(
        expect.arrayContaining(['error_code', 'error_msg', 'request_id']),
      );
    }
  });
});
