import { beforeEach, describe, expect, it } from 'vitest';
import { useOmsStub } from '../../helpers/functions.ts';

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

describe('create-sync-task', () => {
  beforeEach(async () => {
    fn = await oms.load('create-sync-task');
    oms.stub.reply = () => ({ body: { sync_task_id: 'task-1' } });
  });

  it('has the arity and the Promise that the platform demands', () => {
    expect(fn.handler.length).toBe(2);
    expect(fn.invoke({})).toBeInstanceOf(Promise);
  });

  it('creates the task and answers with its id', async () => {
    const answer = await fn.request('POST', '/sync-tasks', { ...PLACES, ...CREDENTIALS });

    expect(answer).toMatchObject({ status: 200, body: { sync_task_id: 'task-1' } });
    expect(oms.stub.requests[0]).toMatchObject({
      method: 'POST',
      url: '/v2/0123456789abcdef0123456789abcdef/sync-tasks',
      json: { ...PLACES, ...CREDENTIALS },
    });
  });

  it('takes from the variables the pairs that the body leaves out', async () => {
    fn = await oms.load('create-sync-task', { variables: VARIABLES });

    await fn.request('POST', '/sync-tasks', PLACES);
    await fn.request('POST', '/sync-tasks', { ...PLACES, src_ak: 'body-src-ak', src_sk: 'body-src-sk' });

    expect(oms.stub.requests.map(({ json }) => [json.src_ak, json.src_sk, json.dst_ak, json.dst_sk])).toEqual([
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
    oms.stub.reply = () => ({ status, body: { error_code, error_msg: 'message' } });

    const answer = await fn.request('POST', '/sync-tasks', { ...PLACES, ...CREDENTIALS });

    expect(answer.status).toBe(expected);
  });

  it('does not create the task again after an ambiguous failure', async () => {
    fn = await oms.load('create-sync-task', { variables: { OMS_MAX_ATTEMPTS: '4' } });
    oms.stub.reply = () => ({ hangUp: true });

    const answer = await fn.request('POST', '/sync-tasks', { ...PLACES, ...CREDENTIALS });

    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(oms.stub.requests).toHaveLength(1);
  });
});
