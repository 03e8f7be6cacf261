import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Accounts } from '../../../scripts/local/accounts.ts';
import { type ObsServer, startObs } from '../../../scripts/local/obs/server.ts';
import { type OmsServer, startOms } from '../../../scripts/local/oms/server.ts';
import { ensureBucket, s3Client } from '../../../scripts/local/s3.ts';
import { call } from './client.ts';

const KEYS = { accessKey: 'AK', secretKey: 'SK' };
const MINUTE = 60_000;

/**
 * Archived sources, with a clock that only moves while OMS waits.
 * https://support.huaweicloud.com/intl/en-us/usermanual-oms/oms_01_0042.html: a restoration takes a minute at the
 * least, counts as failed after three, and is asked for only where the task says so.
 */
describe('an archived object of the source', () => {
  let folder: string;
  let obs: ObsServer;
  let oms: OmsServer;
  let client: S3Client;
  let clock: number;
  let outcomes: string[];

  const start = async (restoreTime: number): Promise<void> => {
    const accounts = new Accounts([KEYS]);
    obs = await startObs({
      dataDir: join(folder, 'obs'),
      port: 0,
      region: 'r',
      accounts,
      restoreTime,
      now: () => clock,
    });
    client = s3Client({ endpoint: obs.url, region: 'r', ...KEYS });
    for (const bucket of ['source', 'destination']) await ensureBucket(client, bucket);
    await client.send(
      new PutObjectCommand({ Bucket: 'source', Key: 'cold', Body: 'content', StorageClass: 'GLACIER' }),
    );
    oms = await startOms({
      dataDir: join(folder, 'oms'),
      port: 0,
      region: 'cn-north-4',
      projectId: 'p',
      accounts,
      now: () => clock,
      resolveEndpoint: () => obs.url,
      sleep: async (ms) => {
        clock += ms;
      },
      onCopied: ({ outcome, reason }) => outcomes.push(reason ?? outcome),
    });
  };

  const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const answer = await call('POST', `/v2/p/sync-tasks${path}`, { endpoint: oms.url, ...KEYS, body });
    expect(answer.status, answer.text).toBe(200);
    return answer.json ?? {};
  };

  const synchronise = async (enable_restore: boolean): Promise<void> => {
    const task = await post('', {
      src_cloud_type: 'HuaweiCloud',
      src_region: 'r',
      src_bucket: 'source',
      src_ak: 'AK',
      src_sk: 'SK',
      dst_ak: 'AK',
      dst_sk: 'SK',
      dst_region: 'r',
      dst_bucket: 'destination',
      enable_restore,
    });
    await post(`/${String(task['sync_task_id'])}/events`, { object_keys: ['cold'] });
    await oms.idle();
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-archive-'));
    clock = Date.now();
    outcomes = [];
  });
  afterEach(async () => {
    client?.destroy();
    await oms?.close();
    await obs?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('cannot be read until it is restored, but is described', async () => {
    await start(MINUTE);
    const read = client.send(new GetObjectCommand({ Bucket: 'source', Key: 'cold' }));
    await expect(read).rejects.toMatchObject({ name: 'InvalidObjectState', $metadata: { httpStatusCode: 403 } });
    const copy = client.send(new CopyObjectCommand({ Bucket: 'source', Key: 'copy', CopySource: 'source/cold' }));
    await expect(copy).rejects.toMatchObject({ name: 'InvalidObjectState' });
    const head = await client.send(new HeadObjectCommand({ Bucket: 'source', Key: 'cold' }));
    expect(head).toMatchObject({ StorageClass: 'GLACIER', ContentLength: 7 });
    expect(head.Restore).toBeUndefined();
  });

  it('is restored, waited for and copied where the task says so', async () => {
    await start(MINUTE);
    const began = clock;
    await synchronise(true);
    expect(outcomes).toEqual(['success']);
    expect(clock - began).toBeGreaterThanOrEqual(MINUTE);
    const arrived = await client.send(new GetObjectCommand({ Bucket: 'destination', Key: 'cold' }));
    expect(await arrived.Body?.transformToString()).toBe('content');
    const head = await client.send(new HeadObjectCommand({ Bucket: 'source', Key: 'cold' }));
    expect(head.Restore).toMatch(/^ongoing-request="false", expiry-date=/);
  });

  it('fails when its restoration takes longer than three minutes', async () => {
    await start(4 * MINUTE);
    await synchronise(true);
    expect(outcomes).toEqual(['restore_timed_out']);
  });

  it('fails at once where the task does not restore', async () => {
    await start(MINUTE);
    const began = clock;
    await synchronise(false);
    expect(outcomes).toEqual(['source_archived']);
    expect(clock).toBe(began);
  });
});
