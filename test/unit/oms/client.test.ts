import { afterEach, describe, expect, it } from 'vitest';
import { OmsClient } from '#shared/oms/client.ts';
import { OmsCredentialsError, OmsMalformedResponseError } from '#shared/oms/errors.ts';
import { signRequest } from '#shared/oms/sign.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { stringifyJson } from '#shared/validation/json.ts';
import {
  ACCESS_KEY,
  answer,
  type Loopback,
  PROJECT_ID,
  rejection,
  SECRET_KEY,
  startLoopback,
  TASK,
  testClient,
} from './loopback.ts';

let server: Loopback | undefined;
afterEach(() => server?.close());

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const event = { syncTaskId: 'task-1', objectKeys: ['test%2F001.txt', 'test%2B001.txt'] };

describe('OmsClient.createSyncEvents', () => {
  it('posts the keys unchanged, signed, and takes an empty answer for success', async () => {
    server = await startLoopback(answer(200));
    const { client } = testClient(server.url, { now: () => NOW });

    const created = await client.createSyncEvents(event);

    expect(created).toEqual({ requestId: 'request-1', attempts: 1 });
    const [request] = server.requests;
    expect(request?.method).toBe('POST');
    expect(request?.target).toBe(`/v2/${PROJECT_ID}/sync-tasks/task-1/events`);
    expect(request?.body).toBe('{"object_keys":["test%2F001.txt","test%2B001.txt"]}');
    expect(request?.headers['content-type']).toBe('application/json');
    expect(request?.headers['x-sdk-date']).toBe('20260102T030405Z');
    const expected = signRequest(
      {
        method: 'POST',
        host: `127.0.0.1:${server.port}`,
        path: `/v2/${PROJECT_ID}/sync-tasks/task-1/events`,
        headers: { 'content-type': 'application/json', 'x-project-id': PROJECT_ID },
        body: request?.body ?? '',
      },
      { accessKey: ACCESS_KEY, secretKey: SECRET_KEY },
      new Date(NOW),
    );
    expect(request?.headers.authorization).toBe(expected['authorization']);
  });

  it.each([['null'], ['{}'], ['  \n']])('takes the answer %j for success', async (body) => {
    server = await startLoopback(answer(200, body));
    await expect(testClient(server.url).client.createSyncEvents(event)).resolves.toMatchObject({ attempts: 1 });
  });

  it.each([
    ['a/b c', 'a%2Fb%20c'],
    ['../x', '..%2Fx'],
    ["报告!'()*", '%E6%8A%A5%E5%91%8A%21%27%28%29%2A'],
    ['%2F?#', '%252F%3F%23'],
  ])('sends the task id %j as one path segment', async (syncTaskId, segment) => {
    server = await startLoopback(answer(200));
    await testClient(server.url).client.createSyncEvents({ ...event, syncTaskId });
    expect(server.requests[0]?.target).toBe(`/v2/${PROJECT_ID}/sync-tasks/${segment}/events`);
  });

  it.each(['', '.', '..', 'a\ud800'])('refuses the task id %j, which no path can hold', async (syncTaskId) => {
    const { client } = testClient('http://127.0.0.1:1');
    expect(await rejection(client.createSyncEvents({ ...event, syncTaskId }))).toBeInstanceOf(ValidationError);
  });

  it('keeps the path of the endpoint', async () => {
    server = await startLoopback(answer(200));
    await testClient(`${server.url}/oms/a%20b/`).client.createSyncEvents(event);
    expect(server.requests[0]?.target).toBe(`/oms/a%20b/v2/${PROJECT_ID}/sync-tasks/task-1/events`);
  });
});

describe('OmsClient.showSyncTask', () => {
  it('sends query_time and keeps every digit of a 64-bit counter', async () => {
    const body = `{"sync_task_id":"t","monthly_size":9223372036854775807,"monthly_skip_object":0,"app_id":null}`;
    server = await startLoopback(answer(200, body));

    const task = await testClient(server.url).client.showSyncTask({ syncTaskId: 't', queryTime: 1_700_639_560_751 });

    expect(server.requests[0]?.target).toBe(`/v2/${PROJECT_ID}/sync-tasks/t?query_time=1700639560751`);
    expect(server.requests[0]?.body).toBe('');
    expect(task.monthly_size).toBe(9_223_372_036_854_775_807n);
    expect(task.app_id).toBeNull();
    expect(JSON.parse(stringifyJson(task))).toEqual(JSON.parse(body));
    expect(stringifyJson(task)).toContain('"monthly_size":9223372036854775807');
  });

  it.each([
    ['', 'is empty'],
    ['null', 'is not a sync task: It must be an object.'],
    ['[]', 'is not a sync task: It must be an object.'],
    ['<html>', 'is not JSON'],
    ['{"sync_task_id":"t","monthly_si', 'is not JSON'],
    ['{"monthly_size":"many"}', 'is not a sync task: monthly_size is not a counter.'],
    ['{"sync_task_id":"a","sync_task_id":"b"}', 'cannot be read: A member is there more than once.'],
    [
      `{"sync_task_id":"t","new":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
      'cannot be read: The text has more than 64 levels of lists and objects (at index 89).',
    ],
  ])('reports the answer %j as malformed', async (body, reason) => {
    server = await startLoopback(answer(200, body));
    const { client } = testClient(server.url);
    const error = await rejection(client.showSyncTask({ syncTaskId: 't', queryTime: NOW }));
    expect(error).toBeInstanceOf(OmsMalformedResponseError);
    expect(error).toMatchObject({ status: 502, reason, attempts: 4 });
  });

  it('refuses an answer that is too large', async () => {
    server = await startLoopback(answer(200, `{"a":"${'x'.repeat(1_100_000)}"}`));
    const { client } = testClient(server.url);
    const error = await rejection(client.showSyncTask({ syncTaskId: 't', queryTime: NOW }));
    expect(error).toMatchObject({ name: 'OmsMalformedResponseError', reason: 'is too large' });
  });
});

describe('OmsClient.createSyncTask', () => {
  it('posts the body as it is given and returns the id', async () => {
    server = await startLoopback(answer(200, { sync_task_id: 'new', more: 1 }));
    const created = await testClient(server.url).client.createSyncTask(TASK);
    expect(created).toEqual({ sync_task_id: 'new' });
    expect(server.requests[0]?.target).toBe(`/v2/${PROJECT_ID}/sync-tasks`);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(TASK);
  });
});

describe('the credentials of OmsClient', () => {
  it('are read anew for every attempt', async () => {
    server = await startLoopback(answer(503), answer(503), answer(200));
    let reads = 0;
    const { client } = testClient(server.url, {
      credentials: () => {
        reads += 1;
        return { accessKey: `AK${reads}`, secretKey: SECRET_KEY, securityToken: `token-${reads}` };
      },
    });
    await client.createSyncEvents(event);
    expect(server.requests.map(({ headers }) => headers['x-security-token'])).toEqual([
      'token-1',
      'token-2',
      'token-3',
    ]);
    expect(server.requests.map(({ headers }) => headers.authorization?.match(/Access=(\w+)/)?.[1])).toEqual([
      'AK1',
      'AK2',
      'AK3',
    ]);
    expect(server.requests[0]?.headers.authorization).toContain(';x-security-token,');
  });

  it('may be an IAM token, which is sent without a signature', async () => {
    server = await startLoopback(answer(200));
    const { client } = testClient(server.url, { credentials: () => ({ authToken: 'MIIExample' }) });
    await client.createSyncEvents(event);
    expect(server.requests[0]?.headers['x-auth-token']).toBe('MIIExample');
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('of one invocation do not reach another, while connections are shared', async () => {
    server = await startLoopback(answer(200));
    const { client } = testClient(server.url);
    const one = client.forInvocation({ credentials: () => ({ authToken: 'one' }) });
    const two = client.forInvocation({ credentials: () => ({ authToken: 'two' }) });
    await one.createSyncEvents(event);
    await two.createSyncEvents(event);
    expect(server.requests.map(({ headers }) => headers['x-auth-token'])).toEqual(['one', 'two']);
    expect(server.connections()).toBe(1);
  });

  it.each([
    [{ authToken: 'two\nlines' }, 'The IAM token'],
    [{ authToken: '' }, 'The IAM token'],
    [{ accessKey: '', secretKey: 'x' }, 'The access key'],
    [{ accessKey: 'a b', secretKey: 'x' }, 'The access key'],
    [{ accessKey: 'a', secretKey: '' }, 'The secret key'],
    [{ accessKey: 'a', secretKey: 'x', securityToken: 'ü' }, 'The security token'],
  ])('are refused before anything is sent where a header cannot carry them (%#)', async (credentials, part) => {
    server = await startLoopback(answer(200));
    const { client } = testClient(server.url, { credentials: () => credentials });
    const error = await rejection(client.createSyncEvents(event));
    expect(error).toBeInstanceOf(OmsCredentialsError);
    expect(error).toMatchObject({ status: 502, retryable: false, attempts: 0 });
    expect(String(error)).toContain(part);
    expect(server.requests).toHaveLength(0);
  });

  it('may be missing, which is the error of whoever provides them', async () => {
    const { client } = testClient('http://127.0.0.1:1', {
      credentials: () => {
        throw new RangeError('no agency');
      },
    });
    expect(await rejection(client.createSyncEvents(event))).toBeInstanceOf(RangeError);
  });
});

describe('new OmsClient', () => {
  const options = { projectId: PROJECT_ID, credentials: () => ({ authToken: 'x' }) };

  it.each([
    [{}],
    [{ region: 'evil.example.com/' }],
    [{ region: 'CN-north-4' }],
    [{ region: '' }],
    [{ endpoint: 'not a url' }],
    [{ endpoint: 'ftp://oms.example.com' }],
    [{ endpoint: 'http://oms.example.com' }],
    [{ endpoint: 'http://127.0.0.1.example.com' }],
    [{ endpoint: 'https://user:password@oms.example.com' }],
    [{ endpoint: 'https://oms.example.com/?a=1' }],
    [{ endpoint: 'https://oms.example.com/%zz' }],
    [{ region: 'cn-north-4', projectId: '..' }],
    [{ region: 'cn-north-4', projectId: '' }],
    [{ region: 'cn-north-4', projectId: 'a\r\nb' }],
  ])('refuses %j', (wrong) => {
    expect(() => new OmsClient({ ...options, ...wrong })).toThrow(TypeError);
  });

  it.each([
    [{ region: 'cn-north-4' }],
    [{ region: 'ap-southeast-3' }],
    [{ region: 'sa-brazil-1' }],
    [{ endpoint: 'https://oms.example.com/base' }],
    [{ endpoint: 'http://localhost:8082' }],
    [{ endpoint: 'http://[::1]:8082' }],
  ])('accepts %j', (right) => {
    expect(new OmsClient({ ...options, ...right })).toBeInstanceOf(OmsClient);
  });
});
