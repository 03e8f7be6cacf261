import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { StubS3 } from '../../unit/local/oms/stub-s3.ts';
import { type Answer, call } from './client.ts';
import { ACCESS_KEY, PROJECT_ID, SECRET_KEY, taskBody } from './service.ts';

const KILLS = 8;

/** 200 says that the event was "created successfully". CreateSyncEvents.html */
it('copies every accepted object although its process is killed again and again', async () => {
  const s3 = new StubS3();
  const endpoint = await s3.listen();
  const dataDir = await mkdtemp(join(tmpdir(), 'oms-kill-'));
  let child: ChildProcess | undefined;
  let url = '';
  const start = async (): Promise<void> => {
    const program = fileURLToPath(new URL('serve.ts', import.meta.url));
    const argv = [dataDir, endpoint, PROJECT_ID, ACCESS_KEY, SECRET_KEY];
    child = fork(program, argv, { execArgv: ['--import', 'tsx'] });
    [url] = (await once(child, 'message')) as [string];
  };
  const send = (method: string, path: string, more: Record<string, unknown> = {}): Promise<Answer> =>
    call(method, `/v2/${PROJECT_ID}/sync-tasks${path}`, {
      endpoint: url,
      accessKey: ACCESS_KEY,
      secretKey: SECRET_KEY,
      ...more,
    });
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };

  try {
    await start();
    const taskId = String((await send('POST', '', { body: taskBody() })).json?.['sync_task_id']);
    const month = async (): Promise<Record<string, number>> =>
      (await send('GET', `/${taskId}`, { query: { query_time: String(Date.now()) } })).json as Record<string, number>;

    const acknowledged: string[] = [];
    let sent = 0;
    for (let round = 0; round < KILLS; round++) {
      // The process dies while the stored object of a copy is being answered: other copies and events are under way.
      let copies = 0;
      const dead = new Promise<void>((resolve) => {
        s3.stored = () => {
          copies += 1;
          if (copies === 5 + 7 * round) resolve(kill());
        };
      });
      const feed = async (): Promise<void> => {
        for (;;) {
          const keys = Array.from({ length: 10 }, () => `key-${sent++}`);
          for (const key of keys) s3.put(`source/${key}`, key);
          const answer = await send('POST', `/${taskId}/events`, { body: { object_keys: keys } }).catch(
            () => undefined,
          );
          if (answer?.status !== 200) return;
          acknowledged.push(...keys);
        }
      };
      await Promise.all([dead, feed()]);
      s3.stored = () => {};
      await start();
    }

    await expect
      .poll(
        async () => {
          const {
            monthly_success_object = 0,
            monthly_skip_object = 0,
            monthly_failure_object = 0,
            ...rest
          } = await month();
          return (
            (rest['monthly_acceptance_request'] ?? 0) -
            monthly_success_object -
            monthly_skip_object -
            monthly_failure_object
          );
        },
        { timeout: 30_000, interval: 50 },
      )
      .toBe(0);
    const missing = acknowledged.filter((key) => s3.objects.get(`destination/${key}`)?.body.toString() !== key);
    expect([missing, acknowledged.length > KILLS]).toEqual([[], true]);
    const { monthly_acceptance_request = 0, monthly_failure_object } = await month();
    expect(monthly_failure_object).toBe(0);
    // A call that was killed between the journal and the answer is accepted, but its client does not know.
    expect(monthly_acceptance_request).toBeGreaterThanOrEqual(acknowledged.length);
    expect(monthly_acceptance_request).toBeLessThanOrEqual(sent);
  } finally {
    await kill();
    await s3.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});
