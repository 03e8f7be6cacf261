import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { compareObject } from '../../scripts/local/demo/compare.ts';
import { HOSTILE_KEYS } from '../../scripts/local/hostile-keys.ts';
import { request } from '../../scripts/local/request.ts';
import { triggersOf } from '../helpers/bucket-triggers.ts';
import { useLocalCloud } from '../helpers/local-cloud.ts';
import { redeployAs } from '../helpers/redeploy.ts';

describe.each(['form', 'rfc3986'] as const)('with an OMS that decodes keys %s-style', (keyDecoding) => {
  const cloud = useLocalCloud({ keyDecoding });

  /** Uploads the objects and resolves when OMS has copied each of them. */
  const replicate = async (keys: readonly string[], content: string): Promise<void> => {
    const arrived = keys.map((key) => cloud.arrival(key));
    for (const [index, key] of keys.entries())
      await cloud.s3.send(
        new PutObjectCommand({
          Bucket: cloud.endpoints.source_bucket,
          Key: key,
          Body: `${content} ${index}`,
          ContentType: 'text/x-test',
          CacheControl: 'max-age=60',
          Metadata: { index: String(index) },
        }),
      );
    await Promise.all(arrived);
  };
  /** Differences between source and destination. */
  const differences = async (keys: readonly string[]): Promise<string[]> => {
    const { source_bucket, destination_bucket } = cloud.endpoints;
    const problems = await Promise.all(
      keys.map(async (key) => {
        const problem = await compareObject(cloud.s3, source_bucket, destination_bucket, key);
        return problem ? [`${JSON.stringify(key)} ${problem}`] : [];
      }),
    );
    return problems.flat();
  };
  const task = (path = '') => {
    const { gateway, sync_task_id } = cloud.endpoints;
    return `${gateway}/sync-tasks/${sync_task_id}${path}`;
  };
  const authorised = () => ({ 'x-apig-appcode': cloud.endpoints.app_code });

  it('replicates every hostile key under exactly its name, with bytes and metadata', async () => {
    await replicate(HOSTILE_KEYS, 'through EventGrid');
    expect(await differences(HOSTILE_KEYS)).toEqual([]);
  });

  it('replicates every hostile key through EventGrid with key encoding off, when the setting says so', async () => {
    const { stack } = cloud;
    const restore = await redeployAs(stack, 'on-object-created', ({ environment, events }) => ({
      environment: { ...environment, EVENTGRID_KEY_ENCODING: 'raw' },
      events: events.map((event) =>
        'eventgrid' in event ? { eventgrid: { ...event.eventgrid, keyEncode: false } } : event,
      ),
    }));
    await replicate(HOSTILE_KEYS, 'without key encoding');
    expect(await differences(HOSTILE_KEYS)).toEqual([]);
    await restore();
  });

  it('replicates every hostile key through the native OBS trigger', async () => {
    const { stack } = cloud;
    stack.obs.setTriggers([
      {
        id: 'native',
        type: 'OBS',
        bucket: stack.endpoints.source_bucket,
        events: ['s3:ObjectCreated:*'],
        target: 'on-object-created',
      },
    ]);
    await replicate(HOSTILE_KEYS, 'through the native trigger');
    expect(await differences(HOSTILE_KEYS)).toEqual([]);
    stack.obs.setTriggers(triggersOf(stack.config));
  });

  it('shows the task with its counters through the gateway', async () => {
    const shown = await request('GET', task(), { headers: authorised() });
    expect(shown.status).toBe(200);
    const counters = JSON.parse(shown.body) as Record<string, unknown>;
    expect(counters).toMatchObject({ sync_task_id: cloud.endpoints.sync_task_id, status: 'SYNCHRONIZING' });
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
      request('POST', `${cloud.endpoints.gateway}/sync-tasks`, { body: '{}' }),
      request('GET', task()),
      request('POST', task('/events'), { body: '{"objects":["x"]}' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it('answers 404 in the error envelope for an unknown task', async () => {
    const { gateway } = cloud.endpoints;
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
