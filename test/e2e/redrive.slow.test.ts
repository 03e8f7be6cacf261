import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { request } from '../../scripts/local/request.ts';
import { startCommand } from '../helpers/command.ts';
import { useLocalCloud } from '../helpers/local-cloud.ts';
import { redeployWith } from '../helpers/redeploy.ts';
import { record } from '../helpers/redrive-documents.ts';
import { THOROUGH } from '../helpers/thorough.ts';

const OUTAGE = {
  seed: 1,
  rules: [{ fault: 'status', status: 503, operation: 'CreateSyncEvents', probability: 1 }],
} as const;

describe('redrive on the local cloud', () => {
  // One attempt per call, and no waits: outages are simulated here.
  const cloud = useLocalCloud({ retryDelay: () => 1 }, { OMS_SYNC_MAX_ATTEMPTS: '1' });
  afterEach(() => cloud.stack.oms.setFaults(undefined));

  /** Documents that wait to be redriven. */
  const documents = async (): Promise<string[]> => {
    const keys = await cloud.keysOf(cloud.endpoints.state_bucket);
    return keys.filter((key) => !/^(redrive|reconcile)\//.test(key));
  };
  const lastReport = async () =>
    JSON.parse((await cloud.contentOf(cloud.endpoints.state_bucket, 'redrive/last.json')) ?? '') as Record<
      string,
      unknown
    >;
  const post = (body: unknown) =>
    request('POST', `${cloud.endpoints.gateway}/redrive`, {
      headers: { 'x-apig-appcode': cloud.endpoints.app_code },
      body: JSON.stringify(body),
    });
  /** Uploads that OMS takes none of until FunctionGraph gives the notifications up. */
  const uploadInOutage = async (...keys: string[]): Promise<void> => {
    cloud.stack.oms.setFaults(OUTAGE);
    for (const key of keys) await cloud.upload(key);
    await cloud.stack.functiongraph.idle();
    cloud.stack.oms.setFaults(undefined);
  };
  const start = (...flags: string[]) => startCommand('redrive', ['--endpoints', cloud.endpointsFile, ...flags]);
  const cli = (...flags: string[]) => start(...flags).ended;

  it('brings back what an outage has left in the failure destination, by timer', async () => {
    const keys = ['outage/a b.txt', 'outage/报告+1%.pdf'];
    await uploadInOutage(...keys);
    expect((await documents()).map((name) => name.split('/')[0])).toEqual(['failed-invocations', 'failed-invocations']);

    const arrivals = keys.map((key) => cloud.arrival(key));
    await cloud.stack.functiongraph.fireTimer('redrive', 'redrive');
    await cloud.stack.functiongraph.idle();
    await Promise.all(arrivals);

    for (const key of keys)
      expect(await cloud.contentOf(cloud.endpoints.destination_bucket, key)).toBe(`content of ${key}`);
    expect(await documents()).toEqual([]);
    expect(await lastReport()).toMatchObject({ caller: 'timer', remains: false, keys: { submitted: 2, accepted: 2 } });
  });

  it('leaves everything as it is while the outage lasts', async () => {
    await uploadInOutage('still/a.txt');
    const before = await documents();
    cloud.stack.oms.setFaults(OUTAGE);

    await cloud.stack.functiongraph.fireTimer('redrive', 'redrive');
    await cloud.stack.functiongraph.idle();

    expect(await documents()).toEqual(before);
    expect(await lastReport()).toMatchObject({ remains: true, stopped: 'oms_unavailable', documents: { left: 1 } });
    cloud.stack.oms.setFaults(undefined);
    const arrived = cloud.arrival('still/a.txt');
    expect((await cli()).code).toBe(0);
    await arrived;
    expect(await documents()).toEqual([]);
  });

  it('brings a dead letter back over HTTP once its cause is gone; a dry run before changes nothing', async () => {
    await cloud.upload('100%');
    await cloud.stack.functiongraph.idle();
    const odd = { ...record('x'), s3: { bucket: { name: cloud.endpoints.source_bucket }, object: { key: '100%' } } };
    await cloud.stack.functiongraph.invoke('on-object-created', { Records: [odd] });
    const before = await documents();
    expect(before).toEqual([expect.stringMatching(/^dead-letters\/2026-10-01\/11-00-00-[0-9a-f]{32}\.json$/)]);
    const text = await cloud.contentOf(cloud.endpoints.state_bucket, before[0] ?? '');

    expect((await post({ dry_run: true })).status).toBe(202);
    await cloud.stack.functiongraph.idle();
    expect(await documents()).toEqual(before);
    expect(await cloud.contentOf(cloud.endpoints.state_bucket, before[0] ?? '')).toBe(text);
    expect(await lastReport()).toMatchObject({
      caller: 'http',
      dry_run: true,
      remains: true,
      codes: [{ code: 'OmsSync.InvalidObjectKey', documents: 1 }],
    });

    const restore = await redeployWith(cloud.stack, 'redrive', { OBS_KEY_ENCODING: 'raw' });
    const accepted = await post({ codes: ['OmsSync.InvalidObjectKey'] });
    await cloud.stack.functiongraph.idle();
    await restore();

    const { request_id: id } = JSON.parse(accepted.body) as { request_id: string };
    expect(await lastReport()).toMatchObject({ id, remains: false, documents: { redriven: 1 }, keys: { accepted: 1 } });
    expect(await documents()).toEqual([]);
  });

  it('answers 400 to a wrong request and starts nothing', async () => {
    await uploadInOutage('wrong/a.txt');
    const before = await documents();
    const { accepted } = cloud.stack.functiongraph.stats().async;

    const answer = await post({ limit: 0, dryrun: true });

    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      400,
      { error_code: 'OmsSync.InvalidInput', details: [{ path: 'limit' }, { path: 'dryrun' }] },
    ]);
    expect(cloud.stack.functiongraph.stats().async.accepted).toBe(accepted);
    expect(await documents()).toEqual(before);
    await cli();
    expect(await documents()).toEqual([]);
  });

  it('refuses POST /redrive without credentials', async () => {
    expect((await request('POST', `${cloud.endpoints.gateway}/redrive`, { body: '{}' })).status).toBe(401);
  });

  it('is a command that shows, submits, keeps what is refused and says what remains', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `cli/${index}.txt`);
    await uploadInOutage(...keys);
    const refused = { fault: 'status', status: 400, operation: 'CreateSyncEvents', key: 'cli/7.txt', probability: 1 };
    cloud.stack.oms.setFaults({ seed: 1, rules: [refused as never] });

    const shown = await cli('--dry-run');
    expect(shown.code).toBe(1);
    expect(shown.out).toMatch(/OmsSync\.FailedInvocation +12 +12 +\d{4}-/);
    expect(shown.out).toContain('Would redrive 12 documents. Nothing was changed.');

    const arrivals = keys.filter((key) => key !== 'cli/7.txt').map((key) => cloud.arrival(key));
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

    cloud.stack.oms.setFaults(undefined);
    const last = cloud.arrival('cli/7.txt');
    const done = await cli('--code', 'OmsSync.KeyRefused', '--prefix', `${cloud.endpoints.source_bucket}/cli/`);
    expect(done.code, done.err).toBe(0);
    expect(done.out).toContain('Nothing remains; 1 key accepted.');
    await last;
    await cloud.s3.send(new HeadObjectCommand({ Bucket: cloud.endpoints.destination_bucket, Key: 'cli/7.txt' }));
    expect(await documents()).toEqual([]);
    for (const { out, err } of [shown, run, filtered, done])
      for (const secret of [cloud.endpoints.secret_key, cloud.endpoints.access_key])
        expect(out + err).not.toContain(secret);
  });

  it('may run several times at once', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `together/${index}.txt`);
    await uploadInOutage(...keys);
    const arrivals = keys.map((key) => cloud.arrival(key));

    const [one, other] = await Promise.all([
      cli(),
      cli(),
      post({}),
      cloud.stack.functiongraph.fireTimer('redrive', 'redrive'),
    ]);
    await cloud.stack.functiongraph.idle();
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
      const arrivals = keys.map((key) => cloud.arrival(key));
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
    const file = join(cloud.folder, 'gone.json');
    await writeFile(file, JSON.stringify({ ...cloud.endpoints, obs: 'http://127.0.0.1:1' }));

    const { code, out, err } = await cli('--endpoints', file);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trimEnd().split('\n').at(-1)).toMatch(
      /gone\.json is left over from a local cloud that no longer runs: nobody listens at /,
    );
  });
});
