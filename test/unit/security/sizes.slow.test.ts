import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import { OmsClient } from '#shared/oms/client.ts';
import type { PlatformHandler } from '#shared/platform/stack.ts';
import { fakeContext } from '../../helpers/fake-context.ts';
import { gatewayEvent, readAnswer } from '../../helpers/gateway-event.ts';
import { loadHandler } from '../../helpers/load-handler.ts';
import { captureLog, type LogLines } from '../../helpers/log-lines.ts';
import { type OmsStub, startOmsStub } from '../../helpers/oms-stub.ts';

const MB = 1024 * 1024;
/** Bytes that a synchronous call may answer. */
const ANSWER_LIMIT = 6 * MB;
/** Length at which the platform splits a line. */
const LINE_LIMIT = 90 * 1024;

let oms: OmsStub;
let log: LogLines;
beforeAll(async () => {
  oms = await startOmsStub();
  return () => oms.close();
});
beforeEach(() => {
  log = captureLog();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  oms.reply = () => ({});
});
const { stackTraceLimit } = Error;
afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit;
  for (const line of log.raw) expect(Buffer.byteLength(line)).toBeLessThan(LINE_LIMIT);
  log.restore();
  vi.restoreAllMocks();
});

const context = (remaining = 20_000) =>
  fakeContext({
    remaining,
    variables: {
      OMS_REGION: 'cn-north-4',
      OMS_ENDPOINT: oms.url,
      OMS_MAX_ATTEMPTS: '1',
      OMS_CALLS_PER_SECOND: '10000',
      ROUTES: JSON.stringify([{ source: { bucket: 'source' }, sync_task_id: 'task-1' }]),
    },
  });

describe('a request that is too large, too deep or too long', () => {
  let create: PlatformHandler;
  let task: PlatformHandler;
  beforeAll(async () => {
    create = await loadHandler('create-sync-event');
    task = await loadHandler('create-sync-task');
  });
  const PATH = '/sync-tasks/task-1/events';
  const fields = (count: number) => `{${Array.from({ length: count }, (_, index) => `"f${index}":1`).join(',')}}`;
  const padded = (key: string) => JSON.stringify({ objects: [key] });
  const REQUESTS: Readonly<Record<string, readonly [status: number, code: string, body: () => string]>> = {
    'a byte more than the gateway passes on': [413, 'OmsSync.PayloadTooLarge', () => `"${'x'.repeat(4 * MB - 1)}"`],
    'as many bytes as the gateway passes on': [400, 'OmsSync.InvalidInput', () => `"${'x'.repeat(4 * MB - 2)}"`],
    '100,000 levels of lists': [400, 'OmsSync.InvalidInput', () => '['.repeat(100_000) + ']'.repeat(100_000)],
    '100,000 levels below a field': [
      400,
      'OmsSync.InvalidInput',
      () => `{"objects":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
    ],
    '2 million brackets that nothing closes': [400, 'OmsSync.InvalidInput', () => '['.repeat(2_000_000)],
    'a text of 4 MB that nothing closes': [400, 'OmsSync.InvalidInput', () => `{"objects":["${'x'.repeat(3.9 * MB)}`],
    '4 MB of escapes that nothing closes': [400, 'OmsSync.InvalidInput', () => `{"a":"${'\\u0041'.repeat(600_000)}`],
    '4 MB of digits and a letter': [400, 'OmsSync.InvalidInput', () => `${'1'.repeat(3.9 * MB)}x`],
    '4 MB of white space': [400, 'OmsSync.InvalidInput', () => ' '.repeat(3.9 * MB)],
    'one field 300,000 times': [
      400,
      'OmsSync.InvalidInput',
      () => `{${'"objects":["a"],'.repeat(240_000)}"objects":["a"]}`,
    ],
    '300,000 fields': [400, 'OmsSync.InvalidInput', () => fields(300_000)],
    '1000 keys': [200, '', () => JSON.stringify({ objects: Array.from({ length: 1000 }, (_, index) => `${index}`) })],
    '1001 keys': [413, 'OmsSync.PayloadTooLarge', () => JSON.stringify({ objects: Array(1001).fill('a') })],
    'a million keys': [413, 'OmsSync.PayloadTooLarge', () => `{"objects":[${'"",'.repeat(1_000_000)}""]}`],
    '1000 wrong keys': [400, 'OmsSync.InvalidInput', () => JSON.stringify({ objects: Array(1000).fill('') })],
    'a key of 1024 bytes': [200, '', () => padded('é'.repeat(512))],
    'a key of 1025 bytes': [400, 'OmsSync.InvalidInput', () => padded(`${'é'.repeat(512)}x`)],
    'a key of 4 MB': [400, 'OmsSync.InvalidInput', () => padded('x'.repeat(3.9 * MB))],
    'a name of a field of 4 MB': [400, 'OmsSync.InvalidInput', () => JSON.stringify({ ['x'.repeat(3.9 * MB)]: 1 })],
  };

  it.each(Object.keys(REQUESTS))('%s', async (name) => {
    const [status, code, body] = REQUESTS[name] ?? [0, '', () => ''];

    const answer = readAnswer(await create(gatewayEvent('POST', PATH, body()), context()));

    expect(answer.status).toBe(status);
    if (code !== '') expect(answer.body.error_code).toBe(code);
    expect(Buffer.byteLength(answer.text)).toBeLessThan(ANSWER_LIMIT);
  });

  it('a base64 text that is one third longer than the limit', async () => {
    const event = { ...gatewayEvent('POST', PATH), body: 'A'.repeat(8 * MB) };
    expect(readAnswer(await create(event, context()))).toMatchObject({ status: 413 });
  });

  it.each([
    ['a path of a megabyte', { path: `/sync-tasks/${'x'.repeat(MB)}/events` }, 400],
    ['a path of 100,000 segments', { path: `/sync-tasks${'/x'.repeat(100_000)}/events` }, 404],
    ['a path of malformed escapes', { path: `/sync-tasks/${'%'.repeat(MB)}/events` }, 400],
    [
      '100,000 parameters',
      { queryStringParameters: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`p${i}`, 'x'])) },
      400,
    ],
    ['headers of a megabyte', { headers: { 'x-long': 'x'.repeat(MB), [`x-${'y'.repeat(MB)}`]: '1' } }, 200],
    ['a method of a megabyte', { httpMethod: 'P'.repeat(MB) }, 405],
    ['a request id of a megabyte', { requestContext: { requestId: 'x'.repeat(MB) } }, 200],
  ])('%s', async (_name, more, status) => {
    const event = { ...gatewayEvent('POST', PATH, { objects: ['a'] }), ...more };
    const answer = readAnswer(await create(event, context()));
    expect(answer.status).toBe(status);
    expect(Buffer.byteLength(answer.text)).toBeLessThan(ANSWER_LIMIT);
  });

  it('every text of a sync task longer than it may be', async () => {
    const fieldsOfTask = [
      'src_region',
      'src_bucket',
      'dst_bucket',
      'src_ak',
      'src_sk',
      'dst_ak',
      'dst_sk',
      'description',
      'app_id',
    ];
    const body = Object.fromEntries(fieldsOfTask.map((field) => [field, 'x'.repeat(400_000)]));
    const answer = readAnswer(await task(gatewayEvent('POST', '/sync-tasks', body), context()));
    expect(answer.status).toBe(400);
    expect(answer.text.length).toBeLessThan(10_000);
  });
});

describe('an event of 6 MB with 50,000 records', () => {
  const event = (record: (index: number) => unknown) => ({
    Records: Array.from({ length: 50_000 }, (_, index) => record(index)),
  });
  const created = (key: string, bucket = 'source') => ({
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: bucket }, object: { key } },
  });

  it.each([
    ['that are all one object', () => event(() => created('a')), { submitted: 1, duplicates: 49_999 }],
    ['of other kinds', () => event(() => ({ eventName: 'ObjectRemoved:Delete', s3: {} })), { ignored: 50_000 }],
  ])('%s', async (_what, make, expected) => {
    const handler = await loadHandler('on-object-created');
    await expect(handler(make(), context())).resolves.toMatchObject({ records: 50_000, ...expected });
  });

  it.each([
    ['that cannot be read', () => event(() => ({ s3: 1 }))],
    ['of a bucket without a route', () => event((index) => created(`k${index}`, 'other'))],
  ])('%s', async (_what, make) => {
    const handler = await loadHandler('on-object-created');
    // The test runner costs time here: it maps every stack to its source.
    Error.stackTraceLimit = 0;
    // There is no bucket for dead letters: the platform keeps the event.
    await expect(handler(make(), context())).rejects.toMatchObject({ code: 'OmsSync.DeadLetterFailed' });
  });
});

describe('an answer that is too long, or never ends', () => {
  let server: Server;
  let respond: (response: import('node:http').ServerResponse) => void;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      response.on('error', () => {});
      respond(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return () => server.closeAllConnections();
  });
  const keys = { accessKey: 'AK', secretKey: 'SK' };
  const options = { region: 'cn-north-4', timeoutMs: 150, maxAttempts: 1, credentials: () => keys };
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    'of OMS': () =>
      new OmsClient({ ...options, endpoint: url, projectId: 'p' }).showSyncTask({ syncTaskId: 't', queryTime: 0 }),
    'of the object store': () =>
      new ObjectStoreClient({ ...options, endpoint: url }).getObject({ bucket: 'bucket', key: 'k', maxBytes: MB }),
    'of a listing': () => new ObjectStoreClient({ ...options, endpoint: url }).listObjects({ bucket: 'bucket' }),
  };
  type Respond = (response: import('node:http').ServerResponse) => void;
  const endless =
    (status: number, chunk: string): Respond =>
    (response) => {
      response.writeHead(status, { etag: '"x"' });
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    };
  const drip =
    (begin: (response: import('node:http').ServerResponse) => void): Respond =>
    (response) => {
      begin(response);
      const timer = setInterval(() => (response.destroyed ? clearInterval(timer) : response.write(' ')), 10);
    };
  const ANSWERS: Readonly<Record<string, Respond>> = {
    'that says it has 100 MB': (response) =>
      response.writeHead(200, { 'content-length': 100 * MB, etag: '"x"' }).write('x'),
    'that has no end': endless(200, 'x'.repeat(64 * 1024)),
    'that has no end and is an error': endless(500, '<'.repeat(64 * 1024)),
    'that comes byte by byte': drip((response) => response.writeHead(200, { etag: '"x"' })),
    'that says nothing': () => {},
    'that has headers without end': (response) =>
      response.socket?.write(`HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(100_000)}`),
    'that is no HTTP': (response) => response.socket?.end('SSH-2.0-OpenSSH\r\n'),
    'that is compressed': (response) =>
      response.writeHead(200, { 'content-encoding': 'gzip', etag: '"x"' }).end(gzipSync('{}'.repeat(1000))),
    'that is a redirect': (response) => response.writeHead(302, { location: `${url}/elsewhere` }).end(),
    'that is 100,000 levels deep': (response) =>
      response.writeHead(200, { etag: '"x"' }).end(`${'['.repeat(100_000)}12345678901234567${']'.repeat(100_000)}`),
  };

  for (const [whose, call] of Object.entries(calls))
    it.each(Object.keys(ANSWERS))(`${whose}: %s`, async (answer) => {
      respond = ANSWERS[answer] ?? (() => {});
      const before = process.memoryUsage().arrayBuffers;
      const settled = await call().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      if (whose === 'of the object store' && /compressed|deep/.test(answer)) expect(settled).toHaveProperty('value');
      else
        expect(settled).toMatchObject({
          error: { name: expect.stringMatching(/^(?:Oms|ObjectStore|MalformedListing|ObjectTooLarge)/) },
        });
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MB);
    });
});
