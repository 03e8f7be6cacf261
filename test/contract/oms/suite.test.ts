import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIVE, liveTarget, localTarget, type Target } from './target.ts';

const TARGETS: readonly (readonly [string, () => Promise<Target>])[] = [
  ['the local OMS', localTarget],
  ...(LIVE ? [['the real OMS', liveTarget] as const] : []),
];
const DOCS = 'https://support.huaweicloud.com/intl/en-us/api-oms';

/** What the documents promise, of whatever answers. Times and waiting belong to the service, so none is asserted. */
describe.each(TARGETS)('%s', (_, start) => {
  let target: Target;
  let tasks: string;
  let id = '';
  const task = (suffix = ''): string => `${tasks}/${id}${suffix}`;
  const now = (): string => String(Date.now());

  beforeAll(async () => {
    target = await start();
    tasks = `/v2/${target.projectId}/sync-tasks`;
  });
  afterAll(async () => {
    // A task that a failed assertion left behind counts against the quota of five.
    if (id !== '') {
      await target.call('POST', task('/stop'));
      await target.call('DELETE', task());
    }
    await target.close();
  });

  it(`creates a task that runs at once (${DOCS}/CreateSyncTask.html)`, async () => {
    const created = await target.call('POST', tasks, { body: target.taskBody() });
    expect(created).toMatchObject({ status: 200, json: { sync_task_id: expect.any(String) } });
    id = String(created.json?.['sync_task_id']);
    expect(id.length).toBeLessThanOrEqual(255);
  });

  it(`refuses a description with < (${DOCS}/CreateSyncTask.html, Table 3)`, async () => {
    const answer = await target.call('POST', tasks, { body: target.taskBody({ description: 'a<b' }) });
    expect(answer).toMatchObject({
      status: 400,
      json: { error_code: expect.any(String), error_msg: expect.any(String) },
    });
  });

  it(`shows the task with the counters of a month (${DOCS}/ShowSyncTask.html, Table 4)`, async () => {
    const { status, json } = await target.call('GET', task(), { query: { query_time: now() } });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      sync_task_id: id,
      status: expect.stringMatching(/^(SYNCHRONIZING|STOPPED)$/),
      monthly_acceptance_request: expect.any(Number),
      monthly_success_object: expect.any(Number),
      monthly_failure_object: expect.any(Number),
      monthly_skip_object: expect.any(Number),
      monthly_size: expect.any(Number),
      object_overwrite_mode: 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
    });
  });

  it(`answers 404 for a task that does not exist (${DOCS}/ShowSyncTask.html, Status Codes)`, async () => {
    const path = `${tasks}/00000000-0000-4000-8000-000000000000`;
    expect((await target.call('GET', path, { query: { query_time: now() } })).status).toBe(404);
    const body = { object_keys: ['contract-test'] };
    expect((await target.call('POST', `${path}/events`, { body })).status).toBe(404);
  });

  it(`lists the task without its counters (${DOCS}/ListSyncTasks.html)`, async () => {
    const { status, json } = await target.call('GET', tasks, { query: { limit: '100', offset: '0' } });
    expect(status).toBe(200);
    expect(json).toMatchObject({ count: expect.any(Number) });
    const all = json?.['tasks'] as Record<string, unknown>[] | undefined;
    const listed = all?.find((one) => one['sync_task_id'] === id);
    expect(listed).toBeDefined();
    expect(Object.keys(listed ?? {}).some((name) => name.startsWith('monthly_'))).toBe(false);
  });

  it(`accepts an event and answers nothing (${DOCS}/CreateSyncEvents.html, Response Parameters)`, async () => {
    const answer = await target.call('POST', task('/events'), { body: { object_keys: ['contract-test'] } });
    expect(answer.status).toBe(200);
  });

  it(`refuses an event without keys (${DOCS}/CreateSyncEvents.html, Table 3)`, async () => {
    expect((await target.call('POST', task('/events'), { body: { object_keys: [] } })).status).toBe(400);
    expect((await target.call('POST', task('/events'), { body: {} })).status).toBe(400);
  });

  it(`answers the series that were asked for (${DOCS}/ListSyncTaskStatistic.html)`, async () => {
    const end_time = now();
    const query = { data_type: 'REQUEST,SIZE', start_time: String(Number(end_time) - 3_600_000), end_time };
    const { status, json } = await target.call('GET', task('/statistics'), { query });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      sync_task_id: id,
      statistic_time_type: expect.stringMatching(/^(FIVE_MINUTES|ONE_HOUR)$/),
    });
    const series = json?.['statistic_datas'] as { data_type: string; data: unknown[] }[];
    expect(series.filter((one) => !['REQUEST', 'SIZE'].includes(one.data_type))).toEqual([]);
    expect(Math.max(0, ...series.map(({ data }) => data.length))).toBeLessThanOrEqual(1000);
  });

  it(`deletes no task that is in progress (${DOCS}/DeleteSyncTask.html, Status Codes)`, async () => {
    expect([400, 403]).toContain((await target.call('DELETE', task())).status);
  });

  it(`stops, starts with keys, stops and deletes (${DOCS}/StopSyncTask.html, StartSyncTask.html)`, async () => {
    expect((await target.call('POST', task('/stop'))).status).toBe(200);
    const { src_ak, src_sk, dst_ak, dst_sk } = target.taskBody();
    expect((await target.call('POST', task('/start'), { body: { src_ak, src_sk, dst_ak, dst_sk } })).status).toBe(200);
    expect((await target.call('POST', task('/stop'))).status).toBe(200);
    expect((await target.call('DELETE', task())).status).toBe(200);
    expect((await target.call('GET', task(), { query: { query_time: now() } })).status).toBe(404);
    id = '';
  });

  it('answers 401 for a wrong signature (https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm-002.html)', async () => {
    expect((await target.call('GET', tasks, { secretKey: 'wrong' })).status).toBe(401);
  });
});
