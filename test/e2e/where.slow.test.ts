import { CopyObjectCommand, DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import type { ObjectReport } from '#shared/observability/station.ts';
import { localEnvironment } from '../../scripts/deploy/local-environment.ts';
import { request } from '../../scripts/local/request.ts';
import { routesOf } from '../../scripts/local/sync-task.ts';
import { startCommand } from '../helpers/command.ts';
import { useLocalCloud } from '../helpers/local-cloud.ts';

const OUTAGE = {
  seed: 1,
  rules: [{ fault: 'status', status: 503, operation: 'CreateSyncEvents', probability: 1 }],
} as const;

describe('where on the local cloud', () => {
  const cloud = useLocalCloud({ retryDelay: () => 1, resultLists: true }, { OMS_SYNC_MAX_ATTEMPTS: '1' });
  afterEach(() => cloud.stack.oms.setFaults(undefined));

  /** The command with the environment of the cloud; without a grace period nothing is in flight. */
  const where = async (key: string, more: Readonly<Record<string, string>> = {}, ...flags: string[]) => {
    const { endpoints } = cloud;
    const env = {
      ...process.env,
      ...localEnvironment(endpoints, routesOf(endpoints.sync_task_id, endpoints.obs, endpoints.region)),
      OMS_SYNC_RECONCILE_GRACE_PERIOD: '0s',
      ...more,
    };
    const object = `s3://${endpoints.source_bucket}/${key}`;
    const { code, out, err } = await startCommand('where', [object, '--stage', 'local', '--json', ...flags], env).ended;
    const report = JSON.parse(out || 'null') as ObjectReport;
    const stations = Object.fromEntries((report?.stations ?? []).map(({ name, state }) => [name, state]));
    return { code, err, report, stations };
  };
  const idle = () => cloud.stack.functiongraph.idle();
  const uploaded = async (key: string): Promise<void> => {
    const arrival = cloud.arrival(key);
    await cloud.upload(key);
    await arrival;
    await idle();
  };
  const task = async (operation: 'start' | 'stop'): Promise<void> => {
    const { gateway, app_code, sync_task_id } = cloud.endpoints;
    const headers = { 'x-apig-appcode': app_code, 'content-type': 'application/json' };
    await request('POST', `${gateway}/sync-tasks/${sync_task_id}/${operation}`, { headers, body: '{}' });
  };

  it('says of an object that arrived which request OMS accepted it with', async () => {
    const key = '报告/a+b 100%.pdf';
    await uploaded(key);
    const { code, report, stations } = await where(key);

    expect([code, report.verdict]).toEqual([0, 'arrived']);
    expect(stations).toMatchObject({
      source: 'present',
      notification: 'received',
      queue: 'empty',
      destination: 'same',
    });
    expect(report.stations[1]?.detail).toMatch(/OMS request \w+/);
    const encoded = encodeURIComponent(key);
    expect((await where(encoded, {}, '--encoded')).report.verdict).toBe('arrived');
  });

  it('answers over HTTP as the command does, without what it cannot ask', async () => {
    await uploaded('http.txt');
    const { gateway, app_code, source_bucket } = cloud.endpoints;
    const answer = await request('GET', `${gateway}/objects?bucket=${source_bucket}&key=http.txt`, {
      headers: { 'x-apig-appcode': app_code },
    });

    expect(JSON.parse(answer.body)).toMatchObject({ verdict: 'arrived', key: 'http.txt' });
  });

  it('says that a copy is missing, or in flight within the grace period', async () => {
    const { destination_bucket: Bucket } = cloud.endpoints;
    await uploaded('gone.txt');
    await cloud.s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone.txt' }));

    // A store tells its time in whole seconds, so that without a grace period the present second still counts.
    await expect.poll(async () => (await where('gone.txt')).report.verdict, { timeout: 30_000 }).toBe('missing');
    expect((await where('gone.txt', { OMS_SYNC_RECONCILE_GRACE_PERIOD: '15m' })).report.verdict).toBe('in_flight');
    expect((await where('nothing.txt')).report.verdict).toBe('not_in_source');
  });

  it('finds the failed invocation of an outage, and the redrive that brings it back', async () => {
    cloud.stack.oms.setFaults(OUTAGE);
    await cloud.upload('outage.txt');
    await idle();
    const during = await where('outage.txt');

    expect(during).toMatchObject({ code: 1, stations: { dead_letter: 'failed_invocation', notification: 'failing' } });
    expect(during.report).toMatchObject({ verdict: 'dead_lettered', next: { by: 'redrive' } });
    cloud.stack.oms.setFaults(undefined);
    const arrival = cloud.arrival('outage.txt');
    await cloud.stack.functiongraph.fireTimer('redrive', 'redrive');
    await Promise.all([arrival, idle()]);
    expect((await where('outage.txt')).report.verdict).toBe('arrived');
  });

  it('says that a stopped task holds an object back, whatever holds it besides', async () => {
    await uploaded('stopped.txt');
    await task('stop');
    try {
      await cloud.upload('while-stopped.txt');
      await idle();
      const { destination_bucket: Bucket } = cloud.endpoints;
      await cloud.s3.send(new DeleteObjectCommand({ Bucket, Key: 'stopped.txt' }));

      expect((await where('stopped.txt')).report).toMatchObject({
        verdict: 'waiting',
        cause: { code: 'OmsSync.SyncTaskStopped' },
        next: { by: 'you' },
      });
      expect((await where('while-stopped.txt')).report).toMatchObject({
        verdict: 'dead_lettered',
        cause: { code: 'OmsSync.SyncTaskStopped' },
      });
    } finally {
      await task('start');
    }
  });

  it('reads what OMS could not copy from its lists', async () => {
    cloud.stack.oms.setFaults({ seed: 1, rules: [{ fault: 'fail', key_prefix: 'failing/', probability: 1 }] });
    await uploaded('failing/a.txt');
    await expect
      .poll(async () => (await where('failing/a.txt')).report.verdict, { timeout: 30_000 })
      .toBe('failed_at_oms');
  });

  it('says of an object that no route takes that it is not replicated', async () => {
    const { endpoints } = cloud;
    const { source_bucket: bucket, obs, region, sync_task_id } = endpoints;
    const routes = [{ name: 'x', source: { bucket, prefix: 'x/', region, endpoint: obs }, sync_task_id }];
    await cloud.upload('y/a.txt');

    const left = await where('y/a.txt', { OMS_SYNC_ROUTES: JSON.stringify(routes) });
    const none = await where('y/a.txt', { OMS_SYNC_ROUTES: '[]' });

    expect([left.report, none.report]).toMatchObject([
      { verdict: 'not_routed', cause: { code: 'OmsSync.NotRouted' } },
      { verdict: 'not_routed', cause: { code: 'OmsSync.NoRoute' } },
    ]);
  });

  it('knows nothing where the destination does not answer', async () => {
    await uploaded('unreachable.txt');
    const { source_bucket, destination_bucket, obs, region, sync_task_id } = cloud.endpoints;
    const source = { bucket: source_bucket, region, endpoint: obs };
    const destination = { bucket: destination_bucket, region, endpoint: 'http://127.0.0.1:9' };
    const { code, report } = await where('unreachable.txt', {
      OMS_SYNC_ROUTES: JSON.stringify([{ source, destination, sync_task_id }]),
    });

    expect([code, report.verdict, report.cause?.code]).toEqual([2, 'unknown', 'OmsSync.ObjectStoreUnavailable']);
  });

  it('knows an object by its name although another begins with it', async () => {
    const { source_bucket: Bucket } = cloud.endpoints;
    await uploaded('twin.txt');
    await cloud.s3.send(new CopyObjectCommand({ Bucket, Key: 'twin.txt.bak', CopySource: `${Bucket}/twin.txt` }));
    await cloud.s3.send(new DeleteObjectCommand({ Bucket, Key: 'twin.txt' }));

    expect((await where('twin.txt')).report.verdict).toBe('not_in_source');
  });
});
