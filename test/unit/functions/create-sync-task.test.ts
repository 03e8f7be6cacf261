import { beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '#shared/errors/base.ts';
import { useOmsStub } from '../../helpers/functions.ts';
import type { StubReply } from '../../helpers/oms-stub.ts';

const oms = useOmsStub();
let fn: Awaited<ReturnType<typeof oms.load>>;

const PLACES = {
  src_cloud_type: 'HuaweiCloud',
  src_region: 'cn-north-4',
  src_bucket: 'source',
  dst_region: 'cn-north-4',
  dst_bucket: 'destination',
};
const CREDENTIALS = { src_ak: 'body-src-ak', src_sk: 'body-src-sk', dst_ak: 'body-dst-ak', dst_sk: 'body-dst-sk' };
const VARIABLES = {
  SRC_ACCESS_KEY: 'variable-src-ak',
  SRC_SECRET_KEY: 'variable-src-sk',
  DST_ACCESS_KEY: 'variable-dst-ak',
  DST_SECRET_KEY: 'variable-dst-sk',
};

const NO_TASKS = { tasks: [], count: 0 };
const EXISTING = { ...PLACES, sync_task_id: 'task-0', create_time: 1_700_000_000_000, status: 'STOPPED' };
/** The requests that create. */
const posted = () => oms.stub.requests.filter(({ method }) => method === 'POST');
/** Lists as given, and answers a creation as given. */
const answers = (create: StubReply, list: unknown = NO_TASKS) => {
  oms.stub.reply = ({ method }) => (method === 'GET' ? { body: list } : create);
};

describe('create-sync-task', () => {
  beforeEach(async () => {
    fn = await oms.load('create-sync-task');
    answers({ body: { sync_task_id: 'task-1' } });
  });

  it('has the arity and the Promise that the platform demands', () => {
    expect(fn.handler.length).toBe(2);
    expect(fn.invoke({})).toBeInstanceOf(Promise);
  });

  it('creates the task and answers with its id', async () => {
    const answer = await fn.request('POST', '/sync-tasks', { ...PLACES, ...CREDENTIALS });

    expect(answer).toMatchObject({ status: 200, body: { sync_task_id: 'task-1' } });
    expect(posted()).toHaveLength(1);
    expect(posted()[0]).toMatchObject({
      url: '/v2/0123456789abcdef0123456789abcdef/sync-tasks',
      json: { ...PLACES, ...CREDENTIALS },
    });
  });

  it('takes from the variables the pairs that the body leaves out', async () => {
    fn = await oms.load('create-sync-task', { variables: VARIABLES });

    await fn.request('POST', '/sync-tasks', PLACES);
    await fn.request('POST', '/sync-tasks', { ...PLACES, src_ak: 'body-src-ak', src_sk: 'body-src-sk' });

    expect(posted().map(({ json }) => [json.src_ak, json.src_sk, json.dst_ak, json.dst_sk])).toEqual([
      ['variable-src-ak', 'variable-src-sk', 'variable-dst-ak', 'variable-dst-sk'],
      ['body-src-ak', 'body-src-sk', 'variable-dst-ak', 'variable-dst-sk'],
    ]);
  });

  it('names body field and variable of what is missing in both, beside every other problem', async () => {
    fn = await oms.load('create-sync-task', { variables: { SRC_ACCESS_KEY: 'a', SRC_SECRET_KEY: 's' } });
    const { dst_bucket: _, ...rest } = PLACES;

    const answer = await fn.request('POST', '/sync-tasks', { ...rest, description: 'a<b', unknown: 1 });

    expect(answer.status).toBe(400);
    const byPath = new Map(answer.body.details.map((problem: { path: string }) => [problem.path, problem]));
    expect([...byPath.keys()].toSorted()).toEqual(['description', 'dst_ak', 'dst_bucket', 'dst_sk', 'unknown']);
    expect(byPath.get('dst_ak')).toMatchObject({
      rule: 'required',
      message: expect.stringMatching(/dst_ak.*DST_ACCESS_KEY/),
    });
    expect(byPath.get('dst_sk')).toMatchObject({
      rule: 'required',
      message: expect.stringMatching(/dst_sk.*DST_SECRET_KEY/),
    });
    expect(oms.stub.requests).toHaveLength(0);
  });

  it('never makes a pair of one half from the body and one from the variables', async () => {
    fn = await oms.load('create-sync-task', { variables: VARIABLES });

    const answer = await fn.request('POST', '/sync-tasks', { ...PLACES, src_ak: 'body-src-ak' });

    expect(answer.status).toBe(400);
    expect(answer.body.details).toMatchObject([{ path: 'src_sk', rule: 'required' }]);
    expect(oms.stub.requests).toHaveLength(0);
  });

  it.each([
    [400, 'OMS.0077', 400],
    [401, 'APIGW.0301', 502],
    [403, 'OMS.0072', 403],
    [404, 'OMS.0001', 404],
    [503, 'OMS.0001', 503],
    // Whether the task was created is unknown, too.
    [500, 'OMS.0062', 502],
  ])('answers OMS %i %s with %i', async (status, error_code, expected) => {
    fn = await oms.load('create-sync-task', { remaining: 1_000 });
    answers({ status, body: { error_code, error_msg: 'message' } });

    const answer = await fn.request('POST', '/sync-tasks', { ...PLACES, ...CREDENTIALS });

    expect(answer.status).toBe(expected);
  });

  it('does not create the task again after an ambiguous failure', async () => {
    fn = await oms.load('create-sync-task', { variables: { OMS_MAX_ATTEMPTS: '4' }, remaining: 1_500 });
    answers({ hangUp: true });

    const answer = await fn.request('POST', '/sync-tasks', { ...PLACES, ...CREDENTIALS });

    expect(answer).toMatchObject({ status: 502, body: { error_code: 'OmsSync.AmbiguousCreate' } });
    expect(answer.body.error_msg).toContain('if_exists=return');
    expect(posted()).toHaveLength(1);
  });

  it('answers with the task that it created where the answer of OMS was lost', async () => {
    const tasks: unknown[] = [EXISTING];
    oms.stub.reply = ({ method }) => {
      if (method === 'GET') return { body: { tasks, count: tasks.length } };
      tasks.push({ ...EXISTING, sync_task_id: 'task-1', create_time: Date.now() });
      return { hangUp: true };
    };

    const answer = await fn.request('POST', '/sync-tasks', { ...PLACES, ...CREDENTIALS });

    expect(answer).toMatchObject({ status: 200, body: { sync_task_id: 'task-1' } });
    expect(posted()).toHaveLength(1);
  });

  it('makes a second task between the same buckets unless it is told not to', async () => {
    answers({ body: { sync_task_id: 'task-1' } }, { tasks: [EXISTING], count: 1 });

    const answer = await fn.request('POST', '/sync-tasks', { ...PLACES, ...CREDENTIALS });

    expect(answer.body).toEqual({ sync_task_id: 'task-1' });
  });

  it('answers if_exists=return with the task that there is', async () => {
    answers({ body: { sync_task_id: 'task-1' } }, { tasks: [EXISTING], count: 1 });

    const query = { if_exists: 'return' };
    const answer = await fn.request('POST', '/sync-tasks', { ...PLACES, ...CREDENTIALS }, { query });

    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({ sync_task_id: 'task-0', existing: true, status: 'STOPPED' });
    expect(posted()).toEqual([]);
  });

  it('names an unknown parameter beside what is wrong with the body', async () => {
    const query = { if_exist: 'return', if_exists: 'fail' };
    const answer = await fn.request('POST', '/sync-tasks', { ...PLACES, ...CREDENTIALS, src_bucket: '' }, { query });

    expect(answer.status).toBe(400);
    expect(answer.body.details.map(({ path, rule }: Problem) => `${path} ${rule}`).toSorted()).toEqual([
      'if_exist unknown_field',
      'if_exists enum',
      'src_bucket not_empty',
    ]);
    expect(oms.stub.requests).toEqual([]);
  });
});
