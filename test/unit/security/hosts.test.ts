import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Exchange } from '#shared/http/transport.ts';
import { connectStore, ObjectStoreClient } from '#shared/objectstore/client.ts';
import { OmsClient } from '#shared/oms/client.ts';
import { fakeContext } from '../../helpers/fake-context.ts';
import { gatewayEvent, readAnswer } from '../../helpers/gateway-event.ts';
import { loadHandler } from '../../helpers/load-handler.ts';
import { captureLog, type LogLines } from '../../helpers/log-lines.ts';
import { type OmsStub, startOmsStub } from '../../helpers/oms-stub.ts';

/** Names that a careless client would take for something else than a name. */
const NAMES = [
  'a@evil.example',
  'evil.example/',
  '//evil.example',
  'evil.example#',
  'a?x=1',
  'a#x',
  'a/b',
  'a\\b',
  '..',
  '.',
  '../..',
  '%2e%2e',
  'a%2f..%2fb',
  'a:80',
  'a b',
  'a\r\nhost: evil.example',
  'a\u0000b',
  '[::1]',
  '127.0.0.1@evil.example',
  'é',
  '',
];
const keys = { accessKey: 'AK', secretKey: 'SK' };

describe('the object store', () => {
  const sent: Exchange[] = [];
  const answer: Answer = { status: 200, headers: { etag: '"x"', 'content-length': '0' }, body: Buffer.alloc(0) };
  const options = {
    endpoint: 'https://obs.cn-north-4.myhuaweicloud.com',
    region: 'cn-north-4',
    credentials: () => keys,
  };
  const sender = {
    send: async (exchange: Exchange) => {
      sent.push(exchange);
      return answer;
    },
  };
  beforeEach(() => {
    sent.length = 0;
  });

  it.each(NAMES)('is asked for no bucket called %j', async (bucket) => {
    for (const addressing of ['virtual', 'path'] as const) {
      const store = new ObjectStoreClient(options, connectStore({ ...options, addressing }, sender));
      await expect(store.getObject({ bucket, key: 'k' })).rejects.toMatchObject({ status: 400 });
    }
    expect(sent).toEqual([]);
  });

  it.each(NAMES.filter((name) => name !== ''))('is asked for an object called %j at its own host', async (key) => {
    for (const addressing of ['virtual', 'path'] as const) {
      const store = new ObjectStoreClient(options, connectStore({ ...options, addressing }, sender));
      await store.getObject({ bucket: 'bucket', key });
    }
    const [virtual, path] = sent;
    expect(virtual).toMatchObject({ hostname: 'bucket.obs.cn-north-4.myhuaweicloud.com' });
    expect(path).toMatchObject({ hostname: 'obs.cn-north-4.myhuaweicloud.com' });
    expect(virtual?.target).toMatch(/^\/[A-Za-z0-9%/._~-]*$/);
    expect(decodeURIComponent(virtual?.target ?? '')).toBe(`/${key}`);
    expect(decodeURIComponent(path?.target ?? '')).toBe(`/bucket/${key}`);
  });

  it.each(NAMES)('is at no endpoint such as https://%s', (name) => {
    const endpoint = `https://obs.example${name === '' ? '/path' : name}`;
    const plain = /^https:\/\/[a-z0-9.-]+\/?$/;
    try {
      const { endpoint: found } = connectStore({ ...options, endpoint }, sender);
      expect(found.hostname).toMatch(/^(?:obs\.example|xn--)/);
      expect(endpoint.replace('é', 'e')).toMatch(plain);
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
    }
  });
});

describe('OMS', () => {
  let oms: OmsStub;
  let elsewhere: OmsStub;
  let log: LogLines;
  beforeAll(async () => {
    [oms, elsewhere] = await Promise.all([startOmsStub(), startOmsStub()]);
  });
  afterAll(() => Promise.all([oms.close(), elsewhere.close()]));
  beforeEach(() => {
    log = captureLog();
    oms.requests.length = 0;
    oms.reply = () => ({ body: {} });
  });
  afterEach(() => log.restore());

  it.each(NAMES)('is asked for a task called %j below its own path, or not at all', async (syncTaskId) => {
    const client = new OmsClient({ endpoint: oms.url, projectId: 'project', credentials: () => keys, maxAttempts: 1 });
    const outcome = await client.stopSyncTask({ syncTaskId }).then(
      () => 'sent',
      (error: { status: number }) => error.status,
    );

    if (['', '.', '..'].includes(syncTaskId)) expect(outcome).toBe(400);
    else expect(oms.requests[0]?.url).toBe(`/v2/project/sync-tasks/${encodeURIComponent(syncTaskId)}/stop`);
    for (const { url, headers } of oms.requests) {
      expect(url.split('/')).toHaveLength(6);
      expect(`http://${headers.host}`).toBe(oms.url);
    }
  });

  it.each(['%2e%2e', '..', '%2E', 'a%2F..%2F..%2Fb', '%00', 'a%0d%0ahost:evil.example'])(
    'is asked through the gateway for a task called %s below its own path, or not at all',
    async (segment) => {
      const handler = await loadHandler('stop-sync-task');
      const context = fakeContext({
        variables: { OMS_REGION: 'cn-north-4', OMS_ENDPOINT: oms.url, OMS_MAX_ATTEMPTS: '1' },
      });

      const answer = readAnswer(await handler(gatewayEvent('POST', `/sync-tasks/${segment}/stop`), context));

      for (const { url } of oms.requests) expect(url.split('/')).toHaveLength(6);
      expect(oms.requests.length > 0 ? answer.status : 400).toBe(answer.status);
    },
  );

  it.each([301, 302, 303, 307, 308])('does not send us elsewhere with a %i', async (status) => {
    oms.reply = () => ({ status, headers: { location: `${elsewhere.url}/v2/project/sync-tasks` } });
    const client = new OmsClient({ endpoint: oms.url, projectId: 'project', credentials: () => keys, maxAttempts: 2 });

    await expect(client.listSyncTasks()).rejects.toMatchObject({ omsStatus: status, status: 502 });

    expect(elsewhere.requests).toEqual([]);
    expect(oms.requests).toHaveLength(1);
  });

  it.each(['cn-north-4.evil.example', 'cn-north-4/', 'cn-north-4@evil', 'cn-north-4#', '-', 'evil.example?'])(
    'is in no region called %s',
    (region) => {
      expect(() => new OmsClient({ region, projectId: 'p', credentials: () => keys })).toThrow(/region/);
    },
  );

  it.each([
    'http://oms.example',
    'https://user:pass@oms.example',
    'https://oms.example?x',
    'ftp://oms.example',
    '//oms',
  ])('is at no endpoint such as %s', (endpoint) => {
    expect(() => new OmsClient({ endpoint, projectId: 'p', credentials: () => keys })).toThrow(/endpoint/);
  });
});
