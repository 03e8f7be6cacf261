import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { OmsClient } from '#shared/oms/client.ts';
import {
  answer,
  CREDENTIALS,
  echo,
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

const TASK_WITH_CDN = {
  ...TASK,
  source_cdn: {
    authentication_type: 'ALIYUN_OSS_A',
    authentication_key: 'cdn-authentication-key-0001',
    domain: 'cdn.example.com',
    protocol: 'https',
  },
} as const;
const START = {
  syncTaskId: 't',
  src_ak: TASK.src_ak,
  src_sk: TASK.src_sk,
  dst_ak: TASK.dst_ak,
  dst_sk: TASK.dst_sk,
  source_cdn_authentication_key: TASK_WITH_CDN.source_cdn.authentication_key,
};
const SECRETS = [
  ...Object.values(CREDENTIALS),
  TASK.src_ak,
  TASK.src_sk,
  TASK.dst_ak,
  TASK.dst_sk,
  TASK_WITH_CDN.source_cdn.authentication_key,
];

const repeats =
  (status: number, write: (text: string) => string): Reply =>
  (received, response) => {
    response.writeHead(status, { 'x-request-id': String(received.headers['x-security-token']).slice(0, 100) });
    response.end(write(echo(received)));
  };

const replies: readonly (readonly [string, Reply])[] = [
  ['error_msg', repeats(400, (text) => JSON.stringify({ error_code: 'OMS.0001', error_msg: text }))],
  ['error_code', repeats(400, (text) => JSON.stringify({ error_code: text, error_msg: 'x' }))],
  [
    'canonical request',
    repeats(401, (text) =>
      JSON.stringify({ error_code: 'APIGW.0301', error_msg: `verify aksk signature fail, canonicalRequest:${text}` }),
    ),
  ],
  ['text in a 503', repeats(503, (text) => text)],
  ['text in a 200', repeats(200, (text) => text)],
  ['JSON of the wrong form', repeats(200, (text) => JSON.stringify({ monthly_size: text, sync_task_id: 5 }))],
  ['reset', reset()],
  ['part of an answer', reset({ status: 200, part: 'x' })],
  ['redirect', answer(302, '', { location: 'https://example.com/?token=x' })],
  ['nothing', silence],
];

const calls: readonly (readonly [string, (client: OmsClient) => Promise<unknown>])[] = [
  ['createSyncEvents', (client) => client.createSyncEvents({ syncTaskId: 't', objectKeys: ['a'] })],
  ['createSyncTask', (client) => client.createSyncTask(TASK_WITH_CDN)],
  ['startSyncTask', (client) => client.startSyncTask(START)],
  ['stopSyncTask', (client) => client.stopSyncTask({ syncTaskId: 't' })],
  ['deleteSyncTask', (client) => client.deleteSyncTask({ syncTaskId: 't' })],
  ['listSyncTasks', (client) => client.listSyncTasks()],
  ['showSyncTask', (client) => client.showSyncTask({ syncTaskId: 't', queryTime: 1_700_000_000_000 })],
];

/** Every way in which an error becomes text. */
function texts(error: unknown): string {
  const parts: string[] = [];
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const properties = Reflect.ownKeys(current).map((name) => String(Reflect.get(current as object, name)));
    parts.push(String(current), current.message, current.stack ?? '', JSON.stringify(current), ...properties);
    if ('publicMessage' in current) parts.push(String(current.publicMessage));
  }
  parts.push(inspect(error, { depth: 20, showHidden: true, getters: true }));
  return parts.join('\n');
}

function expectNoSecret(text: string): void {
  const found = SECRETS.filter((secret) =>
    [secret, secret.slice(0, 12), encodeURIComponent(secret)].some((form) => text.includes(form)),
  );
  expect(found).toEqual([]);
}

describe('no secret appears', () => {
  describe.each(calls)('in an error of %s', (_operation, call) => {
    it.each(replies)('after an answer with %s', async (_name, reply) => {
      server = await startLoopback(reply);
      const { client } = testClient(server.url, {
        credentials: () => CREDENTIALS,
        timeoutMs: 50,
        maxAttempts: 2,
      });
      let error: unknown;
      try {
        error = await rejection(call(client));
      } catch {
        // The operation takes this answer for success.
      }
      expectNoSecret(texts(error));
      expectNoSecret(inspect(client, { depth: 20, showHidden: true }));
    });

    it('after an answer that is not HTTP and repeats the request', async () => {
      server = await startTcp((socket) => socket.on('data', (data) => socket.end(data)));
      const { client } = testClient(server.url, { credentials: () => CREDENTIALS });
      expectNoSecret(texts(await rejection(call(client))));
    });

    it('after a connection that did not come about', async () => {
      const { client } = testClient(`http://127.0.0.1:${await refusedPort()}`, { credentials: () => CREDENTIALS });
      expectNoSecret(texts(await rejection(call(client))));
    });

    it('after credentials that cannot be sent', async () => {
      const credentials = () => ({ ...CREDENTIALS, securityToken: `${CREDENTIALS.securityToken}\n` });
      const { client } = testClient('http://127.0.0.1:1', { credentials });
      expectNoSecret(texts(await rejection(call(client))));
    });
  });

  it('in an error after an IAM token was refused', async () => {
    const authToken = CREDENTIALS.securityToken;
    server = await startLoopback((received, response) => {
      response.writeHead(401);
      response.end(JSON.stringify({ error_code: 'APIGW.0307', error_msg: `token ${echo(received)} expired` }));
    });
    const { client } = testClient(server.url, { credentials: () => ({ authToken }) });
    const error = await rejection(client.createSyncEvents({ syncTaskId: 't', objectKeys: ['a'] }));
    expect(error).toMatchObject({ status: 502, omsErrorCode: 'APIGW.0307' });
    expectNoSecret(texts(error));
  });
});
