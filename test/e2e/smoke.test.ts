import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { localEnvironment } from '../../scripts/deploy/local-environment.ts';
import { request } from '../../scripts/local/request.ts';
import { s3Client } from '../../scripts/local/s3.ts';
import { type Stack, startStack } from '../../scripts/local/stack.ts';
import { routesOf } from '../../scripts/local/sync-task.ts';
import { startCommand } from '../helpers/command.ts';

const KEY = 'reports/报告 1+2%.pdf';

/** Each command once, one after the other, on one local cloud. The other files of this folder are slow, and try the rest. */
describe('on the local cloud', () => {
  let folder: string;
  let endpoints: string;
  let environment: NodeJS.ProcessEnv;
  let stack: Stack;
  let s3: S3Client;
  const arrivals = new Map<string, () => void>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-smoke-'));
    endpoints = join(folder, 'endpoints.json');
    vi.stubEnv('OMS_SYNC_MAX_ATTEMPTS', '1');
    stack = await startStack({
      dataDir: join(folder, 'data'),
      portBase: 0,
      retryDelay: () => 1,
      onCopied: ({ key }) => arrivals.get(key)?.(),
    });
    const { sync_task_id, obs, region, access_key: accessKey, secret_key: secretKey } = stack.endpoints;
    s3 = s3Client({ endpoint: obs, region, accessKey, secretKey });
    await writeFile(endpoints, JSON.stringify(stack.endpoints));
    environment = { ...process.env, ...localEnvironment(stack.endpoints, routesOf(sync_task_id, obs, region)) };
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    s3?.destroy();
    await stack?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const upload = (key: string) =>
    s3.send(new PutObjectCommand({ Bucket: stack.endpoints.source_bucket, Key: key, Body: `content of ${key}` }));
  const arrival = (key: string) => new Promise<void>((resolve) => arrivals.set(key, resolve));
  const cli = (command: string, ...flags: string[]) => startCommand(command, flags, environment).ended;

  it('an uploaded object arrives', async () => {
    const arrived = arrival(KEY);
    await upload(KEY);
    await arrived;
  });

  it('deploy finds nothing to do', async () => {
    const { code, out, err } = await cli('deploy', '--stage', 'local');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^oms-sync, stage local, cn-north-4: 11 functions: 11 unchanged/);
  });

  it('invoke prints what a function answers', async () => {
    const { code, out, err } = await cli('invoke', '--stage', 'local', '-f', 'redrive', '-d', '{"dry_run":true}');
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ dry_run: true, remains: false });
  });

  it('reconcile submits what is missing', async () => {
    stack.obs.setTriggers([]);
    await upload('missing');
    const arrived = arrival('missing');
    const flags = ['--endpoints', endpoints, '--task', stack.endpoints.sync_task_id, '--grace', '0'];
    const { code, out, err } = await startCommand('reconcile', flags).ended;
    expect(code, err).toBe(1);
    expect(out).toContain('OMS accepted 1 of 1 object to submit.');
    await arrived;
  });

  it('redrive brings back what an outage has left', async () => {
    const outage = { fault: 'status', status: 503, operation: 'CreateSyncEvents', probability: 1 } as const;
    stack.oms.setFaults({ seed: 1, rules: [outage] });
    const Records = [
      { eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'source' }, object: { key: 'missing' } } },
    ];
    await stack.functiongraph.invoke('on-object-created', { Records }, { async: true });
    await stack.functiongraph.idle();
    stack.oms.setFaults(undefined);

    const arrived = arrival('missing');
    const { code, out, err } = await startCommand('redrive', ['--endpoints', endpoints]).ended;
    expect(code, err).toBe(0);
    expect(out).toContain('Nothing remains; 1 key accepted.');
    await arrived;
  });

  it('the gateway shows the task to those who sign', async () => {
    const { gateway, sync_task_id, app_code } = stack.endpoints;
    const task = `${gateway}/sync-tasks/${sync_task_id}`;
    expect((await request('GET', task)).status).toBe(401);
    const shown = await request('GET', task, { headers: { 'x-apig-appcode': app_code } });
    expect(JSON.parse(shown.body)).toMatchObject({
      sync_task_id,
      monthly_acceptance_request: 3,
      monthly_failure_object: 0,
    });
  });
});
