import { afterEach, describe, expect, it } from 'vitest';
import type { StatusReport } from '#shared/observability/status/report.ts';
import { localEnvironment } from '../../scripts/deploy/local-environment.ts';
import { request } from '../../scripts/local/request.ts';
import { routesOf } from '../../scripts/local/sync-task.ts';
import { startCommand } from '../helpers/command.ts';
import { useLocalCloud } from '../helpers/local-cloud.ts';

const OUTAGE = {
  seed: 1,
  rules: [{ fault: 'status', status: 503, operation: 'CreateSyncEvents', probability: 1 }],
} as const;

/** One state after the other, each left as the next one needs it. */
describe('status, backlog, redrive and reconcile on the local cloud', () => {
  /** Milliseconds between two attempts of FunctionGraph. */
  let delay = 1;
  const cloud = useLocalCloud({ retryDelay: () => delay }, { OMS_SYNC_MAX_ATTEMPTS: '1' });
  afterEach(() => cloud.stack.oms.setFaults(undefined));

  const cli = (command: string, ...flags: string[]) => {
    const { sync_task_id, obs, region } = cloud.endpoints;
    const own = localEnvironment(cloud.endpoints, routesOf(sync_task_id, obs, region));
    return startCommand(command, flags, { ...process.env, ...own }).ended;
  };
  const status = async (...flags: string[]) => {
    const { code, out, err } = await cli('status', '--stage', 'local', '--json', ...flags);
    return { code, err, report: JSON.parse(out) as StatusReport };
  };
  const onCloud = (command: string, ...flags: string[]) => cli(command, ...flags, '--endpoints', cloud.endpointsFile);
  const task = async (operation: 'start' | 'stop'): Promise<void> => {
    const { gateway, app_code, sync_task_id } = cloud.endpoints;
    const headers = { 'x-apig-appcode': app_code, 'content-type': 'application/json' };
    await request('POST', `${gateway}/sync-tasks/${sync_task_id}/${operation}`, { headers, body: '{}' });
  };
  const invoke = (key: string, event: object) => cloud.stack.functiongraph.invoke(key, event);

  it('all are content where everything arrived and a pass has proved it', async () => {
    const arrived = cloud.arrival('a');
    await cloud.upload('a');
    await arrived;
    await invoke('redrive', {});
    await expect
      .poll(async () => {
        await invoke('reconcile', { grace_period: '0' });
        return (await status()).report.routes[0]?.last_pass?.converged;
      })
      .toBe(true);

    const { code, report } = await status();
    expect(report.routes[0]?.reasons).toEqual([]);
    expect([code, report.status]).toEqual([0, 'healthy']);
    const { gateway, app_code } = cloud.endpoints;
    const answer = await request('GET', `${gateway}/status`, { headers: { 'x-apig-appcode': app_code } });
    expect(JSON.parse(answer.body)).toMatchObject({ status: 'healthy', waiting: { platform: { count: 0 } } });
    expect((await onCloud('redrive', '--dry-run')).code).toBe(0);
    expect((await onCloud('reconcile')).code).toBe(0);
  }, 60_000);

  it('none calls it nothing that invocations wait in FunctionGraph', async () => {
    delay = 3_600_000;
    cloud.stack.oms.setFaults(OUTAGE);
    for (let index = 0; index < 60; index += 1) await cloud.upload(`waits/${index}`);
    await expect.poll(async () => (await status()).report.waiting.platform.count, { timeout: 30_000 }).toBe(60);

    const { code, report } = await status('--threshold', '1s');
    expect([code, report.status]).toEqual([1, 'behind']);
    expect(report.reasons.map((reason) => reason.code)).toEqual(['OmsSync.InvocationsWaiting']);
    const shown = await onCloud('redrive', '--dry-run');
    expect(shown.code).toBe(1);
    expect(shown.out).toContain('60 invocations wait in FunctionGraph');
    expect(shown.out).not.toContain('Nothing to redrive');
  }, 60_000);

  it('none calls it converged that a stopped task holds everything back', async () => {
    delay = 1;
    await task('stop');
    await cloud.upload('held');
    await expect
      .poll(async () => (await onCloud('backlog', 'list')).out, { timeout: 30_000 })
      .toContain('s3://source/held');

    const { code, report } = await status();
    expect([code, report.status]).toEqual([1, 'stuck']);
    const compared = await onCloud('reconcile');
    expect(compared.code).toBe(1);
    expect(compared.out).toContain('Not converged: what is in flight does not move');
    const document = await onCloud('reconcile', '--json');
    expect(document.code, document.err).toBe(1);
    expect(JSON.parse(document.out)).toMatchObject({ converged: false, holds: [{ code: 'OmsSync.SyncTaskStopped' }] });
    const shown = await onCloud('redrive', '--dry-run');
    expect(shown.code).toBe(1);
    expect(shown.out).toContain('"s3://source/held"  OmsSync.SyncTaskStopped');
  }, 60_000);

  it('backlog brings through what was held, or discards it with a record', async () => {
    await cloud.upload('unwanted');
    await expect.poll(async () => (await onCloud('backlog', 'list')).out, { timeout: 30_000 }).toContain('unwanted');
    await task('start');

    const arrived = cloud.arrival('held');
    expect((await onCloud('backlog', 'retry', '--glob', 'source/held')).code).toBe(0);
    await arrived;
    expect((await onCloud('backlog', 'discard')).code).toBe(2);
    const discarded = await onCloud('backlog', 'discard', '--prefix', 'source/unwanted', '--yes', '--json');
    expect(discarded.code, discarded.err).toBe(0);
    const [{ record }] = (JSON.parse(discarded.out) as { discarded: [{ record: string }] }).discarded;
    expect(await cloud.contentOf('oms-sync-state', record)).toContain('"key":"unwanted"');
    expect((await onCloud('backlog', 'list')).out).toContain('No document matches.');
  }, 60_000);
});
