import { describe, expect, it } from 'vitest';
import { localEnvironment } from '../../scripts/deploy/local-environment.ts';
import { request } from '../../scripts/local/request.ts';
import { routesOf } from '../../scripts/local/sync-task.ts';
import { startCommand } from '../helpers/command.ts';
import { useLocalCloud } from '../helpers/local-cloud.ts';

const KEY = 'reports/报告 1+2%.pdf';

/** Each command once, one after the other, on one local cloud. The other files of this folder are slow, and try the rest. */
describe('on the local cloud', () => {
  const cloud = useLocalCloud({ retryDelay: () => 1 }, { OMS_SYNC_MAX_ATTEMPTS: '1' });
  const cli = (command: string, ...flags: string[]) => {
    const { sync_task_id, obs, region } = cloud.endpoints;
    const own = localEnvironment(cloud.endpoints, routesOf(sync_task_id, obs, region));
    return startCommand(command, flags, { ...process.env, ...own }).ended;
  };

  it('an uploaded object arrives', async () => {
    const arrived = cloud.arrival(KEY);
    await cloud.upload(KEY);
    await arrived;
  });

  it('deploy finds nothing to do', async () => {
    const { code, out, err } = await cli('deploy', '--stage', 'local');
    expect(code, err).toBe(0);
    expect(out).toMatch(/^oms-sync, stage local, cn-north-4: 13 functions: 13 unchanged/);
  });

  it('invoke prints what a function answers', async () => {
    const { code, out, err } = await cli('invoke', '--stage', 'local', '-f', 'redrive', '-d', '{"dry_run":true}');
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ dry_run: true, remains: false });
  });

  it('reconcile submits what is missing', async () => {
    cloud.stack.obs.setTriggers([]);
    await cloud.upload('missing');
    const arrived = cloud.arrival('missing');
    const flags = ['--endpoints', cloud.endpointsFile, '--task', cloud.endpoints.sync_task_id, '--grace', '0'];
    const { code, out, err } = await startCommand('reconcile', flags).ended;
    expect(code, err).toBe(1);
    expect(out).toContain('OMS accepted 1 of 1 object to submit.');
    await arrived;
  });

  it('redrive brings back what an outage has left', async () => {
    const outage = { fault: 'status', status: 503, operation: 'CreateSyncEvents', probability: 1 } as const;
    cloud.stack.oms.setFaults({ seed: 1, rules: [outage] });
    const Records = [
      { eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'source' }, object: { key: 'missing' } } },
    ];
    await cloud.stack.functiongraph.invoke('on-object-created', { Records }, { async: true });
    await cloud.stack.functiongraph.idle();
    cloud.stack.oms.setFaults(undefined);

    const arrived = cloud.arrival('missing');
    const { code, out, err } = await startCommand('redrive', ['--endpoints', cloud.endpointsFile]).ended;
    expect(code, err).toBe(0);
    expect(out).toContain('Nothing remains; 1 key accepted.');
    await arrived;
  });

  it('status says that no pass has proved anything yet', async () => {
    const { code, out, err } = await cli('status', '--stage', 'local', '--json');
    expect(code, err).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      status: 'unknown',
      waiting: { platform: { count: 0 }, failed_invocations: { count: 0 }, dead_letters: { count: 0 } },
      routes: [{ task: { state: 'running' }, reasons: [{ code: 'OmsSync.NoPass' }] }],
    });
  });

  it('backlog finds nothing to list', async () => {
    const { code, out, err } = await startCommand('backlog', ['list', '--endpoints', cloud.endpointsFile]).ended;
    expect(code, err).toBe(0);
    expect(out).toContain('No document matches.');
  });

  it('the gateway shows the task to those who sign', async () => {
    const { gateway, sync_task_id, app_code } = cloud.endpoints;
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
