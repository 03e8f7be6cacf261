import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Accounts } from '../../../scripts/local/accounts.ts';
import { HOSTILE_KEYS } from '../../../scripts/local/hostile-keys.ts';
import { type ObsServer, startObs } from '../../../scripts/local/obs/server.ts';
import type { OmsServer } from '../../../scripts/local/oms/options.ts';
import { startOms } from '../../../scripts/local/oms/server.ts';
import { itThorough, THOROUGH } from '../../helpers/thorough.ts';
import { call } from './client.ts';

const KEYS = { accessKey: 'AK', secretKey: 'SK' };
const REGION = 'cn-north-4';

/** Every byte except A-Za-z0-9-_.~ encoded: the same name whether `+` is decoded or not. */
const encode = (key: string): string =>
  [...Buffer.from(key)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9\-_.~]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

/**
 * The copier on a real object store, which verifies its signatures. Objects are put and read by the AWS SDK.
 * https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html
 */
describe.each(THOROUGH ? (['form', 'rfc3986'] as const) : (['form'] as const))(
  'copies in an object store, keys decoded %s',
  (keyDecoding) => {
    let dataDir: string;
    let obs: ObsServer;
    let oms: OmsServer;
    let s3: S3Client;
    let taskId: string;

    const create = (changes: Record<string, unknown> = {}) =>
      call('POST', '/v2/p/sync-tasks', {
        endpoint: oms.url,
        ...KEYS,
        body: {
          src_cloud_type: 'HuaweiCloud',
          src_region: REGION,
          src_bucket: 'source',
          src_ak: 'AK',
          src_sk: 'SK',
          dst_region: REGION,
          dst_bucket: 'destination',
          dst_ak: 'AK',
          dst_sk: 'SK',
          enable_metadata_migration: true,
          ...changes,
        },
      });
    const events = async (keys: readonly string[]) => {
      for (let at = 0; at < keys.length; at += 10) {
        const body = { object_keys: keys.slice(at, at + 10).map(encode) };
        const path = `/v2/p/sync-tasks/${taskId}/events`;
        expect((await call('POST', path, { endpoint: oms.url, ...KEYS, body })).status).toBe(200);
      }
      await oms.idle();
    };
    const put = (Key: string, Body: string | Buffer, more: Record<string, unknown> = {}) =>
      s3.send(new PutObjectCommand({ Bucket: 'source', Key, Body, ...more }));
    const get = (Key: string) => s3.send(new GetObjectCommand({ Bucket: 'destination', Key }));

    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'oms-obs-'));
      const accounts = new Accounts([KEYS]);
      obs = await startObs({ dataDir: join(dataDir, 'obs'), port: 0, region: REGION, accounts });
      oms = await startOms({
        dataDir: join(dataDir, 'oms'),
        port: 0,
        region: REGION,
        projectId: 'p',
        accounts,
        keyDecoding,
        resolveEndpoint: () => obs.url,
      });
      s3 = new S3Client({
        endpoint: obs.url,
        region: REGION,
        forcePathStyle: true,
        credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
      });
      for (const Bucket of ['source', 'destination']) await s3.send(new CreateBucketCommand({ Bucket }));
      taskId = String((await create()).json?.['sync_task_id']);
    });
    afterAll(async () => {
      s3.destroy();
      await oms.close();
      await obs.close();
      await rm(dataDir, { recursive: true, force: true });
    });

    it('arrive under exactly their names', async () => {
      for (const key of HOSTILE_KEYS) await put(key, `content of ${key}`);
      await events(HOSTILE_KEYS);
      for (const key of HOSTILE_KEYS)
        expect(await (await get(key)).Body?.transformToString()).toBe(`content of ${key}`);
    });

    it('keep type, headers and user metadata', async () => {
      await put('meta', 'x', {
        ContentType: 'text/plain; charset=utf-8',
        CacheControl: 'max-age=60',
        ContentEncoding: 'identity',
        ContentDisposition: 'attachment; filename="x"',
        ContentLanguage: 'zh-CN',
        Metadata: { owner: 'someone', 'a-b': '1  2' },
      });
      await events(['meta']);
      const { ContentType, CacheControl, ContentEncoding, ContentDisposition, ContentLanguage, Metadata } =
        await get('meta');
      expect({ ContentType, CacheControl, ContentEncoding, ContentDisposition, ContentLanguage, Metadata }).toEqual({
        ContentType: 'text/plain; charset=utf-8',
        CacheControl: 'max-age=60',
        ContentEncoding: 'identity',
        ContentDisposition: 'attachment; filename="x"',
        ContentLanguage: 'zh-CN',
        Metadata: { owner: 'someone', 'a-b': '1  2' },
      });
    });

    itThorough('are streamed where they are large', async () => {
      const body = Buffer.alloc(9 * 1024 * 1024, 'large ');
      await put('large', body);
      await events(['large']);
      const arrived = Buffer.from((await (await get('large')).Body?.transformToByteArray()) ?? []);
      const hash = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
      expect(hash(arrived)).toBe(hash(body));
    });

    itThorough('end with the last state of a key that changes all the time', async () => {
      const calls: Promise<unknown>[] = [];
      for (let version = 100; version < 140; version++) {
        await put('changing', `version ${version}`);
        calls.push(events(['changing']));
      }
      await Promise.all(calls);
      expect(await (await get('changing')).Body?.transformToString()).toBe('version 139');
      const { calls: _, pending, keys, copied, skipped, failed } = oms.stats();
      expect([pending, keys]).toEqual([0, copied + skipped + failed]);
    });

    it('are refused for wrong keys or buckets when the task is created', async () => {
      expect(await create({ src_sk: 'wrong' })).toMatchObject({ status: 400, json: { error_code: 'OMS.0153' } });
      expect(await create({ dst_ak: 'wrong' })).toMatchObject({ status: 400, json: { error_code: 'OMS.1020' } });
      expect(await create({ dst_bucket: 'missing' })).toMatchObject({ status: 400, json: { error_code: 'OMS.1020' } });
    });
  },
);
