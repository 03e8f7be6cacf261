import { beforeEach, describe, expect, it } from 'vitest';
import { useOmsStub } from '../../helpers/functions.ts';

const oms = useOmsStub();
let fn: Awaited<ReturnType<typeof oms.load>>;

const TASK = {
  sync_task_id: 'task-1',
  src_cloud_type: 'HuaweiCloud',
  src_region: 'cn-north-4',
  src_bucket: 'source',
  create_time: 1700000000000,
  last_start_time: 1700000000000,
  dst_bucket: 'destination',
  dst_region: 'cn-north-4',
  description: '',
  status: 'SYNCHRONIZING',
  enable_metadata_migration: false,
  enable_restore: false,
  app_id: null,
  monthly_acceptance_request: 1,
  monthly_success_object: 1,
  monthly_failure_object: 0,
  monthly_skip_object: 0,
  monthly_size: 5,
  object_overwrite_mode: 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
  dst_storage_policy: null,
  consistency_check: 'size_last_modified',
};

describe('show-sync-task', () => {
  beforeEach(async () => {
    fn = await oms.load('show-sync-task');
    oms.stub.reply = () => ({ body: TASK });
  });

  it('has the arity and the Promise that the platform demands', () => {
    expect(fn.handler.length).toBe(2);
    expect(fn.invoke({})).toBeInstanceOf(Promise);
  });

  it('answers with the task as OMS shows it', async () => {
    const answer = await fn.request('GET', '/sync-tasks/task-1');

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(TASK);
  });

  it('asks for the month of now where no time is given', async () => {
    const before = Date.now();

    await fn.request('GET', '/sync-tasks/task-1');

    const [, time = ''] = oms.stub.requests[0]?.url.split('?query_time=') ?? [];
    expect(time).toMatch(/^\d{13}$/);
    expect(Number(time)).toBeGreaterThanOrEqual(before);
    expect(Number(time)).toBeLessThanOrEqual(Date.now());
  });

  it('asks for the month of the time given', async () => {
    await fn.request('GET', '/sync-tasks/task-1', undefined, { query: { query_time: '1700000000000' } });

    expect(oms.stub.requests[0]?.url).toMatch(/\/sync-tasks\/task-1\?query_time=1700000000000$/);
  });

  it('keeps every digit of 64-bit counters', async () => {
    const body = JSON.stringify(TASK).replace('"monthly_size":5', '"monthly_size":9223372036854775807');
    oms.stub.reply = () => ({ body });

    const answer = await fn.request('GET', '/sync-tasks/task-1');

    expect(answer.text).toContain('"monthly_size":9223372036854775807');
  });

  it('passes on fields that it does not know', async () => {
    oms.stub.reply = () => ({ body: { ...TASK, brand_new: 'x' } });

    expect((await fn.request('GET', '/sync-tasks/task-1')).body.brand_new).toBe('x');
  });

  it('reads no body', async () => {
    expect((await fn.request('GET', '/sync-tasks/task-1', 'no JSON')).status).toBe(200);
  });

  it.each([
    [400, 400],
    [401, 502],
    [403, 403],
    [404, 404],
    [429, 429],
    [500, 502],
    [503, 503],
  ])('answers OMS %i with %i and the envelope', async (status, expected) => {
    oms.stub.reply = () => ({ status, body: { error_code: 'OMS.X', error_msg: 'message of OMS' } });

    const answer = await fn.request('GET', '/sync-tasks/task-1');

    expect(answer.status).toBe(expected);
    expect(answer.body).toMatchObject({ error_code: expect.any(String), request_id: 'request-1' });
    expect('retry-after' in answer.headers).toBe(status === 429 || status === 503);
  });

  it.each(['', 'null', '[]', '<html>busy</html>', '{"sync_task_id":'])(
    'answers 502 where OMS sends %j',
    async (body) => {
      oms.stub.reply = () => ({ body });

      expect((await fn.request('GET', '/sync-tasks/task-1')).status).toBe(502);
    },
  );

  it('answers 502 where OMS ends the connection', async () => {
    oms.stub.reply = () => ({ hangUp: true });

    expect((await fn.request('GET', '/sync-tasks/task-1')).status).toBe(502);
  });

  it.each([
    ['named', { sync_task_id: 'other' }],
    ['under the empty name', { '': 'other' }],
    ['absent', undefined],
  ])('reads the task id from the path where the gateway delivers it %s', async (_name, pathParameters) => {
    await fn.request('GET', '/prod/sync-tasks/a%2Fb%20c', undefined, pathParameters ? { pathParameters } : {});

    expect(oms.stub.requests[0]?.url).toContain('/sync-tasks/a%2Fb%20c?');
  });

  it('uses the project of the function unless a variable names another', async () => {
    await fn.request('GET', '/sync-tasks/task-1');
    fn = await oms.load('show-sync-task', { variables: { OMS_PROJECT_ID: 'project-2' } });
    await fn.request('GET', '/sync-tasks/task-1');

    expect(oms.stub.requests.map(({ url }) => url.split('/')[2])).toEqual([
      '0123456789abcdef0123456789abcdef',
      'project-2',
    ]);
  });

  it('answers 500 without credentials and says in the log what to set', async () => {
    fn = await oms.load('show-sync-task', { accessKey: '', secretKey: '', securityToken: '' });

    const answer = await fn.request('GET', '/sync-tasks/task-1');

    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('agency');
    expect(oms.log.raw.join('')).toContain('agency');
  });
});
