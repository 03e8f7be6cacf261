import { afterEach, describe, expect, it } from 'vitest';
import type { OmsClient } from '#shared/oms/client.ts';
import { OmsConnectionError, OmsMalformedResponseError, OmsResponseError } from '#shared/oms/errors.ts';
import { stringifyJson } from '#shared/validation/json.ts';
import {
  answer,
  type Loopback,
  PROJECT_ID,
  type Reply,
  rejection,
  reset,
  silence,
  startLoopback,
  testClient,
} from './loopback.ts';

let server: Loopback | undefined;
afterEach(() => server?.close());

const TASKS = `/v2/${PROJECT_ID}/sync-tasks`;
const KEYS = { src_ak: 'SRCAK', src_sk: 'src-sk', dst_ak: 'DSTAK', dst_sk: 'dst-sk' };
const START = 1_700_000_000_000;
const SPAN = { syncTaskId: 't', dataTypes: ['REQUEST', 'SIZE'], startTime: START, endTime: START + 1 } as const;

describe('OmsClient.listSyncTasks', () => {
  it('asks for nothing that was not asked of it', async () => {
    server = await startLoopback(answer(200, { tasks: [], count: 0 }));
    expect(await testClient(server.url).client.listSyncTasks()).toEqual({ tasks: [], count: 0n });
    expect(server.requests[0]).toMatchObject({ method: 'GET', target: TASKS, body: '' });
  });

  it('sends paging and status', async () => {
    server = await startLoopback(answer(200, { tasks: [], count: 0 }));
    await testClient(server.url).client.listSyncTasks({ limit: 100, offset: 200, status: 'STOPPED' });
    expect(server.requests[0]?.target).toBe(`${TASKS}?limit=100&offset=200&status=STOPPED`);
  });

  it('reads nulls, unknown fields and values, and times of 64 bits', async () => {
    const body =
      '{"tasks":[{"sync_task_id":"t","create_time":9223372036854775807,"app_id":null,"status":"PAUSING","new":[1],' +
      '"source_cdn":{"domain":"cdn.example","protocol":"https","authentication_type":"NEW"}},{"source_cdn":null}],' +
      '"count":2}';
    server = await startLoopback(answer(200, body));
    const list = await testClient(server.url).client.listSyncTasks();
    expect(list.tasks[0]?.create_time).toBe(9_223_372_036_854_775_807n);
    expect(JSON.parse(stringifyJson(list))).toEqual(JSON.parse(body));
  });

  it('takes null for no tasks', async () => {
    server = await startLoopback(answer(200, { tasks: null, count: 0 }));
    expect(await testClient(server.url).client.listSyncTasks()).toEqual({ tasks: [], count: 0n });
  });

  it.each([
    ['{}', 'is not a list of sync tasks: tasks is missing.'],
    ['{"tasks":[]}', 'is not a list of sync tasks: count is missing.'],
    ['{"tasks":null,"count":3}', 'is not a list of sync tasks: tasks is null, and count is not 0.'],
    ['{"tasks":{}}', 'is not a list of sync tasks: tasks is not a list.'],
    ['{"tasks":[1]}', 'is not a list of sync tasks: tasks[0] must be an object.'],
    ['', 'is empty'],
    ['<html>', 'is not JSON'],
  ])('reports the answer %j as malformed', async (body, reason) => {
    server = await startLoopback(answer(200, body));
    const error = await rejection(testClient(server.url).client.listSyncTasks());
    expect(error).toBeInstanceOf(OmsMalformedResponseError);
    expect(error).toMatchObject({ reason });
  });
});

describe('OmsClient.startSyncTask', () => {
  it('posts the key pairs and the newer fields that are given', async () => {
    server = await startLoopback(answer(200));
    const { client } = testClient(server.url);
    const body = { ...KEYS, source_cdn_authentication_key: 'cdn-key', src_crypto_type: 'KMS' } as const;
    await client.startSyncTask({ syncTaskId: 'a/b', ...body });
    expect(server.requests[0]).toMatchObject({ method: 'POST', target: `${TASKS}/a%2Fb/start` });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(body);
  });
});

describe('OmsClient.stopSyncTask', () => {
  it('posts no body', async () => {
    server = await startLoopback(answer(200));
    await testClient(server.url).client.stopSyncTask({ syncTaskId: 't' });
    expect(server.requests[0]).toMatchObject({ method: 'POST', target: `${TASKS}/t/stop`, body: '' });
    expect(server.requests[0]?.headers).toMatchObject({ 'content-length': '0' });
    expect(server.requests[0]?.headers['transfer-encoding']).toBeUndefined();
  });
});

describe('OmsClient.deleteSyncTask', () => {
  it('sends DELETE without a body', async () => {
    server = await startLoopback(answer(200));
    await testClient(server.url).client.deleteSyncTask({ syncTaskId: 't' });
    expect(server.requests[0]).toMatchObject({ method: 'DELETE', target: `${TASKS}/t`, body: '' });
    expect(server.requests[0]?.headers['transfer-encoding']).toBeUndefined();
  });
});

describe('OmsClient.listSyncTaskStatistic', () => {
  it('sends the types as one encoded list, and times in milliseconds', async () => {
    server = await startLoopback(answer(200, { statistic_datas: [] }));
    await testClient(server.url).client.listSyncTaskStatistic(SPAN);
    expect(server.requests[0]?.target).toBe(
      `${TASKS}/t/statistics?data_type=REQUEST%2CSIZE&end_time=${START + 1}&start_time=${START}`,
    );
  });

  it('keeps gaps, the order of points and every digit', async () => {
    const body =
      '{"sync_task_id":"t","statistic_time_type":"FIVE_MINUTES","statistic_datas":[{"data_type":"SIZE","data":' +
      '[{"time_stamp":1700000000000,"statistic_num":9223372036854775807},{"time_stamp":1700000900000,"statistic_num":0}]},' +
      '{"data_type":"REQUEST","data":[]},{"data_type":"SKIP","data":null}]}';
    server = await startLoopback(answer(200, body));
    expect(stringifyJson(await testClient(server.url).client.listSyncTaskStatistic(SPAN))).toBe(body);
  });

  it.each([
    ['{}', 'is not a list of statistics: statistic_datas is missing.'],
    ['{"statistic_datas":{}}', 'is not a list of statistics: statistic_datas is not a list.'],
    ['[]', 'is not a list of statistics: It must be an object.'],
  ])('reports the answer %j as malformed', async (body, reason) => {
    server = await startLoopback(answer(200, body));
    const error = await rejection(testClient(server.url).client.listSyncTaskStatistic(SPAN));
    expect(error).toMatchObject({ name: 'OmsMalformedResponseError', reason });
  });
});

const CHANGES: readonly (readonly [string, (client: OmsClient) => Promise<unknown>])[] = [
  ['startSyncTask', (client) => client.startSyncTask({ syncTaskId: 't', ...KEYS })],
  ['stopSyncTask', (client) => client.stopSyncTask({ syncTaskId: 't' })],
  ['deleteSyncTask', (client) => client.deleteSyncTask({ syncTaskId: 't' })],
];

describe.each(CHANGES)('OmsClient.%s', (_name, change) => {
  it.each([[''], ['null'], ['{}'], ['  \n']])('takes the answer %j for success', async (body) => {
    server = await startLoopback(answer(200, body));
    await expect(change(testClient(server.url).client)).resolves.toBeUndefined();
  });

  it.each<[string, Reply]>([
    ['503', answer(503)],
    ['429', answer(429)],
    ['a reset', reset()],
    ['no answer', silence],
  ])('is tried again after %s', async (_failure, failure) => {
    server = await startLoopback(failure, answer(200));
    await change(testClient(server.url, { timeoutMs: failure === silence ? 250 : 10_000 }).client);
    expect(server.requests).toHaveLength(2);
  });

  it.each<[string, Reply, boolean]>([
    ['a reset before the answer', reset(), true],
    ['500', answer(500), true],
    ['no answer', silence, true],
    ['429, which turned it away', answer(429), false],
  ])('says of a refusal after %s whether the work may be done', async (_failure, failure, afterUncertain) => {
    server = await startLoopback(failure, answer(400, { error_code: 'OMS.0066', error_msg: 'not in progress' }));
    const error = await rejection(
      change(testClient(server.url, { timeoutMs: failure === silence ? 250 : 10_000 }).client),
    );
    expect(error).toBeInstanceOf(OmsResponseError);
    expect(error).toMatchObject({ omsErrorCode: 'OMS.0066', afterUncertain, attempts: 2 });
  });

  it('says of a refusal at once that no work was done', async () => {
    server = await startLoopback(answer(400, { error_code: 'OMS.0066', error_msg: 'not in progress' }));
    expect(await rejection(change(testClient(server.url).client))).toMatchObject({ afterUncertain: false });
  });

  it('gives up after its attempts', async () => {
    server = await startLoopback(reset());
    const error = await rejection(change(testClient(server.url, { maxAttempts: 3 }).client));
    expect(error).toBeInstanceOf(OmsConnectionError);
    expect(error).toMatchObject({ attempts: 3, status: 502 });
  });
});
