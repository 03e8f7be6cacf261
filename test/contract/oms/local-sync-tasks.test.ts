import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exchange, signedHeaders } from './client.ts';
import { ACCESS_KEY, PROJECT_ID, SECRET_KEY, type Service, startService, taskBody } from './service.ts';

const TASKS = `/v2/${PROJECT_ID}/sync-tasks`;
const NOW = Date.parse('2026-11-21T10:00:00Z');
const at = { query: { query_time: String(NOW) } };

/** The server's clock is the machine's for signatures; the times of tasks are what is looked at here. */
const near = (time: unknown): boolean => Math.abs(Number(time) - Date.now()) < 60_000;

/** https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html, Table 3 and Table 4 */
describe('POST /v2/{project_id}/sync-tasks', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ taskQuota: 1000 });
  });
  afterAll(() => service.close());

  const create = (body: unknown) => service.call('POST', TASKS, { body });
  const without = (name: string) => Object.fromEntries(Object.entries(taskBody()).filter(([field]) => field !== name));
  const cdn = { authentication_type: 'NONE', domain: 'cdn.example.com', protocol: 'https' };

  it('answers 200 with the id of a task that is running', async () => {
    const answer = await create(taskBody());
    expect(answer).toMatchObject({ status: 200, json: { sync_task_id: expect.any(String) } });
    expect(Object.keys(answer.json ?? {})).toEqual(['sync_task_id']);
    const shown = await service.call('GET', `${TASKS}/${answer.json?.['sync_task_id']}`, at);
    expect(shown.json).toMatchObject({ status: 'SYNCHRONIZING' });
  });

  it.each(['src_region', 'src_bucket', 'src_ak', 'src_sk', 'dst_ak', 'dst_sk', 'dst_region', 'dst_bucket'])(
    'answers 400 without %s, which is mandatory',
    async (name) => {
      const [absent, empty] = [await create(without(name)), await create(taskBody({ [name]: null }))];
      for (const answer of [absent, empty])
        expect(answer).toMatchObject({
          status: 400,
          json: { error_code: 'OMS.1004', error_msg: `The parameter ${name} is missing.` },
        });
    },
  );

  it.each<[string, Record<string, unknown>, string]>([
    ['src_region over 100', { src_region: 'x'.repeat(101) }, 'OMS.0064'],
    ['src_bucket over 1024', { src_bucket: 'x'.repeat(1025) }, 'OMS.0064'],
    ['src_ak over 100', { src_ak: 'x'.repeat(101) }, 'OMS.0064'],
    ['src_sk over 100', { src_sk: 'x'.repeat(101) }, 'OMS.0064'],
    ['dst_ak over 100', { dst_ak: 'x'.repeat(101) }, 'OMS.0064'],
    ['dst_sk over 100', { dst_sk: 'x'.repeat(101) }, 'OMS.0064'],
    ['dst_region over 100', { dst_region: 'x'.repeat(101) }, 'OMS.0064'],
    ['dst_bucket over 1024', { dst_bucket: 'x'.repeat(1025) }, 'OMS.0064'],
    ['description over 255', { description: 'x'.repeat(256) }, 'OMS.0064'],
    ...[...`<>()"'&`].map((char): [string, Record<string, unknown>, string] => [
      `description with ${char}`,
      { description: `a${char}b` },
      'OMS.0078',
    ]),
    ['an unknown src_cloud_type', { src_cloud_type: 'Google' }, 'OMS.0064'],
    ['an unknown dst_storage_policy', { dst_storage_policy: 'COLD' }, 'OMS.0064'],
    ['an unknown consistency_check', { consistency_check: 'md5' }, 'OMS.0064'],
    ['no_check, which only answers have', { consistency_check: 'no_check' }, 'OMS.0064'],
    ['crc64 for AWS', { src_cloud_type: 'AWS', consistency_check: 'crc64' }, 'OMS.1003'],
    ['Tencent without app_id', { src_cloud_type: 'Tencent' }, 'OMS.1004'],
    ['a number as src_bucket', { src_bucket: 7 }, 'OMS.1002'],
    ['a string as enable_restore', { enable_restore: 'true' }, 'OMS.1002'],
    ['a string as source_cdn', { source_cdn: 'cdn' }, 'OMS.1002'],
    ['a CDN without domain', { source_cdn: { ...cdn, domain: undefined } }, 'OMS.1004'],
    ['a CDN without protocol', { source_cdn: { ...cdn, protocol: undefined } }, 'OMS.1004'],
    ['a CDN over ftp', { source_cdn: { ...cdn, protocol: 'ftp' } }, 'OMS.0064'],
    ['a CDN without authentication_type', { source_cdn: { ...cdn, authentication_type: undefined } }, 'OMS.1004'],
    ['a CDN that needs a key', { source_cdn: { ...cdn, authentication_type: 'ALIYUN_OSS_A' } }, 'OMS.1032'],
    ['an unknown src_crypto_type', { src_crypto_type: 'RSA' }, 'OMS.0064'],
    ['a src_kms_key_id over 36', { src_kms_key_id: 'x'.repeat(37) }, 'OMS.0064'],
  ])('answers 400 for %s', async (_, changes, code) => {
    const answer = await create(taskBody(changes));
    expect(answer).toMatchObject({ status: 400, json: { error_code: code, error_msg: expect.any(String) } });
    expect(answer.text).not.toContain('_secret');
  });

  it.each<[string, Record<string, unknown>]>([
    ['a description of 255 characters', { description: 'x'.repeat(255) }],
    ['Tencent with app_id', { src_cloud_type: 'Tencent', app_id: '125' }],
    ['crc64 for Tencent', { src_cloud_type: 'Tencent', app_id: '125', consistency_check: 'crc64' }],
    ['transmission', { consistency_check: 'transmission' }],
    ['enable_kms of older SDKs', { enable_kms: true }],
    ['a CDN', { source_cdn: cdn }],
    ['a CDN of Qiniu without a key', { source_cdn: { ...cdn, authentication_type: 'QINIU_PRIVATE_AUTHENTICATION' } }],
    ['fields that no table has', { object_overwrite_mode: 'FULL_OVERWRITE' }],
  ])('accepts %s', async (_, changes) => {
    expect((await create(taskBody(changes))).status).toBe(200);
  });

  it('fills in the documented defaults', async () => {
    const { src_cloud_type, description, enable_restore, enable_metadata_migration, ...rest } = taskBody();
    const created = await create(rest);
    const shown = await service.call('GET', `${TASKS}/${created.json?.['sync_task_id']}`, at);
    expect(shown.json).toMatchObject({
      src_cloud_type: 'Aliyun',
      enable_metadata_migration: false,
      enable_restore: false,
      dst_storage_policy: 'STANDARD',
      consistency_check: 'size_last_modified',
    });
  });

  it.each(['', '{', 'null', '[]', '"text"', '\u0000'])('answers 400 OMS.0067 for the body %j', async (text) => {
    const headers = signedHeaders('POST', TASKS, {
      endpoint: service.oms.url,
      accessKey: ACCESS_KEY,
      secretKey: SECRET_KEY,
      headers: { 'X-Sdk-Content-Sha256': 'UNSIGNED-PAYLOAD' },
    });
    const answer = await exchange('POST', `${service.oms.url}${TASKS}`, { headers, body: text });
    expect(answer).toMatchObject({ status: 400, json: { error_code: 'OMS.0067' } });
  });

  it('answers 400 where a bucket does not exist', async () => {
    expect(await create(taskBody({ src_bucket: 'missing' }))).toMatchObject({
      status: 400,
      json: { error_code: 'OMS.0153' },
    });
    expect(await create(taskBody({ dst_bucket: 'missing' }))).toMatchObject({
      status: 400,
      json: { error_code: 'OMS.1020' },
    });
  });

  it('never answers or logs a key of the task', async () => {
    const id = await service.createTask();
    const answers = [await service.call('GET', `${TASKS}/${id}`, at), await service.call('GET', TASKS)];
    const text = [...answers.map((answer) => answer.text), ...service.lines].join();
    for (const secret of ['src_sk_secret', 'dst_sk_secret', 'src_ak', 'dst_ak']) expect(text).not.toContain(secret);
  });
});

describe('the life of a task', () => {
  let service: Service;
  beforeEach(async () => {
    service = await startService();
  });
  afterEach(() => service.close());

  const keys = { src_ak: 'a', src_sk: 'b', dst_ak: 'c', dst_sk: 'd' };
  const start = (id: string, body: unknown = keys) => service.call('POST', `${TASKS}/${id}/start`, { body });
  const stop = (id: string) => service.call('POST', `${TASKS}/${id}/stop`);
  const remove = (id: string) => service.call('DELETE', `${TASKS}/${id}`);
  const show = (id: string) => service.call('GET', `${TASKS}/${id}`, at);

  /** "A tenant can create a maximum of five synchronization tasks." CreateSyncTask.html */
  it('refuses the sixth task, also when all are created at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => service.call('POST', TASKS, { body: taskBody() })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 400]);
    expect(answers.find(({ status }) => status === 400)?.json).toMatchObject({ error_code: 'OMS.0077' });
  });

  /** https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html, Table 4 and example */
  it('shows the documented fields', async () => {
    const id = await service.createTask();
    const { json } = await show(id);
    const { create_time, last_start_time, ...rest } = json ?? {};
    expect([near(create_time), near(last_start_time)]).toEqual([true, true]);
    expect(rest).toEqual({
      sync_task_id: id,
      src_cloud_type: 'Aliyun',
      src_region: 'cn-beijing',
      src_bucket: 'source',
      dst_bucket: 'destination',
      dst_region: 'cn-north-4',
      description: 'XXXX',
      status: 'SYNCHRONIZING',
      enable_kms: false,
      enable_metadata_migration: false,
      enable_restore: false,
      app_id: null,
      monthly_acceptance_request: 0,
      monthly_success_object: 0,
      monthly_failure_object: 0,
      monthly_skip_object: 0,
      monthly_size: 0,
      object_overwrite_mode: 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
      dst_storage_policy: 'STANDARD',
      consistency_check: 'size_last_modified',
    });
  });

  /** `query_time` is mandatory. ShowSyncTask.html, Table 2 */
  it.each<[string, Record<string, string>, string]>([
    ['no query_time', {}, 'OMS.1004'],
    ['an empty query_time', { query_time: '' }, 'OMS.0001'],
    ['a query_time that is no number', { query_time: 'today' }, 'OMS.0001'],
    ['a query_time beyond every calendar', { query_time: '9'.repeat(19) }, 'OMS.0001'],
    ['a query_time of 1', { query_time: '1' }, 'OMS.0001'],
    ['a negative query_time', { query_time: '-1' }, 'OMS.0001'],
    ['a query_time in seconds', { query_time: '1788220800' }, 'OMS.0001'],
    ['a query_time in microseconds', { query_time: '1788220800000000' }, 'OMS.0001'],
  ])('answers 400 for %s', async (_, query, code) => {
    const id = await service.createTask();
    const answer = await service.call('GET', `${TASKS}/${id}`, { query });
    expect(answer).toMatchObject({ status: 400, json: { error_code: code } });
  });

  /** ShowSyncTask.html and ListSyncTaskStatistic.html document 404; start, stop and delete 400. */
  it('answers an unknown task as each page documents', async () => {
    const series = { query: { data_type: 'SIZE', start_time: '1788220800000', end_time: '1788220800001' } };
    const found = await Promise.all([
      show('unknown'),
      service.call('GET', `${TASKS}/unknown/statistics`, series),
      start('unknown'),
      stop('unknown'),
      remove('unknown'),
    ]);
    expect(found.map(({ status, json }) => [status, json?.['error_code']])).toEqual([
      [404, 'OMS.1009'],
      [404, 'OMS.1009'],
      [400, 'OMS.0054'],
      [400, 'OMS.0054'],
      [400, 'OMS.0054'],
    ]);
  });

  it('stops, starts with new keys, and is deleted only when stopped', async () => {
    const id = await service.createTask();
    // "Task being synchronized cannot be deleted; stop first." DeleteSyncTask.html
    expect(await remove(id)).toMatchObject({ status: 400, json: { error_code: 'OMS.0063' } });
    expect(await start(id)).toMatchObject({ status: 400, json: { error_code: 'OMS.0065' } });
    expect(await stop(id)).toMatchObject({ status: 200, text: '' });
    expect((await show(id)).json).toMatchObject({ status: 'STOPPED' });
    expect(await stop(id)).toMatchObject({ status: 400, json: { error_code: 'OMS.0066' } });
    expect(await start(id, { ...keys, dst_sk: undefined })).toMatchObject({ json: { error_code: 'OMS.1004' } });
    expect(await start(id, { ...keys, dst_sk: '' })).toMatchObject({ json: { error_code: 'OMS.0064' } });
    expect(await start(id)).toMatchObject({ status: 200, text: '' });
    expect((await show(id)).json).toMatchObject({ status: 'SYNCHRONIZING' });
    await stop(id);
    expect(await remove(id)).toMatchObject({ status: 200, text: '' });
    expect((await show(id)).status).toBe(404);
  });

  /** https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTasks.html */
  it('lists tasks by page and status, with the CDN and without the counters', async () => {
    const cdn = { authentication_type: 'AZURE_SAS_TOKEN', domain: 'd', protocol: 'https', authentication_key: 'hush' };
    const ids = [await service.createTask(), await service.createTask({ source_cdn: cdn }), await service.createTask()];
    await stop(ids[2] ?? '');
    const list = async (query: Record<string, string>) => (await service.call('GET', TASKS, { query })).json;
    const idsOf = (json: unknown) => (json as { tasks: { sync_task_id: string }[] }).tasks.map((t) => t.sync_task_id);

    expect(idsOf(await list({}))).toEqual(ids);
    expect(await list({ limit: '1', offset: '1' })).toMatchObject({
      count: 3,
      tasks: [
        {
          sync_task_id: ids[1],
          source_cdn: { authentication_type: 'AZURE_SAS_TOKEN', domain: 'd', protocol: 'https' },
        },
      ],
    });
    expect(idsOf(await list({ status: 'STOPPED' }))).toEqual([ids[2]]);
    expect(JSON.stringify(await list({}))).not.toMatch(/hush|monthly_/);
    for (const query of [{ limit: '0' }, { limit: '101' }, { offset: '10001' }, { offset: '-1' }, { status: 'DONE' }])
      expect((await service.call('GET', TASKS, { query: query as Record<string, string> })).status).toBe(400);
  });
});

/** https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTaskStatistic.html */
describe('GET /v2/{project_id}/sync-tasks/{sync_task_id}/statistics', () => {
  const MINUTE = 60_000;
  // Stands still, near the real clock, with which the official signer signs.
  const clock = Date.now();
  let service: Service;
  let id: string;

  beforeAll(async () => {
    service = await startService({ now: () => clock });
    service.s3.put('source/a', 'four');
    id = await service.createTask();
    for (const key of ['a', 'missing']) {
      await service.call('POST', `${TASKS}/${id}/events`, { body: { object_keys: [key] } });
      await service.oms.idle();
    }
  });
  afterAll(() => service.close());

  const series = (query: Record<string, string>) => service.call('GET', `${TASKS}/${id}/statistics`, { query });

  it('answers five-minute points for a short span, without points where nothing happened', async () => {
    const answer = await series({
      data_type: 'REQUEST,SUCCESS,FAILURE,SKIP,SIZE',
      start_time: String(clock - 60 * MINUTE),
      end_time: String(clock + 60 * MINUTE),
    });
    const slot = clock - (clock % (5 * MINUTE));
    const point = (statistic_num: number) => [{ time_stamp: slot, statistic_num }];
    expect(answer.json).toEqual({
      sync_task_id: id,
      statistic_time_type: 'FIVE_MINUTES',
      statistic_datas: [
        { data_type: 'REQUEST', data: point(2) },
        { data_type: 'SUCCESS', data: point(1) },
        { data_type: 'FAILURE', data: point(1) },
        { data_type: 'SKIP', data: [] },
        { data_type: 'SIZE', data: point(4) },
      ],
    });
  });

  it('answers hours where five minutes would exceed 1000 points', async () => {
    const answer = await series({
      data_type: 'REQUEST',
      start_time: String(clock - 7 * 24 * 60 * MINUTE),
      end_time: String(clock + MINUTE),
    });
    expect(answer.json).toMatchObject({
      statistic_time_type: 'ONE_HOUR',
      statistic_datas: [{ data: [{ time_stamp: clock - (clock % (60 * MINUTE)), statistic_num: 2 }] }],
    });
  });

  const [START, END] = ['1788220800000', '1788220800001'];
  it.each<[string, Record<string, string>]>([
    ['no data_type', { start_time: START, end_time: END }],
    ['an unknown data_type', { data_type: 'SIZE,OTHER', start_time: START, end_time: END }],
    ['no start_time', { data_type: 'SIZE', end_time: END }],
    ['no end_time', { data_type: 'SIZE', start_time: START }],
    ['an end that is not after the start', { data_type: 'SIZE', start_time: START, end_time: START }],
    ['a span of years', { data_type: 'SIZE', start_time: '1600000000000', end_time: END }],
    ['times in seconds', { data_type: 'SIZE', start_time: '1788220800', end_time: '1788220801' }],
  ])('answers 400 for %s', async (_, query) => {
    expect((await series(query)).status).toBe(400);
  });
});
