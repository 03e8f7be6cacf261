import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { request } from '../../scripts/local/request.ts';
import { s3Client } from '../../scripts/local/s3.ts';
import { type Stack, startStack } from '../../scripts/local/stack.ts';
import { startCommand } from '../helpers/command.ts';
import { redeployWith } from '../helpers/redeploy.ts';
import { record } from '../helpers/redrive-documents.ts';
import { THOROUGH } from '../helpers/thorough.ts';

const OUTAGE = {
  seed: 1,
  rules: [{ fault: 'status', status: 503, operation: 'CreateSyncEvents', probability: 1 }],
} as const;

describe('redrive on the local cloud', () => {
  let folder: string;
  let endpointsFile: string;
  let stack: Stack;
  let s3: S3Client;
  const copied = new Map<string, () => void>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-redrive-'));
    endpointsFile = join(folder, 'endpoints.json');
    // One attempt per call, and no waits: outages are simulated here.
    process.env['OMS_SYNC_MAX_ATTEMPTS'] = '1';
    stack = await startStack({
      dataDir: join(folder, 'data'),
      portBase: 0,
      retryDelay: () => 1,
      onCopied: ({ key }) => copied.get(key)?.(),
    });
    const { endpoints } = stack;
    await writeFile(endpointsFile, JSON.stringify(endpoints));
    s3 = s3Client({
      endpoint: endpoints.obs,
      region: endpoints.region,
      accessKey: endpoints.access_key,
      secretKey: endpoints.secret_key,
    });
  });
  afterAll(async () => {
    delete process.env['OMS_SYNC_MAX_ATTEMPTS'];
    s3?.destroy();
    await stack?.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => stack.oms.setFaults(undefined));

  const upload = async (key: string): Promise<void> => {
    await s3.send(new PutObjectCommand({ Bucket: stack.endpoints.source_bucket, Key: key, Body: `content of ${key}` }));
  };
  const arrival = (key: string) => new Promise<void>((resolve) => copied.set(key, resolve));
  const contentOf = async (bucket: string, key: string): Promise<string> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  };
  /** Documents that wait to be redriven. */
  const documents = async (): Promise<string[]> => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: stack.endpoints.state_bucket }));
    return Contents.map(({ Key = '' }) => Key).filter((key) => !/^(redrive|reconcile)\//.test(key));
  };
  const lastReport = async () =>
    JSON.parse(await contentOf(stack.endpoints.state_bucket, 'redrive/last.json')) as Record<string, unknown>;
  const post = (body: unknown) =>
    request('POST', `${stack.endpoints.gateway}/redrive`, {
      headers: { 'x-apig-appcode': stack.endpoints.app_code },
      body: JSON.stringify(body),
    });
  /** Uploads that OMS takes none of until FunctionGraph gives the notifications up. */
  const uploadInOutage = async (...keys: string[]): Promise<void> => {
    stack.oms.setFaults(OUTAGE);
    for (const key of keys) await upload(key);
    await stack.functiongraph.idle();
    stack.oms.setFaults(undefined);
  };
  const start = (...flags: string[]) => startCommand('redrive', ['--endpoints', endpointsFile, ...flags]);
  const cli = (...flags: string[]) => start(...flags).ended;

  it('brings back what an outage has left in the failure destination, by timer', async () => {
    const keys = ['outage/a b.txt', 'outage/报告+1%.pdf'];
    await uploadInOutage(...keys);
    expect((await documents()).map((name) => name.split('/')[0])).toEqual(['failed-invocations', 'failed-invocations']);

    const arrivals = keys.map(arrival);
    await stack.functiongraph.fireTimer('redrive', 'redrive');
    await stack.functiongraph.idle();
    await Promise.all(arrivals);

    for (const key of keys) expect(await contentOf(stack.endpoints.destination_bucket, key)).toBe(`content of ${key}`);
    expect(await documents()).toEqual([]);
    expect(await lastReport()).toMatchObject({ caller: 'timer', remains: false, keys: { submitted: 2, accepted: 2 } });
  });

  it('leaves everything as it is while the outage lasts', async () => {
    await uploadInOutage('still/a.txt');
    const before = await documents();
    stack.oms.setFaults(OUTAGE);

    await stack.functiongraph.fireTimer('redrive', 'redrive');
    await stack.functiongraph.idle();

    expect(await documents()).toEqual(before);
    expect(await lastReport()).toMatchObject({ remains: true, stopped: 'oms_unavailable', documents: { left: 1 } });
    stack.oms.setFaults(undefined);
    const arrived = arrival('still/a.txt');
    expect((await cli()).code).toBe(0);
    await arrived;
    expect(await documents()).toEqual([]);
  });

  it('brings a dead letter back over HTTP once its cause is gone; a dry run before changes nothing', async () => {
    await upload('100%');
    await stack.functiongraph.idle();
    const odd = { ...record('x'), s3: { bucket: { name: stack.endpoints.source_bucket }, object: { key: '100%' } } };
    await stack.functiongraph.invoke('on-object-created', { Records: [odd] });
    const before = await documents();
    expect(before).toEqual([expect.stringMatching(/^dead-letters\/2026-10-01\/11-00-00-[0-9a-f]{32}\.json$/)]);
    const text = await contentOf(stack.endpoints.state_bucket, before[0] ?? '');

    expect((await post({ dry_run: true })).status).toBe(202);
    await stack.functiongraph.idle();
    expect(await documents()).toEqual(before);
    expect(await contentOf(stack.endpoints.state_bucket, before[0] ?? '')).toBe(text);
    expect(await lastReport()).toMatchObject({
      caller: 'http',
      dry_run: true,
      remains: true,
      codes: [{ code: 'OmsSync.InvalidObjectKey', documents: 1 }],
    });

    const restore = await redeployWith(stack, 'redrive', { OBS_KEY_ENCODING: 'raw' });
    const accepted = await post({ codes: ['OmsSync.InvalidObjectKey'] });
    await stack.functiongraph.idle();
    await restore();

    const { request_id: id } = JSON.parse(accepted.body) as { request_id: string };
    expect(await lastReport()).toMatchObject({ id, remains: false, documents: { redriven: 1 }, keys: { accepted: 1 } });
    expect(await documents()).toEqual([]);
  });

  it('answers 400 to a wrong request and starts nothing', async () => {
    await uploadInOutage('wrong/a.txt');
    const before = await documents();
    const { accepted } = stack.functiongraph.stats().async;

    const answer = await post({ limit: 0, dryrun: true });

    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      400,
      { error_code: 'OmsSync.InvalidInput', details: [{ path: 'limit' }, { path: 'dryrun' }] },
    ]);
    expect(stack.functiongraph.stats().async.accepted).toBe(accepted);
    expect(await documents()).toEqual(before);
    await cli();
    expect(await documents()).toEqual([]);
  });

  it('refuses POST /redrive without credentials', async () => {
    expect((await request('POST', `${stack.endpoints.gateway}/redrive`, { body: '{}' })).status).toBe(401);
  });

  it('is a command that shows, submits, keeps what is refused and says what remains', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `cli/${index}.txt`);
    await uploadInOutage(...keys);
    const refused = { fault: 'status', status: 400, operation: 'CreateSyncEvents', key: 'cli/7.txt', probability: 1 };
    stack.oms.setFaults({ seed: 1, rules: [refused as never] });

    const shown = await cli('--dry-run');
    expect(shown.code).toBe(1);
    expect(shown.out).toMatch(/OmsSync\.FailedInvocation +12 +12 +\d{4}-/);
    expect(shown.out).toContain('Would redrive 12 documents. Nothing was changed.');

    const arrivals = keys.filter((key) => key !== 'cli/7.txt').map(arrival);
    const run = await cli('--json');
    expect(run.code).toBe(1);
    expect(JSON.parse(run.out)).toMatchObject({
      documents: { taken: 12, redriven: 11, rewritten: 1 },
      keys: { submitted: 12, accepted: 11, refused: 1 },
      causes: [{ code: 'OmsSync.KeyRefused', count: 1 }],
    });
    await Promise.all(arrivals);
    const [left = ''] = await documents();
    expect(left).toMatch(/^dead-letters\//);

    const filtered = await cli('--code', 'OmsSync.NoRoute', '--code=OmsSync.Other');
    expect(filtered.code).toBe(0);
    expect(filtered.err).toContain('no document has the code OmsSync.Other');
    expect(await documents()).toEqual([left]);

    stack.oms.setFaults(undefined);
    const last = arrival('cli/7.txt');
    const done = await cli('--code', 'OmsSync.KeyRefused', '--prefix', `${stack.endpoints.source_bucket}/cli/`);
    expect(done.code, done.err).toBe(0);
    expect(done.out).toContain('Nothing remains; 1 key accepted.');
    await last;
    await s3.send(new HeadObjectCommand({ Bucket: stack.endpoints.destination_bucket, Key: 'cli/7.txt' }));
    expect(await documents()).toEqual([]);
    for (const { out, err } of [shown, run, filtered, done])
      for (const secret of [stack.endpoints.secret_key, stack.endpoints.access_key])
        expect(out + err).not.toContain(secret);
  });

  it('may run several times at once', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `together/${index}.txt`);
    await uploadInOutage(...keys);
    const arrivals = keys.map(arrival);

    const [one, other] = await Promise.all([
      cli(),
      cli(),
      post({}),
      stack.functiongraph.fireTimer('redrive', 'redrive'),
    ]);
    await stack.functiongraph.idle();
    await Promise.all(arrivals);

    expect([one.code, other.code]).toEqual([0, 0]);
    expect(await documents()).toEqual([]);
  });

  it.each(THOROUGH ? (['SIGINT', 'SIGKILL'] as const) : (['SIGINT'] as const))(
    'loses nothing when the command is ended by %s',
    async (signal) => {
      const keys = Array.from({ length: 45 }, (_, index) => `${signal}/${index}.txt`);
      await uploadInOutage(...keys);
      const before = await documents();
      const arrivals = keys.map(arrival);
      const { child, ended } = start('--rate', '1');
      // The first call goes out at once, the second waits a second for its turn.
      await Promise.race(arrivals);
      child.kill(signal);
      const { code, out } = await ended;

      const left = await documents();
      if (signal === 'SIGINT') {
        expect(code).toBe(130);
        expect(out).toContain('Stopped before the end: it was interrupted.');
        expect(left.length).toBeLessThan(before.length);
      }
      expect(left.length).toBeGreaterThan(0);
      for (const name of left) expect(before).toContain(name);

      expect((await cli()).code).toBe(0);
      await Promise.all(arrivals);
      expect(await documents()).toEqual([]);
    },
  );

  it('tells in one line and with exit code 2 what is wrong', async () => {
    const file = join(folder, 'gone.json');
    await writeFile(file, JSON.stringify({ ...stack.endpoints, obs: 'http://127.0.0.1:1' }));

    const { code, out, err } = await cli('--endpoints', file);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trimEnd().split('\n').at(-1)).toMatch(
      /gone\.json is left over from a local cloud that no longer runs: nobody listens at /,
    );
  });
});
