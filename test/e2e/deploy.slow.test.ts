import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { localEnvironment } from '../../scripts/deploy/local-environment.ts';
import type { DeployPlan, RollbackPlan, ServiceDescription } from '../../scripts/deploy/types.ts';
import { routesOf } from '../../scripts/local/sync-task.ts';
import { ROOT } from '../../scripts/serverless/config.ts';
import { useLocalCloud } from '../helpers/local-cloud.ts';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Commands in the order of a working day; each is a process of its own, as a shell starts it. */
describe('oms-sync', () => {
  const cloud = useLocalCloud();
  let environment: NodeJS.ProcessEnv;
  const everything: string[] = [];

  beforeAll(() => {
    const { endpoints } = cloud;
    environment = {
      ...process.env,
      ...localEnvironment(endpoints, routesOf(endpoints.sync_task_id, endpoints.obs, endpoints.region)),
    };
  });

  const deploy = (flags: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    new Promise((resolve) => {
      const program = [join(ROOT, 'scripts', 'cli', 'oms-sync.cjs'), ...flags, '--stage', 'local'];
      const child = spawn(process.execPath, program, { cwd: cloud.folder, env: { ...environment, ...env } });
      const text = { out: '', err: '' };
      child.stdout.on('data', (chunk: Buffer) => {
        text.out += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        text.err += chunk.toString();
      });
      child.on('close', (code) => {
        everything.push(text.out, text.err);
        resolve({ code, ...text });
      });
    });
  const json = async <T>(flags: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<T> => {
    const { code, out, err } = await deploy([...flags, '--json'], env);
    expect(code, err).toBe(0);
    return JSON.parse(out) as T;
  };

  it('finds nothing to do where npm start has just deployed, and says so in a plan and in a deployment', async () => {
    const [plan, again] = await Promise.all([deploy(['deploy', '--dry-run']), deploy(['deploy'])]);

    expect(plan).toMatchObject({ code: 0, err: '' });
    expect(plan.out).toMatch(/^oms-sync, stage local, cn-north-4\n/);
    expect(plan.out).toContain('13 functions: 13 unchanged. Nothing was changed (--dry-run).');
    // A command that writes says first where.
    const { functiongraph, project_id } = cloud.endpoints;
    const place = `Stage local: local cloud at ${functiongraph}, project ${project_id}, cn-north-4\n`;
    expect(again).toMatchObject({ code: 0, err: place });
    expect(again.out).toMatch(/13 unchanged, [\d.]+ m?s\n$/);
  }, 60_000);

  it('deploys the one function that differs, rolls it back, and finds that out again', async () => {
    const slower = { OMS_SYNC_CALLS_PER_SECOND: '50' };
    const { plan } = await json<{ plan: DeployPlan }>(['deploy', '-f', 'redrive'], slower);
    expect(plan.functions).toEqual([
      expect.objectContaining({
        key: 'redrive',
        action: 'update',
        code: false,
        changes: [expect.stringMatching(/CALLS/)],
      }),
    ]);
    const versions = async () => {
      const { functions } = await json<ServiceDescription>(['info', '--function', 'redrive']);
      return functions[0];
    };
    const after = await versions();

    const { plan: back } = await json<{ plan: RollbackPlan }>(['rollback', '--function', 'redrive', '--dry-run']);
    expect(back.functions).toMatchObject([
      { key: 'redrive', changes: [{ field: expect.stringMatching(/^environment\..*CALLS/), change: 'removed' }] },
    ]);
    const refused = await deploy(['rollback', '--function', 'redrive']);
    expect(refused).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/CALLS\S* \(goes\)[\s\S]*--yes\.\n$/),
    });
    expect(await versions()).toEqual(after);

    const { code, out } = await deploy(['rollback', '--function', 'redrive', '--yes']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^redrive: version \S+ serves, before it \S+\n$/)]);

    const before = await versions();
    expect(before?.version).not.toBe(after?.version);
    expect(after?.versions.map(({ name }) => name)).toContain(before?.version);
    const { plan: next } = await json<{ plan: DeployPlan }>(['deploy', '-f', 'redrive', '--dry-run'], slower);
    expect(next.functions[0]?.action).toBe('update');
  }, 60_000);

  it('calls a deployed function, shows its log, and says by the exit code what became of it', async () => {
    const [right, wrong, unknown] = await Promise.all([
      deploy(['invoke', '-f', 'redrive', '-d', '{"dry_run":true}', '--log']),
      deploy(['invoke', '-f', 'redrive', '--qualifier', 'v0']),
      deploy(['invoke', '-f', 'nothing']),
    ]);

    expect(right.code, right.err).toBe(0);
    expect(JSON.parse(right.out)).toMatchObject({ dry_run: true, remains: false });
    expect(right.err).toContain('"message":"redrive"');
    expect(wrong.code).toBe(2);
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toContain('serverless.yml has no function nothing; it has create-sync-task, ');
    const [logs, local] = await Promise.all([
      deploy(['logs', '-f', 'redrive', '--since', '1h']),
      deploy(['invoke', 'local', '-f', 'redrive', '-d', '{"dry_run":true}']),
    ]);
    expect(logs.out, logs.err).toMatch(/^\d\d-\d\d [\d:.]+ {2}redrive {2}info {3}redrive {2}caller=direct/m);
    expect(JSON.parse(local.out || local.err)).toMatchObject({ dry_run: true, remains: false });
  }, 60_000);

  it('asks before it removes, removes everything, and brings it back', async () => {
    const [asked, planned] = await Promise.all([deploy(['remove']), deploy(['remove', '--dry-run'])]);
    expect([asked.code, asked.err.split('\n').at(-2)]).toEqual([
      2,
      'Delete 13 functions of stage local? Confirm it with --yes.',
    ]);
    expect(planned.out).toMatch(/^would delete 13 functions and their triggers: create-sync-event, create-sync-task, /);

    expect((await deploy(['remove', '--yes'])).out).toMatch(/^13 functions deleted, /);
    expect((await deploy(['info'])).out).toBe('oms-sync, stage local, cn-north-4: nothing is deployed\n');
    expect((await deploy(['deploy'])).out).toMatch(/13 deployed, [\d.]+ m?s\n$/);
  }, 60_000);

  it('has printed no key, no secret and no value of a variable in all of this', () => {
    const { access_key, secret_key, sync_task_id, app_code } = cloud.endpoints;
    const said = everything.join('\n');

    for (const secret of [secret_key, access_key, app_code, sync_task_id]) expect(said).not.toContain(secret);
    expect(said).not.toMatch(/osls|serverless framework|github\.com/i);
  });
});
