import { beforeEach, describe, expect, it } from 'vitest';
import { useOmsStub } from '../../helpers/functions.ts';
import type { StubReply, StubRequest } from '../../helpers/oms-stub.ts';

const oms = useOmsStub();
type LoadedFunction = Awaited<ReturnType<typeof oms.load>>;
let fn: LoadedFunction;

const KEYS = { src_ak: 'src-ak', src_sk: 'src-sk', dst_ak: 'dst-ak', dst_sk: 'dst-sk' };
const SPAN = { data_type: 'SIZE', start_time: '1700000000000', end_time: '1700000000001' };
const CALLS: Readonly<Record<string, (called: LoadedFunction) => ReturnType<LoadedFunction['request']>>> = {
  'show-sync-task': (called) => called.request('GET', '/sync-tasks/task-1'),
  'start-sync-task': (called) => called.request('POST', '/sync-tasks/task-1/start', KEYS),
  'stop-sync-task': (called) => called.request('POST', '/sync-tasks/task-1/stop'),
  'delete-sync-task': (called) => called.request('DELETE', '/sync-tasks/task-1'),
  'show-sync-task-statistics': (called) =>
    called.request('GET', '/sync-tasks/task-1/statistics', undefined, { query: SPAN }),
  'create-sync-event': (called) => called.request('POST', '/sync-tasks/task-1/events', { objects: ['a', 'b'] }),
};
const isShow = ({ method, url }: StubRequest) => method === 'GET' && /\/sync-tasks\/[^/]+\?query_time=/.test(url);
const refusal = (status: number, error_code: string): StubReply => ({
  status,
  body: { error_code, error_msg: 'message of OMS' },
});
/** Answers ShowSyncTask with one and everything else with the other. */
const answers = (show: StubReply, other: StubReply) => {
  oms.stub.reply = (request) => (isShow(request) ? show : other);
};
const shown = (status: string): StubReply => ({ body: { sync_task_id: 'task-1', status } });
const call = (name: string) => (CALLS[name] ?? CALLS['show-sync-task'])?.(fn);

/** Answers of an operation; the last member says whether ShowSyncTask says the same by it. */
const UNKNOWN = [
  [404, 'OMS.1009', true],
  [404, 'S3M.0054', true],
  [400, 'OMS.0054', true],
  [400, 'S3M.1009', true],
  [400, 'OMS.0064', false],
  [403, 'OMS.0072', false],
] as const;

describe.each(Object.keys(CALLS))('%s of an unknown task', (name) => {
  beforeEach(async () => {
    fn = await oms.load(name);
  });

  it.each(UNKNOWN.filter(([, , byShow]) => byShow || name !== 'show-sync-task'))(
    'answers 404 where OMS answers %i %s',
    async (status, code) => {
      answers(name === 'show-sync-task' ? refusal(status, code) : refusal(404, 'OMS.1009'), refusal(status, code));

      expect(await call(name)).toMatchObject({
        status: 404,
        body: { error_code: 'OmsSync.SyncTaskNotFound', error_msg: 'OMS does not know the sync task.' },
      });
    },
  );

  it('does not take a path that the gateway does not know for a task that OMS does not know', async () => {
    answers(refusal(404, 'APIGW.0101'), refusal(404, 'APIGW.0101'));

    expect(await call(name)).toMatchObject({ status: 502, body: { error_code: 'OmsSync.OmsOperationUnknown' } });
  });

  it('takes the word of ShowSyncTask whichever status it comes with', async () => {
    answers(refusal(400, 'OMS.0054'), refusal(400, 'OMS.0064'));

    expect(await call(name)).toMatchObject({ status: 404, body: { error_code: 'OmsSync.SyncTaskNotFound' } });
  });
});

describe.each(Object.keys(CALLS).filter((name) => name !== 'show-sync-task'))('%s that OMS refuses', (name) => {
  beforeEach(async () => {
    fn = await oms.load(name);
  });

  it.each([
    [400, 'OMS.0064', shown('SYNCHRONIZING'), 400],
    [403, 'OMS.0072', shown('STOPPED'), 403],
    [403, 'OMS.0072', refusal(403, 'OMS.0072'), 403],
    [400, 'OMS.0054', refusal(503, 'OMS.0001'), 400],
    [400, 'OMS.0054', { hangUp: true }, 400],
    [400, 'OMS.0054', refusal(404, 'APIGW.0101'), 400],
  ] satisfies readonly (readonly [number, string, StubReply, number])[])(
    'with %i %s keeps that answer where a look at the task (%j) says nothing else',
    async (status, code, show, expected) => {
      answers(show, refusal(status, code));

      expect(await call(name)).toMatchObject({ status: expected, body: { error_code: code } });
    },
  );

  it('is not looked into where the credentials are refused', async () => {
    answers(shown('STOPPED'), refusal(401, 'APIGW.0301'));

    expect(await call(name)).toMatchObject({ status: 502 });
    expect(oms.stub.requests.some(isShow)).toBe(false);
  });
});

const CONFLICTS = [
  ['start-sync-task', 'OMS.0065', 'SYNCHRONIZING', /started already/],
  ['stop-sync-task', 'OMS.0066', 'STOPPED', /stopped already/],
  ['delete-sync-task', 'OMS.0063', 'SYNCHRONIZING', /must be stopped.*\?stop=true/],
  ['delete-sync-task', 'S3M.0063', 'SYNCHRONIZING', /must be stopped.*\?stop=true/],
  ['create-sync-event', 'OMS.0066', 'STOPPED', /start it first/],
] as const;

describe.each(CONFLICTS)('%s in the wrong state (%s)', (name, code, status, message) => {
  beforeEach(async () => {
    fn = await oms.load(name);
  });

  it.each([400, 403])('answers 409 where OMS answers %i and the task is in that state', async (omsStatus) => {
    answers(shown(status), refusal(omsStatus, code));

    expect(await call(name)).toMatchObject({
      status: 409,
      body: { error_code: 'OmsSync.SyncTaskState', error_msg: expect.stringMatching(message) },
    });
  });

  it('keeps the answer of OMS where the task is in another state', async () => {
    answers(shown(status === 'STOPPED' ? 'SYNCHRONIZING' : 'STOPPED'), refusal(400, code));

    expect(await call(name)).toMatchObject({ status: 400, body: { error_code: code } });
  });

  it.each(['OMS.0064', 'OMS.00650', 'APIGW.0063', `x${code}`])(
    'keeps the answer of OMS where its code is %s',
    async (other) => {
      answers(shown(status), refusal(400, other));

      expect(await call(name)).toMatchObject({ status: 400, body: { error_code: other } });
    },
  );
});

const CHANGES = [
  ['start-sync-task', 'OMS.0065', shown('SYNCHRONIZING')],
  ['stop-sync-task', 'OMS.0066', shown('STOPPED')],
  ['delete-sync-task', 'OMS.0054', refusal(404, 'OMS.1009')],
] as const;

describe.each(CHANGES)('%s', (name, code, show) => {
  beforeEach(async () => {
    fn = await oms.load(name, { variables: { OMS_MAX_ATTEMPTS: '2' } });
  });

  it('has the arity and the Promise that the platform demands', () => {
    expect(fn.handler.length).toBe(2);
    expect(fn.invoke({})).toBeInstanceOf(Promise);
  });

  it('answers with the id of the task', async () => {
    expect(await call(name)).toMatchObject({ status: 200, body: { sync_task_id: 'task-1' } });
  });

  it('succeeds where its first attempt did the work and the answer was lost', async () => {
    let first = true;
    oms.stub.reply = (request) => {
      if (isShow(request)) return show;
      if (!first) return refusal(400, code);
      first = false;
      return { hangUp: true };
    };

    expect(await call(name)).toMatchObject({ status: 200, body: { sync_task_id: 'task-1' } });
  });

  it('does not succeed where its first attempt was turned away', async () => {
    let first = true;
    oms.stub.reply = (request) => {
      if (isShow(request)) return show;
      if (!first) return refusal(400, code);
      first = false;
      return { status: 429 };
    };

    expect((await call(name))?.status).toBe(name === 'delete-sync-task' ? 404 : 409);
  });
});
