import { beforeEach, describe, expect, it } from 'vitest';
import type { HttpRequest } from '#shared/platform/gateway-event.ts';
import { createSyncEvents } from '../../../functions/create-sync-event/create-sync-event.ts';
import { useOmsStub } from '../../helpers/functions.ts';
import type { StubRequest } from '../../helpers/oms-stub.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

const PATH = '/sync-tasks/task-1/events';
const oms = useOmsStub();
let fn: Awaited<ReturnType<typeof oms.load>>;

/** None of a request without a body: a look at the task. */
const keysOf = (request: StubRequest): string[] => request.json?.object_keys ?? [];
const names = (count: number) => Array.from({ length: count }, (_, index) => `key-${index}`);
const refusing =
  (...bad: string[]) =>
  (request: StubRequest) =>
    keysOf(request).some((key) => bad.includes(key))
      ? { status: 400, body: { error_code: 'OMS.0001', error_msg: 'invalid parameter' } }
      : {};

describe('create-sync-event', () => {
  beforeEach(async () => {
    oms.end();
    fn = await oms.load('create-sync-event');
  });

  it('has the arity and the Promise that the platform demands', () => {
    expect(fn.handler.length).toBe(2);
    expect(fn.invoke({})).toBeInstanceOf(Promise);
  });

  it('encodes the real names and answers 200 with a result per key', async () => {
    const answer = await fn.request('POST', PATH, { objects: ['报告/a+b %2F ☃.txt', 'plain'] });

    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: {
        sync_task_id: 'task-1',
        accepted: 2,
        failed: 0,
        results: [
          { index: 0, status: 'accepted' },
          { index: 1, status: 'accepted' },
        ],
      },
    });
    expect(oms.stub.requests).toHaveLength(1);
    expect(oms.stub.requests[0]).toMatchObject({
      method: 'POST',
      url: '/v2/0123456789abcdef0123456789abcdef/sync-tasks/task-1/events',
    });
    expect(oms.stub.requests.map(keysOf)).toEqual([['%E6%8A%A5%E5%91%8A%2Fa%2Bb%20%252F%20%E2%98%83.txt', 'plain']]);
  });

  it('forwards encoded keys unchanged, a plus included', async () => {
    const object_keys = ['a+b%20c', 'x%2fy', "~!*()'"];

    expect((await fn.request('POST', PATH, { object_keys })).status).toBe(200);
    expect(oms.stub.requests.map(keysOf)).toEqual([object_keys]);
  });

  it('sends batches of ten', async () => {
    const answer = await fn.request('POST', PATH, { objects: names(25) });

    expect(answer.body).toMatchObject({ accepted: 25, failed: 0 });
    expect(oms.stub.requests.map((request) => keysOf(request).length).toSorted()).toEqual([10, 10, 5]);
  });

  it('takes a thousand keys', async () => {
    const answer = await fn.request('POST', PATH, { objects: names(1000) });

    expect(answer.body.results).toHaveLength(1000);
    expect(oms.stub.requests).toHaveLength(100);
  });

  it('answers 207 and says which key OMS refused', async () => {
    oms.stub.reply = refusing('key-3');

    const answer = await fn.request('POST', PATH, { objects: names(10) });

    expect(answer.status).toBe(207);
    expect(answer.body).toMatchObject({ accepted: 9, failed: 1 });
    expect(answer.body.results[3]).toMatchObject({ index: 3, status: 'failed', error_msg: expect.any(String) });
    expect(answer.body.results.filter((result: { status: string }) => result.status === 'accepted')).toHaveLength(9);
  });

  it('logs each cause of failures once', async () => {
    oms.stub.reply = refusing('key-3', 'key-7');

    await fn.request('POST', PATH, { objects: names(10) });

    expect(oms.log.parsed().filter(({ message }) => message === 'keys not accepted')).toMatchObject([
      {
        level: 'warn',
        error_code: 'OMS.0001',
        count: 2,
        first: 3,
        error: { name: 'OmsResponseError', omsStatus: 400 },
      },
    ]);
  });

  it('names the cause of each key where none was accepted for several causes', async () => {
    oms.stub.reply = (request) => ({
      status: 400,
      body: { error_code: keysOf(request).length > 1 ? 'OMS.0001' : `OMS.${keysOf(request)[0]}`, error_msg: 'bad' },
    });

    const answer = await fn.request('POST', PATH, { objects: ['a', 'b'] });

    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      error_code: 'OMS.a',
      details: [
        { path: 'objects[0]', rule: 'OMS.a' },
        { path: 'objects[1]', rule: 'OMS.b' },
      ],
    });
  });

  it('answers with the envelope and the status of the cause when no key was accepted', async () => {
    oms.stub.reply = refusing('key-0');

    const answer = await fn.request('POST', PATH, { objects: names(1) });

    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      error_code: expect.any(String),
      error_msg: expect.any(String),
      request_id: 'request-1',
    });
    expect(answer.body).not.toHaveProperty('results');
  });

  it.each([
    [404, {}, 404],
    [403, {}, 403],
    [401, {}, 502],
    [500, {}, 502],
  ])('answers OMS %i for every key with %o %i', async (status, headers, expected) => {
    oms.stub.reply = () => ({ status, headers, body: { error_code: 'OMS.X', error_msg: 'message' } });

    expect((await fn.request('POST', PATH, { objects: names(30) })).status).toBe(expected);
    if (status !== 500) expect(oms.stub.requests.length).toBeLessThanOrEqual(4);
  });

  it('passes on how long to wait', async () => {
    oms.stub.reply = () => ({ status: 503, headers: { 'retry-after': '7' } });

    const answer = await fn.request('POST', PATH, { objects: names(1) });

    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('7');
  });

  it('says how long to wait where OMS does not', async () => {
    oms.stub.reply = () => ({ status: 429 });

    const answer = await fn.request('POST', PATH, { objects: names(1) });

    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('answers 504 where there is no time left, without calling OMS', async () => {
    fn = await oms.load('create-sync-event', { remaining: 1_000 });

    const answer = await fn.request('POST', PATH, { objects: names(3) });

    expect(answer.status).toBe(504);
    expect(answer.body.error_code).toBe('OmsSync.DeadlineExceeded');
    expect(oms.stub.requests).toHaveLength(0);
  });

  it('answers 504 by itself shortly before the platform would end it', async () => {
    fn = await oms.load('create-sync-event', { remaining: 1_600, variables: { OMS_TIMEOUT_MS: '60000' } });
    oms.stub.reply = () => new Promise(() => {});

    const answer = await fn.request('POST', PATH, { objects: names(1) });

    expect(answer.status).toBe(504);
  });

  it('reports the rest as failed when time runs out on the way', async () => {
    let calls = 0;
    fn = await oms.load('create-sync-event', {
      variables: { OMS_CONCURRENCY: '1' },
      remaining: () => (calls >= 2 ? 900 : 60_000),
    });
    oms.stub.reply = () => {
      calls += 1;
      return {};
    };

    const answer = await fn.request('POST', PATH, { objects: names(50) });

    expect(answer.status).toBe(207);
    expect(answer.body).toMatchObject({ accepted: 20, failed: 30 });
    expect(answer.body.results[49]).toMatchObject({ status: 'failed', error_code: 'OmsSync.DeadlineExceeded' });
  });

  it.each([
    ['named', { sync_task_id: 'other' }],
    ['under the empty name', { '': 'other/events' }],
    ['absent', undefined],
  ])('reads the task id from the path where the gateway delivers it %s', async (_name, pathParameters) => {
    const path = `/RELEASE/v1/sync-tasks/${encodeURIComponent('任务 1/2?')}/events`;

    const answer = await fn.request('POST', path, { objects: ['a'] }, pathParameters ? { pathParameters } : {});

    expect(answer.body.sync_task_id).toBe('任务 1/2?');
    expect(oms.stub.requests[0]?.url).toContain(`/sync-tasks/${encodeURIComponent('任务 1/2?')}/events`);
  });

  it('decodes the task id once', async () => {
    const answer = await fn.request('POST', '/sync-tasks/a%2520b/events', { objects: ['a'] });

    expect(answer.body.sync_task_id).toBe('a%20b');
  });

  it('takes ids up to 1024 characters, which need not be UUIDs', async () => {
    const id = 'x'.repeat(1024);

    expect((await fn.request('POST', `/sync-tasks/${id}/events`, { objects: ['a'] })).status).toBe(200);
    expect((await fn.request('POST', `/sync-tasks/${id}x/events`, { objects: ['a'] })).status).toBe(400);
  });

  it('takes a body that is not base64, a byte order mark, and any content type', async () => {
    const options = { base64: false, headers: { 'Content-Type': 'text/plain' } };

    expect((await fn.request('POST', PATH, '\ufeff{"objects":["a"]}', options)).status).toBe(200);
  });

  it('signs with the credentials that the context has at that moment', async () => {
    await fn.request('POST', PATH, { objects: ['a'] });

    expect(oms.stub.requests[0]?.headers).toMatchObject({
      authorization: expect.stringMatching(/^SDK-HMAC-SHA256 Access=TEMPORARYACCESSKEY,/),
      'x-security-token': 'temporary-security-token',
    });
  });

  it('lists every wrong variable in the log and tells the client nothing', async () => {
    fn = await oms.load('create-sync-event', { variables: { OMS_REGION: 'NO REGION', OMS_CONCURRENCY: 'many' } });

    const answer = await fn.request('POST', PATH, { objects: ['a'] });

    expect(answer.status).toBe(500);
    expect(answer.body.error_code).toBe('OmsSync.Configuration');
    expect(answer.text).not.toContain('OMS_');
    expect(oms.log.raw.join('')).toMatch(/OMS_REGION.*OMS_CONCURRENCY/);
  });

  it('writes one line per request and one per submission', async () => {
    await fn.request('POST', PATH, { objects: names(12) });

    const lines = oms.log.parsed();
    expect(lines.find(({ message }) => message === 'sync events')).toMatchObject({
      sync_task_id: 'task-1',
      keys: 12,
      accepted: 12,
      failed: 0,
      calls: 2,
      attempts: 2,
    });
    expect(lines.find(({ message }) => message === 'request')).toMatchObject({
      level: 'info',
      request_id: 'request-1',
      gateway_request_id: 'gateway-request-1',
      method: 'POST',
      path: PATH,
      status: 200,
    });
  });

  describe('of a task that is stopped', () => {
    const isShow = ({ method }: StubRequest) => method === 'GET';
    const answer = async () => {
      oms.stub.reply = (request) =>
        isShow(request)
          ? { body: { sync_task_id: 'task-1', status: 'STOPPED' } }
          : { status: 400, body: { error_code: 'OMS.0066', error_msg: 'not in progress' } };
      return fn.request('POST', PATH, { objects: names(30) });
    };

    it('answers 409 and searches no batch for bad keys', async () => {
      expect(await answer()).toMatchObject({ status: 409, body: { error_code: 'OmsSync.SyncTaskState' } });
      // The three batches are under way at the same time; the state is asked for by the search, and for the answer.
      expect(oms.stub.requests.map((request) => keysOf(request).length).toSorted()).toEqual([0, 0, 10, 10, 10]);
    });

    it('remembers the state for the next request', async () => {
      await answer();
      oms.stub.requests.length = 0;

      expect((await answer()).status).toBe(409);
      expect(oms.stub.requests.filter(isShow)).toHaveLength(1);
    });

    it('logs what to do about it', async () => {
      await answer();

      expect(oms.log.parsed().find(({ message }) => message === 'keys not accepted')).toMatchObject({
        error_code: 'OMS.0066',
        failure: 'OmsSync.SyncTaskStopped',
        count: 30,
        remedy: expect.stringContaining('Start the sync task'),
      });
    });
  });

  it('answers 404 of a task that is missing, and searches no batch for bad keys', async () => {
    oms.stub.reply = ({ method }) =>
      method === 'GET'
        ? { status: 404, body: { error_code: 'OMS.1009', error_msg: 'none' } }
        : { status: 400, body: { error_code: 'OMS.0064', error_msg: 'invalid' } };

    const answer = await fn.request('POST', PATH, { objects: names(10) });

    expect(answer).toMatchObject({ status: 404, body: { error_code: 'OmsSync.SyncTaskNotFound' } });
    expect(oms.stub.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('sends no more calls a second than it may, all requests of the instance together', async () => {
    const clock = new VirtualClock();
    const times: number[] = [];
    const start = clock.now();
    const handle = createSyncEvents({ clock });
    const services = {
      config: { maxKeysPerCall: 10, concurrency: 4, callsPerSecond: 2 },
      invocation: { remainingTime: 60_000, log: { info: () => undefined } },
      oms: {
        createSyncEvents: async () => {
          times.push(clock.now() - start);
          return { attempts: 1 };
        },
      },
    } as unknown as Parameters<typeof handle>[1];
    const request: HttpRequest = {
      method: 'POST',
      path: PATH,
      pathParameters: new Map([['sync_task_id', 'task-1']]),
      query: new Map(),
      headers: new Map(),
      body: { objects: names(30) },
      gatewayRequestId: undefined,
    };

    const replies = await clock.run(Promise.all([1, 2].map(() => handle(request, services))));

    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(times).toEqual([0, 0, 500, 1000, 1500, 2000]);
  });
});
