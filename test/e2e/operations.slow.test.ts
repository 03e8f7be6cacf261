import { describe, expect, it } from 'vitest';
import { useLocalCloud } from '../helpers/local-cloud.ts';

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the answer is.
  readonly body: any;
}

/** Every operation on the local cloud: its OMS was written from the vendor's pages and shares no code with the functions. */
describe('the HTTP API on the local cloud', () => {
  const cloud = useLocalCloud();

  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${cloud.endpoints.gateway}${path}`, {
      method,
      headers: { 'X-Apig-AppCode': cloud.endpoints.app_code },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  /** The buckets of the local cloud the other way round, so that no task between them exists yet. */
  const places = () => ({
    src_cloud_type: 'HuaweiCloud',
    src_region: cloud.endpoints.region,
    src_bucket: cloud.endpoints.destination_bucket,
    dst_region: cloud.endpoints.region,
    dst_bucket: cloud.endpoints.source_bucket,
  });
  const SPAN = 'data_type=REQUEST,SKIP&start_time=2026-01-01T00:00:00Z&end_time=2026-01-02T08:00:00%2B08:00';

  it('takes a sync task from its creation to its deletion', async () => {
    const created = await call('POST', '/sync-tasks', places());
    expect(created).toEqual({ status: 200, body: { sync_task_id: expect.any(String) } });
    const id: string = created.body.sync_task_id;

    expect(await call('POST', '/sync-tasks?if_exists=return', places())).toEqual({
      status: 200,
      body: { sync_task_id: id, existing: true, status: 'SYNCHRONIZING' },
    });
    const listed = await call('GET', '/sync-tasks?status=SYNCHRONIZING');
    expect(listed.body.count).toBe(2);
    expect(listed.body.tasks.map((task: { sync_task_id: string }) => task.sync_task_id)).toContain(id);
    expect((await call('GET', '/sync-tasks?limit=1&offset=1')).body).toMatchObject({ count: 2, tasks: [{}] });

    expect(await call('POST', `/sync-tasks/${id}/start`)).toMatchObject({
      status: 409,
      body: { error_code: 'OmsSync.SyncTaskState', error_msg: expect.stringContaining('started already') },
    });
    expect(await call('DELETE', `/sync-tasks/${id}`)).toMatchObject({
      status: 409,
      body: { error_code: 'OmsSync.SyncTaskState', error_msg: expect.stringContaining('?stop=true') },
    });
    expect(await call('POST', `/sync-tasks/${id}/events`, { objects: ['no such object'] })).toMatchObject({
      status: 200,
      body: { accepted: 1 },
    });
    const span = `data_type=REQUEST&start_time=${Date.now() - 600_000}&end_time=${Date.now() + 600_000}`;
    expect(await call('GET', `/sync-tasks/${id}/statistics?${span}`)).toMatchObject({
      status: 200,
      body: {
        sync_task_id: id,
        statistic_time_type: 'FIVE_MINUTES',
        statistic_datas: [{ data_type: 'REQUEST', data: [{ statistic_num: 1 }] }],
      },
    });
    expect(await call('GET', `/sync-tasks/${id}/statistics?${SPAN}`)).toMatchObject({
      status: 200,
      body: {
        statistic_datas: [
          { data_type: 'REQUEST', data: [] },
          { data_type: 'SKIP', data: [] },
        ],
      },
    });

    expect(await call('POST', `/sync-tasks/${id}/stop`)).toEqual({ status: 200, body: { sync_task_id: id } });
    expect(await call('POST', `/sync-tasks/${id}/stop`)).toMatchObject({
      status: 409,
      body: { error_msg: 'The sync task is stopped already.' },
    });
    expect(await call('POST', `/sync-tasks/${id}/events`, { objects: ['a'] })).toMatchObject({ status: 409 });
    expect((await call('GET', `/sync-tasks/${id}`)).body).toMatchObject({
      status: 'STOPPED',
      monthly_acceptance_request: 1,
    });
    expect((await call('GET', '/sync-tasks?status=STOPPED')).body).toMatchObject({ count: 1 });

    expect(await call('POST', `/sync-tasks/${id}/start`)).toEqual({ status: 200, body: { sync_task_id: id } });
    expect(await call('DELETE', `/sync-tasks/${id}?stop=true`)).toEqual({ status: 200, body: { sync_task_id: id } });
    expect((await call('GET', '/sync-tasks')).body.count).toBe(1);
  });

  it.each<[string, string, string, unknown?]>([
    ['showing', 'GET', ''],
    ['deleting', 'DELETE', ''],
    ['stopping and deleting', 'DELETE', '?stop=true'],
    ['starting', 'POST', '/start'],
    ['stopping', 'POST', '/stop'],
    ['the statistics of', 'GET', `/statistics?${SPAN}`],
    ['feeding', 'POST', '/events', { objects: Array.from({ length: 30 }, (_, index) => `key-${index}`) }],
  ])('answers 404 to %s a task that there is not', async (_name, method, path, body) => {
    expect(await call(method, `/sync-tasks/unknown${path}`, body)).toMatchObject({
      status: 404,
      body: { error_code: 'OmsSync.SyncTaskNotFound', request_id: expect.any(String) },
    });
  });

  it('passes on the quota of five tasks', async () => {
    const ids: string[] = [];
    for (let count = 1; count < 5; count += 1)
      ids.push((await call('POST', '/sync-tasks', places())).body.sync_task_id);
    expect(await call('POST', '/sync-tasks', places())).toMatchObject({
      status: 400,
      body: { error_code: 'OMS.0077' },
    });
    for (const id of ids) expect((await call('DELETE', `/sync-tasks/${id}?stop=true`)).status).toBe(200);
  });
});
