import { afterEach, describe, expect, it } from 'vitest';
import type { OmsClient } from '#shared/oms/client.ts';
import { AmbiguousCreateError, OmsMalformedResponseError } from '#shared/oms/errors.ts';
import { answer, type Loopback, rejection, SECRET_KEY, startLoopback, TASK, testClient } from './loopback.ts';

let server: Loopback | undefined;
afterEach(() => server?.close());

const KEYS = { src_ak: 'SRCAK', src_sk: 'src-sk', dst_ak: 'DSTAK', dst_sk: 'dst-sk' };
const SHOWN = { sync_task_id: 't', status: 'STOPPED' };
const LISTED = { tasks: [], count: 0 };
const SERIES = { sync_task_id: 't', statistic_datas: [] };

type Operation = readonly [name: string, documented: unknown, call: (client: OmsClient) => Promise<unknown>];

/** Every operation that may be repeated, with an answer that the vendor documents for it. */
const OPERATIONS: readonly Operation[] = [
  ['createSyncEvents', '', (client) => client.createSyncEvents({ syncTaskId: 't', objectKeys: ['a'] })],
  ['showSyncTask', SHOWN, (client) => client.showSyncTask({ syncTaskId: 't', queryTime: 0 })],
  ['listSyncTasks', LISTED, (client) => client.listSyncTasks()],
  ['startSyncTask', '', (client) => client.startSyncTask({ syncTaskId: 't', ...KEYS })],
  ['stopSyncTask', '', (client) => client.stopSyncTask({ syncTaskId: 't' })],
  ['deleteSyncTask', '', (client) => client.deleteSyncTask({ syncTaskId: 't' })],
  [
    'listSyncTaskStatistic',
    SERIES,
    (client) => client.listSyncTaskStatistic({ syncTaskId: 't', dataTypes: ['SIZE'], startTime: 0, endTime: 1 }),
  ],
];

/** Answers with a status of success that no page documents for any operation. */
const UNEXPECTED: readonly (readonly [status: number, body: string])[] = [
  [200, '{"error_code":"OMS.0064","error_msg":"Invalid"}'],
  [200, '{"error_msg":"Invalid"}'],
  [200, '{"error_code":""}'],
  [200, '{"error_code":64,"sync_task_id":"t","tasks":[],"count":0,"statistic_datas":[]}'],
  [200, '{"errorCode":"OMS.0064"}'],
  [200, '{"code":"Common.0011","message":"busy"}'],
  [200, '{"new_field":1}'],
  [200, '[]'],
  [200, 'false'],
  [200, '0'],
  [200, '"accepted"'],
  [200, 'None'],
  [200, '<html>Sign in</html>'],
  [201, ''],
  [202, ''],
  [202, '{}'],
  [203, ''],
  [204, ''],
  [206, ''],
  [207, '{}'],
  [226, ''],
  [299, ''],
];

describe.each(OPERATIONS)('OmsClient.%s', (_name, documented, call) => {
  it.each(UNEXPECTED)('does not take %i %s for success, and asks again', async (status, body) => {
    server = await startLoopback(answer(status, body));
    const error = await rejection(call(testClient(server.url, { maxAttempts: 2 }).client));
    expect(error).toBeInstanceOf(OmsMalformedResponseError);
    expect(error).toMatchObject({ status: 502, omsStatus: status, retryable: true, attempts: 2 });
    expect(server.requests).toHaveLength(2);
  });

  it('takes the answer that is documented, after one that is not', async () => {
    server = await startLoopback(answer(200, { error_code: 'OMS.1001' }), answer(200, documented));
    await call(testClient(server.url).client);
    expect(server.requests).toHaveLength(2);
  });

  it('does not take the documented body with another status for success', async () => {
    server = await startLoopback(answer(202, documented));
    const error = await rejection(call(testClient(server.url).client));
    expect(error).toMatchObject({ reason: 'has the status 202, where 200 is documented' });
  });

  it('says what the error is, without our secrets', async () => {
    const body = { error_code: 'OMS.0064', error_msg: `Invalid ${SECRET_KEY}` };
    server = await startLoopback(answer(200, body));
    const error = await rejection(call(testClient(server.url).client));
    expect(error).toMatchObject({
      reason: 'is an error with a status of success: OMS.0064',
      omsErrorCode: 'OMS.0064',
      omsErrorMsg: 'Invalid [redacted]',
      requestId: 'request-1',
    });
  });

  it('says that the work may be done where a refusal follows', async () => {
    server = await startLoopback(answer(204), answer(400, { error_code: 'OMS.0066', error_msg: 'stopped' }));
    expect(await rejection(call(testClient(server.url).client))).toMatchObject({ afterUncertain: true });
  });
});

describe('OmsClient.createSyncTask', () => {
  it.each([...UNEXPECTED, [201, '{"sync_task_id":"t"}'] as const, [200, '{"sync_task_id":5}'] as const])(
    'says after %i %s that the task may exist, and does not repeat the call',
    async (status, body) => {
      server = await startLoopback(answer(status, body));
      const error = await rejection(testClient(server.url).client.createSyncTask(TASK));
      expect(error).toBeInstanceOf(AmbiguousCreateError);
      expect(server.requests).toHaveLength(1);
    },
  );
});
