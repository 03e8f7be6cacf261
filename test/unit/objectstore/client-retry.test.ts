import { afterEach, describe, expect, it } from 'vitest';
import { TransportFailure } from '#shared/http/transport.ts';
import {
  ObjectStoreConnectionError,
  ObjectStoreDeadlineError,
  ObjectStoreTimeoutError,
} from '#shared/objectstore/errors.ts';
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
} from '../oms/loopback.ts';
import { BUCKET, page, REQUEST_ID, recordingStore, refusal, reply, testStore } from './test-store.ts';

let server: Loopback | undefined;
afterEach(() => server?.close());

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const object = { bucket: BUCKET, key: 'k' };
const good = reply(200, 'body', { etag: '"e1"' });

const half: Reply = ({ socket }, response) => {
  response.writeHead(200, { etag: '"e1"', 'content-length': '1000' });
  response.write('half', () => socket.destroy());
};

describe('a call of ObjectStoreClient is tried again', () => {
  it.each<[string, Reply]>([
    ['429', reply(429)],
    ['500', refusal(500, 'InternalError')],
    ['502 with HTML', answer(502, '<html>Bad gateway</html>')],
    ['503 SlowDown', refusal(503, 'SlowDown')],
    ['503 without a body', answer(503)],
    ['504', answer(504)],
    ['400 RequestTimeout', refusal(400, 'RequestTimeout')],
    ['409 OperationAborted', refusal(409, 'OperationAborted')],
    ['a reset before the answer', reset()],
    ['a body that is cut', half],
    ['a 503 that is cut', reset({ status: 503, part: '<' })],
    ['a 404 that is cut, so that nobody knows what is missing', reset({ status: 404, part: '<Error>' })],
    ['the 200 of a sign-in page', answer(200, '<html>')],
    ['a 503 that is too long to be read', reply(503, 'x'.repeat(70_000))],
  ])('after %s', async (_name, failure) => {
    server = await startLoopback(failure, failure, good);
    const { store, waits } = testStore(server.url);
    expect((await store.getObject(object)).body.toString()).toBe('body');
    expect(server.requests).toHaveLength(3);
    // Half of 200 and of 400: full jitter with 0.5.
    expect(waits).toEqual([100, 200]);
  });

  it('whatever the operation is, for all of them may be repeated', async () => {
    server = await startLoopback(answer(500), good, answer(500), good, answer(500), good, answer(500), answer(204));
    const { store } = testStore(server.url);
    await store.getObject(object);
    await store.putObject({ ...object, body: 'x' });
    await store.headObject(object);
    await store.deleteObject(object);
    expect(server.requests.map(({ method }) => method)).toEqual(
      ['GET', 'PUT', 'HEAD', 'DELETE'].flatMap((method) => [method, method]),
    );
    expect(server.requests.filter(({ body }) => body === 'x')).toHaveLength(2);
  });

  it('after half a page of a listing', async () => {
    server = await startLoopback(reply(200, page(['a', 'b']).slice(0, -1)), reply(200, page(['a', 'b'])));
    expect((await testStore(server.url).store.listObjects({ bucket: BUCKET })).objects).toHaveLength(2);
  });

  it.each<[string, Reply]>([
    ['a timeout', silence],
    [
      'a body that stops arriving',
      (_received, response) => {
        response.writeHead(200, { etag: '"e1"', 'content-length': '100' });
        response.write('{');
      },
    ],
  ])('after %s', async (_name, failure) => {
    server = await startLoopback(failure, good);
    const { store } = testStore(server.url, { timeoutMs: 60 });
    expect((await store.getObject(object)).body.toString()).toBe('body');
  });

  it('at most maxAttempts times, 4 by default, and then the last failure is the error', async () => {
    server = await startLoopback(refusal(503, 'SlowDown'));
    const { store, waits } = testStore(server.url);
    const error = await rejection(store.getObject(object));
    expect(error).toMatchObject({
      name: 'ObjectStoreResponseError',
      status: 503,
      storeCode: 'SlowDown',
      requestId: REQUEST_ID,
      attempts: 4,
      retryable: true,
    });
    expect(server.requests).toHaveLength(4);
    expect(waits).toEqual([100, 200, 400]);
    expect(await rejection(testStore(server.url, { maxAttempts: 2 }).store.getObject(object))).toMatchObject({
      attempts: 2,
    });
  });

  it('with the time and the credentials of the attempt', async () => {
    server = await startLoopback(answer(500), good);
    let now = NOW;
    let calls = 0;
    const { store } = testStore(server.url, {
      now: () => now,
      credentials: () => {
        now += 1000;
        calls += 1;
        return { accessKey: `AK${calls}`, secretKey: `SK${calls}`, securityToken: `token-${calls}` };
      },
    });
    await store.getObject(object);
    const [first, second] = server.requests.map(({ headers }) => headers);
    expect(first).toMatchObject({ 'x-amz-date': '20260102T030406Z', 'x-amz-security-token': 'token-1' });
    expect(second).toMatchObject({ 'x-amz-date': '20260102T030407Z', 'x-amz-security-token': 'token-2' });
    expect(second?.authorization).toContain('Credential=AK2/');
  });

  it('at once and over a new connection where the server closed the kept one', async () => {
    const closing: Reply = ({ socket }) => socket.destroy();
    server = await startLoopback(good, closing, good);
    const { store, waits } = testStore(server.url, { maxAttempts: 1 });
    await store.getObject(object);
    await store.getObject(object);
    expect(waits).toEqual([]);
    expect(server.connections()).toBe(2);
  });

  it('only once for that reason', async () => {
    server = await startLoopback(good, reset());
    const { store } = testStore(server.url, { maxAttempts: 1 });
    await store.getObject(object);
    const error = await rejection(store.getObject(object));
    expect(error).toBeInstanceOf(ObjectStoreConnectionError);
    expect(error).toMatchObject({ attempts: 2, status: 502, reason: 'ECONNRESET' });
  });

  it('and does not count the connection that was closed', async () => {
    const closing: Reply = ({ socket }) => socket.destroy();
    server = await startLoopback(good, closing, answer(503), good);
    const { store } = testStore(server.url, { maxAttempts: 2 });
    await store.getObject(object);
    expect((await store.getObject(object)).body.toString()).toBe('body');
    expect(server.requests).toHaveLength(4);
  });

  it('over a new connection even where another one is kept, for that may be closed as well', async () => {
    const closing: Reply = ({ socket }) => socket.destroy();
    const held: (() => void)[] = [];
    const together: Reply = (received, response, index) => {
      held.push(() => good(received, response, index));
      if (held.length === 2) for (const release of held) release();
    };
    server = await startLoopback(together, together, closing, good);
    const { store } = testStore(server.url);
    await Promise.all([store.getObject(object), store.getObject(object)]);
    expect(server.connections()).toBe(2);
    await store.getObject(object);
    expect(server.connections()).toBe(3);
  });

  it('where nobody listens', async () => {
    const { store, waits } = testStore(`http://127.0.0.1:${await refusedPort()}`, { maxAttempts: 3 });
    const error = await rejection(store.putObject({ ...object, body: 'x' }));
    expect(error).toBeInstanceOf(ObjectStoreConnectionError);
    expect(error).toMatchObject({ reason: 'ECONNREFUSED', attempts: 3, code: 'OmsSync.ObjectStoreUnreachable' });
    expect(waits).toHaveLength(2);
  });
});

describe('a call of ObjectStoreClient is not tried again', () => {
  it.each([
    [400, 'InvalidArgument'],
    [401, 'X'],
    [403, 'AccessDenied'],
    [404, 'NoSuchKey'],
    [404, 'NoSuchBucket'],
    [405, 'MethodNotAllowed'],
    [409, 'BucketNotEmpty'],
    [412, 'PreconditionFailed'],
    [301, 'PermanentRedirect'],
    [501, 'NotImplemented'],
  ])('after %i %s', async (status, code) => {
    server = await startLoopback(refusal(status, code));
    const error = await rejection(testStore(server.url).store.getObject(object));
    expect(error).toMatchObject({ storeStatus: status, storeCode: code, attempts: 1, retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  it('after an answer that is not HTTP', async () => {
    server = await startTcp((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    const error = await rejection(testStore(server.url).store.getObject(object));
    expect(error).toMatchObject({
      name: 'ObjectStoreMalformedResponseError',
      reason: 'is not HTTP',
      attempts: 1,
    });
  });

  it('after a page that is larger than any page is', async () => {
    server = await startLoopback((_received, response) => {
      response.writeHead(200, { 'content-length': '16777217' });
      response.flushHeaders();
    });
    const error = await rejection(testStore(server.url).store.listObjects({ bucket: BUCKET }));
    expect(error).toMatchObject({
      name: 'ObjectStoreMalformedResponseError',
      reason: 'is too large',
      attempts: 1,
      storeStatus: 200,
    });
  });

  it('after what credentials() throws, which is thrown as it is', async () => {
    server = await startLoopback(good);
    const failure = new Error('no agency');
    const { store } = testStore(server.url, {
      credentials: () => {
        throw failure;
      },
    });
    expect(await rejection(store.getObject(object))).toBe(failure);
    expect(server.requests).toEqual([]);
  });
});

describe('an error after an attempt that may have done its work', () => {
  it.each<[string, Reply, boolean]>([
    ['a reset', reset(), true],
    ['500', answer(500), true],
    ['503', refusal(503, 'SlowDown'), true],
    ['the 200 of a sign-in page', answer(200, '<html>'), true],
    ['429, which turned it away', answer(429), false],
  ])('says so: %s', async (_name, failure, afterUncertain) => {
    server = await startLoopback(failure, refusal(403, 'AccessDenied'));
    const error = await rejection(testStore(server.url).store.putObject({ ...object, body: 'x' }));
    expect(error).toMatchObject({ name: 'AccessDeniedError', afterUncertain, attempts: 2 });
  });
});

describe('Retry-After of a store', () => {
  it.each([
    ['2', 2100],
    [new Date(NOW + 3000).toUTCString(), 3100],
  ])('%s is the least wait', async (value, wait) => {
    server = await startLoopback(refusal(503, 'SlowDown', { 'retry-after': value }), good);
    const { store, waits } = testStore(server.url, { now: () => NOW });
    await store.getObject(object);
    expect(waits).toEqual([wait]);
  });

  it('beyond the deadline ends the call, and is passed on', async () => {
    server = await startLoopback(answer(503, '', { 'retry-after': '30' }));
    const { store, waits } = testStore(server.url, { deadline: () => 20_000 });
    expect(await rejection(store.getObject(object))).toMatchObject({ status: 503, retryAfter: 30, attempts: 1 });
    expect(waits).toEqual([]);
  });

  it('of an hour is not waited for even without a deadline', async () => {
    server = await startLoopback(answer(429, '', { 'retry-after': '3600' }));
    expect(await rejection(testStore(server.url).store.getObject(object))).toMatchObject({
      status: 503,
      retryAfter: 3600,
      attempts: 1,
    });
  });
});

describe('the deadline of ObjectStoreClient', () => {
  it('that has passed sends nothing', async () => {
    server = await startLoopback(good);
    const error = await rejection(testStore(server.url, { deadline: () => 0 }).store.getObject(object));
    expect(error).toBeInstanceOf(ObjectStoreDeadlineError);
    expect(error).toMatchObject({ status: 504, attempts: 0, retryable: true, operation: 'GetObject', bucket: BUCKET });
    expect(server.requests).toEqual([]);
  });

  it('shortens an attempt', async () => {
    server = await startLoopback(silence);
    const error = await rejection(testStore(server.url, { deadline: () => 50 }).store.getObject(object));
    expect(error).toBeInstanceOf(ObjectStoreDeadlineError);
    expect(error).toMatchObject({ attempts: 1 });
  });

  it.each([
    [50, 50],
    [100_000, 10_000],
    [Number.POSITIVE_INFINITY, 10_000],
  ])('of %d ms gives an attempt %d ms', async (left, given) => {
    const { exchanges, store } = recordingStore({ deadline: () => left });
    await store.deleteObject(object);
    expect(exchanges[0]?.timeout).toBe(given);
  });

  it('that passes between two attempts has the last failure as its cause', async () => {
    server = await startLoopback(answer(503));
    const remaining = [1000, 1000, 0];
    const { store } = testStore(server.url, { deadline: () => remaining.shift() ?? 0 });
    const error = await rejection(store.putObject({ ...object, body: 'x' }));
    expect(error).toBeInstanceOf(ObjectStoreDeadlineError);
    expect(error).toMatchObject({ afterUncertain: true, cause: { name: 'ObjectStoreResponseError', status: 503 } });
  });

  it('is not what an attempt of its own length runs into', async () => {
    server = await startLoopback(silence);
    const { store } = testStore(server.url, { timeoutMs: 50, maxAttempts: 1, deadline: () => 10_000 });
    const error = await rejection(store.getObject(object));
    expect(error).toBeInstanceOf(ObjectStoreTimeoutError);
    expect(error).toMatchObject({ status: 504, retryable: true });
  });

  it('belongs to the invocation', async () => {
    server = await startLoopback(good);
    const { store } = testStore(server.url);
    const credentials = () => ({ accessKey: 'AK', secretKey: 'SK' });
    const late = store.forInvocation({ credentials, deadline: () => 0 });
    expect(await rejection(late.getObject(object))).toBeInstanceOf(ObjectStoreDeadlineError);
    await store.getObject(object);
  });
});

describe('TransportFailure', () => {
  it('is the cause of a connection error, and has a code and nothing else', async () => {
    const { store } = testStore(`http://127.0.0.1:${await refusedPort()}`, { maxAttempts: 1 });
    const { cause } = (await rejection(store.getObject(object))) as Error;
    expect(cause).toBeInstanceOf(TransportFailure);
    expect((cause as Error).message).toBe('ECONNREFUSED');
    expect((cause as Error).cause).toBeUndefined();
  });
});
