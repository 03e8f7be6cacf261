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

describe.each(['form', 'rfc3986'] as const)('with an OMS that decodes keys %s-style', (keyDecoding) => {
  let folder: string;
  let stack: Stack;
  let client: S3Client;
  const arrived = new Map<string, () => void>();
  const early = new Set<string>();

  const arrival = (key: string): Promise<void> =>
    early.has(key) ? Promise.resolve() : new Promise((resolve) => arrived.set(key, resolve));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-e2e-'));
    stack = await startStack({
      dataDir: folder,
      portBase: 0,
      keyDecoding,
      onCopied: ({ key }) => {
        early.add(key);
        arrived.get(key)?.();
      },
    });
    client = s3Client({
      endpoint: stack.endpoints.obs,
      region: stack.endpoints.region,
      accessKey: stack.endpoints.access_key,
      secretKey: stack.endpoints.secret_key,
    });
  });

  afterAll(async () => {
    client?.destroy();
    await stack?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const authorised = () => ({ 'x-apig-appcode': stack.endpoints.app_code });

  it('replicates every hostile key under exactly its name, with bytes and metadata', async () => {
    for (const [index, key] of HOSTILE_KEYS.entries())
      await client.send(
        new PutObjectCommand({
          Bucket: stack.endpoints.source_bucket,
          Key: key,
          Body: `content ${index}`,
          ContentType: 'text/x-test',
          Metadata: { index: String(index) },
        }),
      );
    await Promise.all(HOSTILE_KEYS.map(arrival));
    const problems: string[] = [];
    for (const key of HOSTILE_KEYS) {
      const problem = await compareObject(
        client,
        stack.endpoints.source_bucket,
        stack.endpoints.destination_bucket,
        key,
      );
      if (problem) problems.push(`${JSON.stringify(key)} ${problem}`);
    }
    expect(problems).toEqual([]);
  });

  it('shows the task with its counters through the gateway', async () => {
    const { endpoints } = stack;
    const shown = await request('GET', `${endpoints.gateway}/sync-tasks/${endpoints.sync_task_id}`, {
      headers: authorised(),
    });
    expect(shown.status).toBe(200);
    const task = JSON.parse(shown.body) as Record<string, unknown>;
    expect(task).toMatchObject({ sync_task_id: endpoints.sync_task_id, status: 'SYNCHRONIZING' });
    expect(task['monthly_success_object']).toBeGreaterThanOrEqual(HOSTILE_KEYS.length);
  });

  it('copies what a caller names by its real name', async () => {
    const { endpoints } = stack;
    const answer = await request('POST', `${endpoints.gateway}/sync-tasks/${endpoints.sync_task_id}/events`, {
      headers: authorised(),
      body: JSON.stringify({ objects: ['a+b', '报告/a+b %2F ☃.txt'] }),
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ accepted: 2, failed: 0 });
  });

  it('answers 401 without credentials, on every route', async () => {
    const { endpoints } = stack;
    for (const [method, path] of [
      ['POST', '/sync-tasks'],
      ['GET', `/sync-tasks/${endpoints.sync_task_id}`],
      ['POST', `/sync-tasks/${endpoints.sync_task_id}/events`],
    ] as const) {
      const answer = await request(method, `${endpoints.gateway}${path}`, { body: '{}' });
      expect(answer.status, `${method} ${path}`).toBe(401);
    }
  });

  it('answers 404 for an unknown task', async () => {
    const { endpoints } = stack;
    const shown = await request('GET', `${endpoints.gateway}/sync-tasks/no-such-task`, { headers: authorised() });
    expect(shown.status).toBe(404);
  });
});
