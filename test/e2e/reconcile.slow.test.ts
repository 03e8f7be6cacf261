import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CONTROL_PATH } from '../../scripts/local/faults/control.ts';
import { request } from '../../scripts/local/request.ts';
import { s3Client } from '../../scripts/local/s3.ts';
import { type Stack, startStack } from '../../scripts/local/stack.ts';

const LOST = { seed: 1, rules: [{ fault: 'drop', probability: 1 }] } as const;
const OUTAGE = {
  seed: 1,
  rules: [{ fault: 'status', status: 503, operation: 'CreateSyncEvents', probability: 1 }],
} as const;

describe('reconcile on the local cloud', () => {
  let folder: string;
  let stack: Stack;
  let s3: S3Client;
  const copied = new Map<string, () => void>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-reconcile-'));
    // One attempt per call, and no waits: outages are simulated here.
    process.env['OMS_SYNC_MAX_ATTEMPTS'] = '1';
    process.env['OMS_SYNC_RECONCILE_GRACE_PERIOD'] = '0';
    stack = await startStack({
      dataDir: join(folder, 'data'),
      portBase: 0,
      retryDelay: () => 1,
      onCopied: ({ key }) => copied.get(key)?.(),
    });
    const { endpoints } = stack;
    s3 = s3Client({
      endpoint: endpoints.obs,
      region: endpoints.region,
      accessKey: endpoints.access_key,
      secretKey: endpoints.secret_key,
    });
  });
  afterAll(async () => {
    delete process.env['OMS_SYNC_MAX_ATTEMPTS'];
    delete process.env['OMS_SYNC_RECONCILE_GRACE_PERIOD'];
    s3?.destroy();
    await stack?.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await setStoreFaults(undefined);
    stack.oms.setFaults(undefined);
  });

  const setStoreFaults = async (plan: object | undefined): Promise<void> => {
    const { status } = await request(plan ? 'PUT' : 'DELETE', `${stack.endpoints.obs}${CONTROL_PATH}`, {
      body: plan ? JSON.stringify(plan) : '',
    });
    expect(status).toBe(200);
  };

  const bucketOf = (side: 'source' | 'destination') => stack.endpoints[`${side}_bucket`];
  const upload = async (key: string, bucket = bucketOf('source')): Promise<void> => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: `content of ${key}` }));
  };
  const arrival = (key: string) => new Promise<void>((resolve) => copied.set(key, resolve));
  const contentOf = async (bucket: string, key: string): Promise<string | undefined> => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return await Body?.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };
  const keysOf = async (bucket: string, prefix = ''): Promise<string[]> => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return Contents.map(({ Key = '' }) => Key);
  };
  const report = async (name = 'latest.json') =>
    JSON.parse((await contentOf(stack.endpoints.state_bucket, `reconcile/local/${name}`)) ?? '{}');
  const post = async (body: unknown) => {
    const { status } = await request('POST', `${stack.endpoints.gateway}/reconcile`, {
      headers: { 'x-apig-appcode': stack.endpoints.app_code },
      body: JSON.stringify(body),
    });
    await stack.functiongraph.idle();
    return status;
  };
  const KEYS = ['lost/a b.txt', 'lost/报告+1%.pdf', 'lost/../up', 'lost/\u{1f600}', 'lost/～', 'lost//double/'];
  const uploadUnnoticed = async (...keys: string[]): Promise<void> => {
    await setStoreFaults(LOST);
    for (const key of keys) await upload(key);
    await stack.functiongraph.idle();
    await setStoreFaults(undefined);
  };

  it.each([
    [{ grase_period: '0' }, 400],
    [{ grace_period: 'soon' }, 400],
    [{ route: 'locale' }, 404],
  ])('answers a wrong request, %j, with %i and starts nothing', async (body, status) => {
    const { accepted } = stack.functiongraph.stats().async;

    expect(await post(body)).toBe(status);
    expect(stack.functiongraph.stats().async.accepted).toBe(accepted);
    expect(await keysOf(stack.endpoints.state_bucket, 'reconcile/')).toEqual([]);
  });

  it('finds what no notification told of, submits it, and proves with the next pass that it arrived', async () => {
    const known = arrival('known.txt');
    await upload('known.txt');
    await known;
    await upload('only-there.txt', bucketOf('destination'));
    await uploadUnnoticed(...KEYS);
    expect(await keysOf(bucketOf('destination'), 'lost/')).toEqual([]);

    const arrivals = KEYS.map(arrival);
    expect(await post({})).toBe(202);

    const first = await report();
    expect(first).toMatchObject({
      route: 'local',
      sync_task_id: stack.endpoints.sync_task_id,
      complete: true,
      converged: false,
      submitted: KEYS.length,
      accepted: KEYS.length,
      failed: 0,
      calls: { events: 1 },
      source: { objects: KEYS.length + 1 },
      verdicts: { missing: { objects: KEYS.length }, same: { objects: 1 }, extra: { keys: ['only-there.txt'] } },
    });
    expect(first.oms.before.requested).toBeLessThan(first.oms.after.requested + 1);
    await Promise.all(arrivals);
    for (const key of KEYS) expect(await contentOf(bucketOf('destination'), key)).toBe(`content of ${key}`);

    await stack.functiongraph.fireTimer('reconcile', 'reconcile');
    await stack.functiongraph.idle();

    expect(await report()).toMatchObject({
      pass: 2,
      converged: true,
      direction: 'converged',
      submitted: 0,
      verdicts: { same: { objects: KEYS.length + 1 }, extra: { objects: 1 } },
      trend: [
        { pass: 1, differences: KEYS.length },
        { pass: 2, differences: 0 },
      ],
    });
    expect(await keysOf(stack.endpoints.state_bucket, 'reconcile/local/')).toEqual([
      'reconcile/local/checkpoint.json',
      'reconcile/local/complete.json',
      'reconcile/local/latest.json',
      expect.stringMatching(/^reconcile\/local\/reports\/2.*Z\.json$/),
      expect.stringMatching(/^reconcile\/local\/reports\/2.*Z\.json$/),
    ]);
  });

  it('leaves an outage to the next run, which goes on with the same pass', async () => {
    await uploadUnnoticed('outage/x.txt');
    const { pass } = await report();
    stack.oms.setFaults(OUTAGE);

    expect(await post({})).toBe(202);
    expect(await report()).toMatchObject({ pass: pass + 1, complete: false, converged: false });
    expect((await report('complete.json')).pass).toBe(pass);

    stack.oms.setFaults(undefined);
    const arrived = arrival('outage/x.txt');
    await stack.functiongraph.fireTimer('reconcile', 'reconcile');
    await stack.functiongraph.idle();
    await arrived;
    expect(await report()).toMatchObject({ pass: pass + 1, runs: 2, accepted: 1, loss: { lost: 1, unexplained: 1 } });
  });

  it('only looks in a dry run', async () => {
    await uploadUnnoticed('dry/x.txt');
    const before = await report();

    expect(await post({ dry_run: true, route: 'local' })).toBe(202);

    expect(await report()).toEqual(before);
    expect(await report('plan.json')).toMatchObject({
      submitted: 1,
      accepted: 0,
      verdicts: { missing: { keys: ['dry/x.txt'] } },
      plan: { submit: { objects: 1 }, event_calls: 1, list_calls: { source: 1, destination: 1 } },
    });
    expect(await keysOf(bucketOf('destination'), 'dry/')).toEqual([]);
    await s3.send(new DeleteObjectCommand({ Bucket: bucketOf('source'), Key: 'dry/x.txt' }));
  });
});
