import { afterEach, describe, expect, it } from 'vitest';
import {
  AmbiguousCreateError,
  OmsConnectionError,
  OmsDeadlineError,
  OmsMalformedResponseError,
  OmsResponseError,
  OmsTimeoutError,
} from '#shared/oms/errors.ts';
import {
  answer,
  type Loopback,
  type Reply,
  refusedPort,
  rejection,
  reset,
  silence,
  startLoopback,
  startTcp,
  TASK,
  testClient,
} from './loopback.ts';

let server: Loopback | undefined;
afterEach(() => server?.close());

const event = { syncTaskId: 'task-1', objectKeys: ['a'] };
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

describe('a call of OmsClient is tried again', () => {
  it.each<[string, Reply]>([
    ['429', answer(429, { error_code: 'APIGW.0308', error_msg: 'Throttled' })],
    ['500', answer(500)],
    ['502 with HTML', answer(502, '<html>Bad gateway</html>')],
    ['503 with null', answer(503, 'null')],
    ['504', answer(504)],
    ['400 OMS.1001', answer(400, { error_code: 'OMS.1001', error_msg: 'Internal server error' })],
    ['a reset before the answer', reset()],
    ['a reset within the answer', reset({ status: 200, part: '{' })],
    ['a reset within the answer of a 503', reset({ status: 503, part: '{' })],
  ])('after %s', async (_name, failure) => {
    server = await startLoopback(failure, failure, answer(200));
    const { client, waits } = testClient(server.url);
    expect(await client.createSyncEvents(event)).toMatchObject({ attempts: 3 });
    // Half of 200 and of 400: full jitter with 0.5.
    expect(waits).toEqual([100, 200]);
  });

  it('after a timeout', async () => {
    server = await startLoopback(silence, answer(200));
    const { client } = testClient(server.url, { timeoutMs: 60 });
    expect(await client.createSyncEvents(event)).toMatchObject({ attempts: 2 });
  });

  it('after a body that stops arriving', async () => {
    const stall: Reply = (_received, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{');
    };
    server = await startLoopback(stall, answer(200));
    const { client } = testClient(server.url, { timeoutMs: 60 });
    expect(await client.createSyncEvents(event)).toMatchObject({ attempts: 2 });
  });

  it('at most maxAttempts times, and then the last failure is the error', async () => {
    server = await startLoopback(answer(503, { error_code: 'OMS.9', error_msg: 'Please try again later' }));
    const { client, waits } = testClient(server.url, { maxAttempts: 3 });
    const error = await rejection(client.createSyncEvents(event));
    expect(error).toBeInstanceOf(OmsResponseError);
    expect(error).toMatchObject({ status: 503, omsErrorCode: 'OMS.9', attempts: 3, retryable: true });
    expect(server.requests).toHaveLength(3);
    expect(waits).toHaveLength(2);
  });

  it('with a new signature each time', async () => {
    server = await startLoopback(answer(500), answer(200));
    let now = NOW;
    const { client } = testClient(server.url, {
      now: () => {
        now += 1000;
        return now;
      },
    });
    await client.createSyncEvents(event);
    const [first, second] = server.requests.map(({ headers }) => headers);
    expect(first?.['x-sdk-date']).not.toBe(second?.['x-sdk-date']);
    expect(first?.authorization).not.toBe(second?.authorization);
  });

  it('at once and over a new connection where the server closed the kept one', async () => {
    // Closes the connection when the second request on it arrives, as a server does whose idle time is over.
    const closing: Reply = ({ socket }) => socket.destroy();
    server = await startLoopback(answer(200), closing, answer(200));
    const { client, waits } = testClient(server.url, { maxAttempts: 1 });
    await client.createSyncEvents(event);
    expect(await client.createSyncEvents(event)).toMatchObject({ attempts: 2 });
    expect(waits).toEqual([]);
    expect(server.connections()).toBe(2);
  });

  it('only once for that reason', async () => {
    server = await startLoopback(answer(200), reset());
    const { client } = testClient(server.url, { maxAttempts: 1 });
    await client.createSyncEvents(event);
    const error = await rejection(client.createSyncEvents(event));
    expect(error).toBeInstanceOf(OmsConnectionError);
    expect(error).toMatchObject({ attempts: 2, status: 502, reason: 'ECONNRESET' });
  });
});

describe('a call of OmsClient is not tried again', () => {
  it.each([400, 401, 403, 404, 409, 413, 302])('after %i', async (status) => {
    server = await startLoopback(answer(status, { error_code: 'OMS.0064', error_msg: 'Invalid' }));
    const { client } = testClient(server.url);
    const error = await rejection(client.createSyncEvents(event));
    expect(error).toBeInstanceOf(OmsResponseError);
    expect(error).toMatchObject({ omsStatus: status, attempts: 1, retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  it('after a 404 whose body did not arrive', async () => {
    server = await startLoopback(reset({ status: 404, part: '{' }));
    const error = await rejection(testClient(server.url).client.createSyncEvents(event));
    expect(error).toMatchObject({ name: 'OmsResponseError', status: 404, attempts: 1 });
  });

  it('after an answer that is not HTTP', async () => {
    server = await startTcp((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    const error = await rejection(testClient(server.url).client.createSyncEvents(event));
    expect(error).toBeInstanceOf(OmsMalformedResponseError);
    expect(error).toMatchObject({ status: 502, reason: 'is not HTTP', attempts: 1 });
  });
});

describe('Retry-After', () => {
  it('in seconds is the least wait', async () => {
    server = await startLoopback(answer(503, '', { 'retry-after': '2' }), answer(200));
    const { client, waits } = testClient(server.url);
    await client.createSyncEvents(event);
    expect(waits).toEqual([2100]);
  });

  it('as a date is the least wait', async () => {
    server = await startLoopback(answer(429, '', { 'retry-after': new Date(NOW + 3000).toUTCString() }), answer(200));
    const { client, waits } = testClient(server.url, { now: () => NOW });
    await client.createSyncEvents(event);
    expect(waits).toEqual([3100]);
  });

  it('beyond the deadline ends the call, and is passed on', async () => {
    server = await startLoopback(answer(503, '', { 'retry-after': '30' }));
    const { client, waits } = testClient(server.url, { deadline: () => 20_000 });
    const error = await rejection(client.createSyncEvents(event));
    expect(error).toMatchObject({ status: 503, retryAfter: 30, attempts: 1 });
    expect(waits).toEqual([]);
  });

  it('of an hour is not waited for even without a deadline', async () => {
    server = await startLoopback(answer(429, '', { 'retry-after': '3600' }));
    const error = await rejection(testClient(server.url).client.createSyncEvents(event));
    expect(error).toMatchObject({ status: 429, retryAfter: 3600, attempts: 1 });
  });
});

describe('the deadline of OmsClient', () => {
  it('that has passed sends nothing', async () => {
    server = await startLoopback(answer(200));
    const error = await rejection(testClient(server.url, { deadline: () => 0 }).client.createSyncEvents(event));
    expect(error).toBeInstanceOf(OmsDeadlineError);
    expect(error).toMatchObject({ status: 504, attempts: 0, retryable: true });
    expect(server.requests).toHaveLength(0);
  });

  it('shortens an attempt', async () => {
    server = await startLoopback(silence);
    const error = await rejection(testClient(server.url, { deadline: () => 50 }).client.createSyncEvents(event));
    expect(error).toBeInstanceOf(OmsDeadlineError);
    expect(error).toMatchObject({ status: 504, attempts: 1 });
  });

  it('that passes between two attempts has the last failure as its cause', async () => {
    server = await startLoopback(answer(503));
    const remaining = [1000, 1000, 0];
    const { client } = testClient(server.url, { deadline: () => remaining.shift() ?? 0 });
    const error = await rejection(client.createSyncEvents(event));
    expect(error).toBeInstanceOf(OmsDeadlineError);
    expect((error as Error).cause).toMatchObject({ name: 'OmsResponseError', status: 503 });
  });

  it('is not what an attempt of its own length runs into', async () => {
    server = await startLoopback(silence);
    const { client } = testClient(server.url, { timeoutMs: 50, maxAttempts: 1, deadline: () => 10_000 });
    const error = await rejection(client.createSyncEvents(event));
    expect(error).toBeInstanceOf(OmsTimeoutError);
    expect(error).toMatchObject({ status: 504, retryable: true });
  });
});

describe('createSyncTask', () => {
  it.each<[string, Reply, number]>([
    ['a reset before the answer', reset(), 502],
    ['a reset within the answer', reset({ status: 200, part: '{"sync_' }), 502],
    ['500', answer(500, { error_code: 'OMS.0062', error_msg: 'Save failed' }), 502],
    ['503', answer(503, 'busy', { 'retry-after': '1' }), 503],
    ['400 OMS.1001', answer(400, { error_code: 'OMS.1001', error_msg: 'Internal server error' }), 502],
    ['200 without a body', answer(200), 502],
    ['200 with null', answer(200, 'null'), 502],
    ['200 with HTML', answer(200, '<html>'), 502],
    ['200 without an id', answer(200, {}), 502],
    ['200 with an empty id', answer(200, { sync_task_id: '' }), 502],
    ['no answer', silence, 504],
  ])('reports that the task may exist, and is not repeated, after %s', async (_name, reply, status) => {
    server = await startLoopback(reply);
    const { client } = testClient(server.url, { timeoutMs: 60 });
    const error = await rejection(client.createSyncTask(TASK));
    expect(error).toBeInstanceOf(AmbiguousCreateError);
    expect(error).toMatchObject({ status, code: 'OmsSync.AmbiguousCreate', retryable: false, attempts: 1 });
    expect((error as AmbiguousCreateError).publicMessage).toMatch(/list of sync tasks/);
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, Reply]>([
    ['400', answer(400, { error_code: 'OMS.0077', error_msg: 'The number of tasks exceeds the limit' })],
    ['400 whose body did not arrive', reset({ status: 400, part: '{' })],
    ['403', answer(403)],
    ['401', answer(401)],
  ])('reports %s as a refusal', async (_name, reply) => {
    server = await startLoopback(reply);
    const error = await rejection(testClient(server.url).client.createSyncTask(TASK));
    expect(error).toBeInstanceOf(OmsResponseError);
    expect(server.requests).toHaveLength(1);
  });

  it('is repeated after 429, which turned it away', async () => {
    server = await startLoopback(answer(429), answer(200, { sync_task_id: 'new' }));
    expect(await testClient(server.url).client.createSyncTask(TASK)).toEqual({ sync_task_id: 'new' });
  });

  it('is repeated where no connection came about', async () => {
    const { client, waits } = testClient(`http://127.0.0.1:${await refusedPort()}`, { maxAttempts: 3 });
    const error = await rejection(client.createSyncTask(TASK));
    expect(error).toBeInstanceOf(OmsConnectionError);
    expect(error).toMatchObject({ reason: 'ECONNREFUSED', attempts: 3, status: 502 });
    expect(waits).toHaveLength(2);
  });

  it('never uses a kept connection, whose end would be ambiguous', async () => {
    server = await startLoopback(answer(200), answer(200, { sync_task_id: 'new' }));
    const { client } = testClient(server.url);
    await client.createSyncEvents(event);
    await client.createSyncTask(TASK);
    expect(server.connections()).toBe(2);
  });
});
