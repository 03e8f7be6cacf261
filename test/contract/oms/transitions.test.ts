import { afterEach, expect, it } from 'vitest';
import { PROJECT_ID, type Service, startService } from './service.ts';

const TASKS = `/v2/${PROJECT_ID}/sync-tasks`;
const KEYS = { src_ak: 'a', src_sk: 'b', dst_ak: 'c', dst_sk: 'd' };
let clock = Date.now();
let service: Service;
afterEach(() => service.close());

const post = (id: string, action: string, body?: unknown) =>
  service.call('POST', `${TASKS}/${id}/${action}`, body === undefined ? {} : { body });
const remove = (id: string) => service.call('DELETE', `${TASKS}/${id}`);
const state = async (id: string, at = clock) =>
  (await service.call('GET', `${TASKS}/${id}`, { query: { query_time: String(at) } })).json ?? {};

/**
 * States: SYNCHRONIZING and STOPPED, https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html, Table 4.
 * "A task that is being synchronized cannot be deleted", https://support.huaweicloud.com/intl/en-us/api-oms/DeleteSyncTask.html
 */
it('is what it was until a stop or start has been carried out, and takes no other order meanwhile', async () => {
  clock = Date.now();
  service = await startService({ now: () => clock, stopTime: 30_000, startTime: 10_000 });
  const id = await service.createTask();
  expect(await state(id)).toMatchObject({ status: 'STOPPED' });
  clock += 10_000;
  expect(await state(id)).toMatchObject({ status: 'SYNCHRONIZING' });

  expect((await post(id, 'stop')).status).toBe(200);
  expect(await state(id)).toMatchObject({ status: 'SYNCHRONIZING' });
  expect((await post(id, 'events', { object_keys: ['a'] })).status).toBe(200);
  expect((await post(id, 'stop')).json).toMatchObject({ error_code: 'OMS.0066' });
  expect((await post(id, 'start', KEYS)).json).toMatchObject({ error_code: 'OMS.0065' });
  expect((await remove(id)).json).toMatchObject({ error_code: 'OMS.0063' });

  clock += 30_000;
  expect(await state(id)).toMatchObject({ status: 'STOPPED' });
  expect((await service.call('GET', TASKS, { query: { status: 'STOPPED' } })).json).toMatchObject({ count: 1 });
  expect((await post(id, 'events', { object_keys: ['a'] })).status).toBe(400);
  expect((await post(id, 'start', KEYS)).status).toBe(200);
  expect(await state(id)).toMatchObject({ status: 'STOPPED' });
  expect((await remove(id)).json).toMatchObject({ error_code: 'OMS.0063' });
  clock += 10_000;
  expect((await post(id, 'stop')).status).toBe(200);
  clock += 30_000;
  expect((await remove(id)).status).toBe(200);
});

/** https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html, `query_time` */
it('counts an object in the month in which its event was accepted', async () => {
  clock = Date.now();
  service = await startService({ now: () => clock });
  service.s3.put('source/a', 'abc');
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const id = await service.createTask();
  service.s3.before = () => held.then(() => undefined);
  const accepted = clock;
  expect((await post(id, 'events', { object_keys: ['a'] })).status).toBe(200);
  expect(await state(id)).toMatchObject({ monthly_acceptance_request: 1, monthly_success_object: 0 });
  clock = Date.UTC(new Date(accepted).getUTCFullYear(), new Date(accepted).getUTCMonth() + 1, 1, 0, 0, 1);
  release();
  await service.oms.idle();
  const later = clock;
  // Signatures are made with the machine's clock.
  clock = Date.now();
  expect(await state(id, accepted)).toMatchObject({ monthly_acceptance_request: 1, monthly_success_object: 1 });
  expect(await state(id, later)).toMatchObject({ monthly_acceptance_request: 0, monthly_success_object: 0 });
});
