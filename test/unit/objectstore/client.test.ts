import { Agent } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { KeyEncodingError } from '#shared/encoding/errors.ts';
import {
  NoSuchBucketError,
  ObjectNotFoundError,
  ObjectStoreMalformedResponseError,
  ObjectTooLargeError,
} from '#shared/objectstore/errors.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import { answer, type Loopback, type Reply, rejection, startLoopback } from '../oms/loopback.ts';
import {
  ACCESS_KEY,
  BUCKET,
  errorDocument,
  page,
  REQUEST_ID,
  recordingStore,
  refusal,
  reply,
  SECRET_KEY,
  TOKEN,
  testStore,
} from './test-store.ts';

let server: Loopback | undefined;
afterEach(() => server?.close());

/** A client of a server that answers so, and the server. */
async function storeThatAnswers(...replies: readonly Reply[]) {
  server = await startLoopback(...replies);
  return { ...testStore(server.url, { maxAttempts: 1 }), server };
}

const MODIFIED = 'Fri, 02 Jan 2026 03:04:05 GMT';
const STATE = { etag: '"e1"', 'last-modified': MODIFIED };

/** Names that software on the way likes to change, and how they are written on the request line. */
const HOSTILE: readonly (readonly [key: string, path: string])[] = [
  ['../x', '../x'],
  ['../../other-bucket/x', '../../other-bucket/x'],
  ['a/../b', 'a/../b'],
  ['./', './'],
  ['.', '.'],
  ['..', '..'],
  ['a//b', 'a//b'],
  ['/', '/'],
  ['//', '//'],
  ['dir/', 'dir/'],
  ['a+b %2F ☃', 'a%2Bb%20%252F%20%E2%98%83'],
  ['emoji-😀', 'emoji-%F0%9F%98%80'],
  ['line\nbreak\r\t', 'line%0Abreak%0D%09'],
  ['nul\u0000', 'nul%00'],
  ['?list-type=2#x', '%3Flist-type%3D2%23x'],
  ['e\u0301', 'e%CC%81'],
  ['é', '%C3%A9'],
  [' ', '%20'],
  ['ÿ'.repeat(512), '%C3%BF'.repeat(512)],
];

describe('ObjectStoreClient sends a key as it is:', () => {
  it.each(HOSTILE)('%j', async (key, path) => {
    const { store, server } = await storeThatAnswers(reply(200, 'x', STATE));
    await store.getObject({ bucket: BUCKET, key });
    await store.putObject({ bucket: BUCKET, key, body: 'x' });
    await store.headObject({ bucket: BUCKET, key });
    await store.deleteObject({ bucket: BUCKET, key });
    expect(server.requests.map(({ method, target }) => `${method} ${target}`)).toEqual(
      ['GET', 'PUT', 'HEAD', 'DELETE'].map((method) => `${method} /${BUCKET}/${path}`),
    );
  });

  it.each([
    ['that is empty, which would be the bucket itself', '', 'empty'],
    ['of 1025 bytes', `${'é'.repeat(512)}x`, 'too_long'],
    ['with half a surrogate pair', 'a\ud800', 'lone_surrogate'],
  ])('and refuses one %s', async (_name, key, rule) => {
    const { store, server } = await storeThatAnswers(reply(200, '', STATE));
    for (const call of [
      () => store.getObject({ bucket: BUCKET, key }),
      () => store.putObject({ bucket: BUCKET, key, body: '' }),
      () => store.headObject({ bucket: BUCKET, key }),
      () => store.deleteObject({ bucket: BUCKET, key }),
    ]) {
      const error = await rejection(call());
      expect(error).toBeInstanceOf(KeyEncodingError);
      expect(error).toMatchObject({ rule });
    }
    expect(server.requests).toEqual([]);
  });
});

describe('ObjectStoreClient', () => {
  it('signs for the region, and says that the body is not signed', async () => {
    const { store, server } = await storeThatAnswers(reply(200, '', STATE));
    await store.putObject({ bucket: BUCKET, key: 'k', body: 'abc' });
    const headers = server.requests[0]?.headers;
    expect(headers).toMatchObject({
      host: new URL(server.url).host,
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-date': expect.stringMatching(/^\d{8}T\d{6}Z$/),
      authorization: expect.stringMatching(
        `^AWS4-HMAC-SHA256 Credential=${ACCESS_KEY}/\\d{8}/cn-north-4/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$`,
      ),
    });
    expect(headers).not.toHaveProperty('x-amz-security-token');
  });

  it.each([
    ['HuaweiCloud', TOKEN],
    ['AWS', TOKEN],
    ['Baidu', undefined],
  ] as const)('sends a security token to %s: %s', async (provider, sent) => {
    server = await startLoopback(reply(200, '', STATE));
    const credentials = () => ({ accessKey: ACCESS_KEY, secretKey: SECRET_KEY, securityToken: TOKEN });
    const { store } = testStore(server.url, { provider, credentials });
    await store.headObject({ bucket: BUCKET, key: 'k' });
    expect(server.requests[0]?.headers['x-amz-security-token']).toBe(sent);
  });

  it('names the bucket in the host where it is told to', async () => {
    server = await startLoopback(reply(200, '', STATE));
    const resolved: string[] = [];
    const agent = new Agent({
      lookup: (hostname, _options, done) => {
        resolved.push(hostname);
        done(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    const { store } = testStore(`http://store.localhost:${server.port}`, { addressing: 'virtual', agent });
    await store.getObject({ bucket: BUCKET, key: '../x' });
    expect(resolved).toEqual([`${BUCKET}.store.localhost`]);
    expect(server.requests[0]).toMatchObject({
      target: '/../x',
      headers: { host: `${BUCKET}.store.localhost:${server.port}` },
    });
  });

  it.each([
    ['https://obs.example', {}, 'my-bucket.obs.example'],
    ['https://s3.example', { provider: 'Qiniu' }, 's3.example'],
    ['https://s3.example', { provider: 'Qiniu', overrides: { addressing: 'virtual' } }, 'my-bucket.s3.example'],
    ['https://obs.example', { addressing: 'path', overrides: { addressing: 'virtual' } }, 'obs.example'],
    ['http://localhost:1', {}, 'localhost'],
    ['http://localhost:1', { overrides: { addressing: 'virtual' } }, 'my-bucket.localhost'],
  ] as const)('of %s with %j goes to %s', async (endpoint, given, hostname) => {
    const { exchanges, store } = recordingStore({ endpoint, ...given });
    await store.deleteObject({ bucket: BUCKET, key: 'k' });
    expect(exchanges[0]?.hostname).toBe(hostname);
  });

  it.each([
    ['region', { region: 'cn north' }],
    ['region', { region: 'a/b' }],
    ['region', { region: '' }],
    ['endpoint', { endpoint: 'http://obs.example' }],
  ])('refuses a wrong %s', (name, options) => {
    expect(() => testStore('http://localhost:1', options)).toThrow(name);
  });

  it('keeps its connections from one invocation to the next', async () => {
    const { store, server } = await storeThatAnswers(reply(200, 'x', STATE));
    const credentials = () => ({ accessKey: 'OTHER', secretKey: 'other' });
    await store.getObject({ bucket: BUCKET, key: 'k' });
    await store.forInvocation({ credentials }).getObject({ bucket: BUCKET, key: 'k' });
    expect(server.connections()).toBe(1);
    expect(server.requests[1]?.headers.authorization).toContain('Credential=OTHER/');
  });

  it.each(['', 'a/b', '../other'])('refuses the bucket %j before anything is sent', async (bucket) => {
    const { store, server } = await storeThatAnswers(reply(200, '', STATE));
    expect(await rejection(store.deleteObject({ bucket, key: 'k' }))).toBeInstanceOf(ValidationError);
    expect(await rejection(store.listObjects({ bucket }))).toBeInstanceOf(ValidationError);
    expect(server.requests).toEqual([]);
  });
});

describe('ObjectStoreClient.getObject', () => {
  it('gives the bytes of the body, its ETag without quotes, and its time', async () => {
    const { store } = await storeThatAnswers((_received, response) => {
      response.writeHead(200, { ...STATE, 'content-length': '4' });
      response.end(Buffer.from([0, 0xff, 0xfe, 0x0a]));
    });
    expect(await store.getObject({ bucket: BUCKET, key: 'k' })).toEqual({
      body: Buffer.from([0, 0xff, 0xfe, 0x0a]),
      etag: 'e1',
      lastModified: Date.UTC(2026, 0, 2, 3, 4, 5),
    });
  });

  it('says no more than the store does', async () => {
    const { store } = await storeThatAnswers(reply(200, '', { 'last-modified': 'yesterday', etag: '""' }));
    expect(await store.getObject({ bucket: BUCKET, key: 'k' })).toEqual({ body: Buffer.alloc(0) });
  });

  it('takes an object of exactly maxBytes, and refuses a larger one without a second attempt', async () => {
    server = await startLoopback(reply(200, '12345', STATE));
    const { store } = testStore(server.url);
    expect((await store.getObject({ bucket: BUCKET, key: 'k', maxBytes: 5 })).body.toString()).toBe('12345');
    const error = await rejection(store.getObject({ bucket: BUCKET, key: 'k', maxBytes: 4 }));
    expect(error).toBeInstanceOf(ObjectTooLargeError);
    expect(error).toMatchObject({
      maxBytes: 4,
      retryable: false,
      attempts: 1,
      code: 'OmsSync.ObjectStoreObjectTooLarge',
    });
    expect(server.requests).toHaveLength(2);
  });

  it('refuses a larger one also where its length was not announced', async () => {
    const { store } = await storeThatAnswers((_received, response) => {
      response.writeHead(200, STATE);
      response.write('123');
      response.end('45');
    });
    expect(await rejection(store.getObject({ bucket: BUCKET, key: 'k', maxBytes: 4 }))).toBeInstanceOf(
      ObjectTooLargeError,
    );
  });

  it('does not wait for the body of an object whose announced length is too large', async () => {
    const { store } = await storeThatAnswers((_received, response) => {
      response.writeHead(200, { ...STATE, 'content-length': '5' });
      response.flushHeaders();
    });
    expect(await rejection(store.getObject({ bucket: BUCKET, key: 'k', maxBytes: 4 }))).toBeInstanceOf(
      ObjectTooLargeError,
    );
  });

  it('reads a refusal that is longer than the object may be', async () => {
    const { store } = await storeThatAnswers(refusal(404, 'NoSuchKey'));
    expect(await rejection(store.getObject({ bucket: BUCKET, key: 'k', maxBytes: 1 }))).toBeInstanceOf(
      ObjectNotFoundError,
    );
  });

  it.each([
    ['an object', 'NoSuchKey', ObjectNotFoundError],
    ['a bucket', 'NoSuchBucket', NoSuchBucketError],
  ])('throws for %s that does not exist', async (_name, code, type) => {
    const { store } = await storeThatAnswers(refusal(404, code));
    const error = await rejection(store.getObject({ bucket: BUCKET, key: 'k' }));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ requestId: REQUEST_ID, storeCode: code, bucket: BUCKET, attempts: 1 });
  });

  it.each<[string, Reply, string]>([
    ['a sign-in page', answer(200, '<html>Sign in</html>'), 'has neither an ETag nor a request id'],
    ['a part of the object', reply(206, 'x', STATE), 'has the status 206, where 200 is documented'],
    [
      'a body that only its connection ends',
      (_received, response) => {
        response.useChunkedEncodingByDefault = false;
        response.writeHead(200, { ...STATE, connection: 'close' });
        response.end('half');
      },
      'does not tell its length',
    ],
  ])('does not take %s for the object', async (_name, given, reason) => {
    const { store } = await storeThatAnswers(given);
    const error = await rejection(store.getObject({ bucket: BUCKET, key: 'k' }));
    expect(error).toBeInstanceOf(ObjectStoreMalformedResponseError);
    expect(error).toMatchObject({ reason, retryable: true });
  });
});

describe('ObjectStoreClient.putObject', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['a text as UTF-8', 'é😀', 'é😀'],
    ['bytes', new Uint8Array([0x61, 0x62]), 'ab'],
    ['nothing', '', ''],
  ])('sends %s, with its length', async (_name, body, received) => {
    const { store, server } = await storeThatAnswers(reply(200, '', { etag: '"e2"' }));
    expect(await store.putObject({ bucket: BUCKET, key: 'k', body })).toEqual({ etag: 'e2' });
    expect(server.requests[0]).toMatchObject({
      body: received,
      headers: { 'content-length': String(Buffer.byteLength(received)) },
    });
  });

  it('passes the type on, signed', async () => {
    const { store, server } = await storeThatAnswers(reply(200));
    await store.putObject({ bucket: BUCKET, key: 'k', body: '{}', contentType: 'application/json' });
    const headers = server.requests[0]?.headers;
    expect(headers).toMatchObject({ 'content-type': 'application/json' });
    expect(headers?.authorization).toContain('SignedHeaders=content-type;host;');
  });

  it('reads ETags as the provider writes them', async () => {
    server = await startLoopback(reply(200, '', { etag: '"ABC"' }));
    const { store } = testStore(server.url, { provider: 'Aliyun' });
    expect(await store.putObject({ bucket: BUCKET, key: 'k', body: '' })).toEqual({ etag: 'abc' });
  });

  it.each([
    { contentType: 'text/plain\r\nx-amz-acl: public-read' },
    { contentType: 'é' },
    { contentType: '' },
    { contentType: ' a' },
  ])('refuses %j', async (fields) => {
    const { store, server } = await storeThatAnswers(reply(200));
    expect(await rejection(store.putObject({ bucket: BUCKET, key: 'k', body: '', ...fields }))).toBeInstanceOf(
      ValidationError,
    );
    expect(server.requests).toEqual([]);
  });

  it('does not take the 200 of a sign-in page for a receipt', async () => {
    const { store } = await storeThatAnswers(answer(200, '<html>Sign in</html>'));
    expect(await rejection(store.putObject({ bucket: BUCKET, key: 'k', body: '' }))).toBeInstanceOf(
      ObjectStoreMalformedResponseError,
    );
  });
});

describe('ObjectStoreClient.deleteObject', () => {
  it.each<[string, Reply]>([
    ['204', answer(204)],
    ['200 of a store', reply(200)],
    ['404 for the object', refusal(404, 'NoSuchKey')],
  ])('is done after %s', async (_name, given) => {
    const { store } = await storeThatAnswers(given);
    expect(await store.deleteObject({ bucket: BUCKET, key: 'k' })).toBeUndefined();
  });

  it('is not done where the bucket is missing, or somebody else answers', async () => {
    const { store } = await storeThatAnswers(refusal(404, 'NoSuchBucket'), answer(404), answer(200, '<html>'));
    const work = () => rejection(store.deleteObject({ bucket: BUCKET, key: 'k' }));
    expect(await work()).toBeInstanceOf(NoSuchBucketError);
    expect(await work()).toMatchObject({ name: 'ObjectStoreResponseError', storeStatus: 404 });
    expect(await work()).toBeInstanceOf(ObjectStoreMalformedResponseError);
  });
});

describe('an answer of a store with a status of success that is not the documented one', () => {
  const object = { bucket: BUCKET, key: 'k' };
  const store = async (given: Reply) => (await storeThatAnswers(given)).store;
  const CALLS = {
    getObject: async (given: Reply) => (await store(given)).getObject(object),
    putObject: async (given: Reply) => (await store(given)).putObject({ ...object, body: 'x' }),
    headObject: async (given: Reply) => (await store(given)).headObject(object),
    deleteObject: async (given: Reply) => (await store(given)).deleteObject(object),
    listObjects: async (given: Reply) => (await store(given)).listObjects({ bucket: BUCKET }),
  };
  const every = Object.keys(CALLS) as (keyof typeof CALLS)[];
  const failed = errorDocument('InternalError');
  const withoutETag = { 'x-obs-request-id': REQUEST_ID };

  it.each<[number, string, readonly (keyof typeof CALLS)[]]>([
    [201, '', every],
    [202, page([]), every],
    [203, '', every],
    [204, '', ['getObject', 'putObject', 'headObject', 'listObjects']],
    [206, 'x', every],
    [200, failed, ['getObject', 'putObject', 'deleteObject', 'listObjects']],
    [200, '<html>Sign in</html>', ['putObject', 'deleteObject', 'listObjects']],
  ])('is asked for again, and is no success: %i %s', async (status, body, names) => {
    for (const name of names) {
      const error = await rejection(CALLS[name](reply(status, body, withoutETag)));
      expect(error, name).toMatchObject({
        name: expect.stringMatching(/^(ObjectStoreMalformedResponse|MalformedListing)Error$/),
        storeStatus: status,
        retryable: true,
        ...(body === failed ? { storeCode: 'InternalError' } : {}),
      });
    }
  });

  it('may be an error document with an ETag only where it is the object', async () => {
    expect((await CALLS.getObject(reply(200, failed, STATE))).body.toString()).toBe(failed);
    expect(await rejection(CALLS.putObject(reply(200, failed, STATE)))).toBeInstanceOf(
      ObjectStoreMalformedResponseError,
    );
  });
});

describe('ObjectStoreClient.headObject', () => {
  const head =
    (status: number, headers: Readonly<Record<string, string>>): Reply =>
    (_received, response) => {
      response.writeHead(status, headers);
      response.end();
    };

  it('gives what the store says, whatever the size', async () => {
    const { store } = await storeThatAnswers(
      head(200, {
        ...STATE,
        'content-length': '5497558138880',
        'content-type': 'text/plain',
        'x-amz-storage-class': 'GLACIER',
      }),
      head(200, { etag: '"e1"', 'content-length': '0', 'x-obs-storage-class': 'COLD' }),
    );
    expect(await store.headObject({ bucket: BUCKET, key: 'k' })).toEqual({
      size: 5_497_558_138_880,
      etag: 'e1',
      lastModified: Date.UTC(2026, 0, 2, 3, 4, 5),
      contentType: 'text/plain',
      storageClass: 'GLACIER',
    });
    expect(await store.headObject({ bucket: BUCKET, key: 'k' })).toEqual({ size: 0, etag: 'e1', storageClass: 'COLD' });
  });

  it('gives nothing for an object that does not exist', async () => {
    const { store } = await storeThatAnswers(head(404, { 'content-length': '300' }));
    expect(await store.headObject({ bucket: BUCKET, key: 'k' })).toBeUndefined();
  });

  it('throws for a bucket that does not exist, where the store says so', async () => {
    const { store } = await storeThatAnswers(head(404, { 'x-obs-error-code': 'NoSuchBucket' }));
    expect(await rejection(store.headObject({ bucket: BUCKET, key: 'k' }))).toBeInstanceOf(NoSuchBucketError);
  });

  it.each([
    ['no size', { ...STATE, 'transfer-encoding': 'chunked' }, 'does not tell the size'],
    ['nothing of a store', { 'content-length': '0' }, 'has neither an ETag nor a request id'],
  ])('does not believe an answer with %s', async (_name, headers, reason) => {
    const { store } = await storeThatAnswers(head(200, headers));
    expect(await rejection(store.headObject({ bucket: BUCKET, key: 'k' }))).toMatchObject({
      name: 'ObjectStoreMalformedResponseError',
      reason,
    });
  });
});

describe('ObjectStoreClient.listObjects', () => {
  it('gives the objects and how to go on', async () => {
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>t+1</NextContinuationToken>';
    const { store } = await storeThatAnswers(reply(200, page(['a&amp;b', 'c'], more)));
    const listed = await store.listObjects({ bucket: BUCKET });
    expect(listed).toMatchObject({
      objects: ['a&b', 'c'].map((key) => ({
        key,
        size: 12,
        lastModified: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
        etag: 'e1',
        storageClass: 'STANDARD',
      })),
      nextToken: 't+1',
    });
  });

  it('gives no token on the last page', async () => {
    const { store } = await storeThatAnswers(reply(200, page([])));
    expect(await store.listObjects({ bucket: BUCKET })).toMatchObject({ objects: [] });
  });

  it.each([
    ['every page', {}, {}, 'encoding-type=url&list-type=2'],
    [
      'what was asked for',
      {},
      { prefix: 'a+b/ ☃', startAfter: '../x', maxKeys: 1000 },
      'encoding-type=url&list-type=2&max-keys=1000&prefix=a%2Bb%2F%20%E2%98%83&start-after=..%2Fx',
    ],
    [
      'the token and no start',
      {},
      { startAfter: 'a', continuationToken: 't/+= ' },
      'continuation-token=t%2F%2B%3D%20&encoding-type=url&list-type=2',
    ],
    ['no empty text', {}, { prefix: '', startAfter: '', continuationToken: '' }, 'encoding-type=url&list-type=2'],
    ['names that are not encoded', { provider: 'Qiniu' }, {}, 'list-type=2'],
    ['version 1', { provider: 'Tencent' }, { startAfter: 'a&b' }, 'encoding-type=url&marker=a%26b'],
    [
      'version 1 further on',
      { overrides: { listVersion: 1, urlEncoding: false } },
      { startAfter: 'a', continuationToken: 'b', prefix: 'p' },
      'marker=b&prefix=p',
    ],
  ] as const)('asks for %s', async (_name, options, request, query) => {
    server = await startLoopback(reply(200, page([])));
    await testStore(server.url, options).store.listObjects({ bucket: BUCKET, ...request });
    expect(server.requests[0]?.target).toBe(`/${BUCKET}/?${query}`);
  });

  it.each([0, -1, 1001, 1.5, Number.NaN])('refuses maxKeys %d', async (maxKeys) => {
    const { store } = await storeThatAnswers(reply(200, page([])));
    expect(await rejection(store.listObjects({ bucket: BUCKET, maxKeys }))).toBeInstanceOf(ValidationError);
  });

  it.each(['prefix', 'startAfter', 'continuationToken'])('refuses a %s that has no UTF-8', async (name) => {
    const { store } = await storeThatAnswers(reply(200, page([])));
    expect(await rejection(store.listObjects({ bucket: BUCKET, [name]: 'ab\udc00' }))).toMatchObject({
      name: 'KeyEncodingError',
      rule: 'lone_surrogate',
      position: 2,
    });
  });

  it.each([
    ['nothing', ''],
    ['HTML', '<html>Sign in</html>'],
    ['an error', '<Error><Code>InternalError</Code></Error>'],
    ['half a page', page(['a', 'b']).slice(0, -30)],
    ['a page that leads nowhere', page([], '<IsTruncated>true</IsTruncated>')],
  ])('does not take %s for the end of the listing', async (_name, body) => {
    const { store } = await storeThatAnswers(reply(200, body));
    const error = await rejection(store.listObjects({ bucket: BUCKET }));
    expect(error).toMatchObject({
      name: 'MalformedListingError',
      retryable: true,
      requestId: REQUEST_ID,
      bucket: BUCKET,
      storeStatus: 200,
      attempts: 1,
    });
  });

  it('does not follow a page that leads back to itself', async () => {
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>';
    const { store } = await storeThatAnswers(reply(200, page(['a'], more)));
    expect(await store.listObjects({ bucket: BUCKET })).toMatchObject({ nextToken: 't' });
    const error = await rejection(store.listObjects({ bucket: BUCKET, continuationToken: 't' }));
    expect(error).toMatchObject({ name: 'MalformedListingError', reason: 'leads back to itself' });
  });

  it('throws for a bucket that does not exist', async () => {
    const { store } = await storeThatAnswers(refusal(404, 'NoSuchBucket'));
    expect(await rejection(store.listObjects({ bucket: BUCKET }))).toBeInstanceOf(NoSuchBucketError);
  });
});
