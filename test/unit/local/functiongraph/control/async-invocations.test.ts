import { describe, expect, it } from 'vitest';
import { type Api, code, FUNCTIONS, startApi, urnOf } from './plane.ts';

const LIVE = `${FUNCTIONS}/${urnOf('f', ':!live')}`;
/** Fails until it is told to succeed. */
const HANDLER = `exports.handler = async (event, context) => { if (event.secret === 'bad') throw new Error('never') }`;

/** `f` with its alias live, whose states of invocations are kept or not. */
async function started(statusLog: boolean): Promise<Api> {
  const api = await startApi({ retryDelay: () => 60_000, destinationDelay: () => 1 });
  await api.create('f', code(HANDLER));
  await api.call('POST', `${FUNCTIONS}/${urnOf('f')}/versions`, { version: 'v1' });
  await api.call('POST', `${FUNCTIONS}/${urnOf('f')}/aliases`, { name: 'live', version: 'v1' });
  await api.call('PUT', `${LIVE}/async-invoke-config`, {
    max_async_retry_attempts: 3,
    enable_async_status_log: statusLog,
  });
  return api;
}

const list = async (api: Api, query = '') => (await api.call('GET', `${LIVE}/async-invocations${query}`)).json;

/** Invokes `f`, and waits until it is in the state. */
async function invoked(api: Api, secret: string, state: string): Promise<string> {
  const { json } = await api.call('POST', `${LIVE}/invocations-async`, { secret });
  const id = String(json.request_id);
  await expect
    .poll(async () => (await list(api, `?request_id=${id}`)).invocations[0]?.status, { timeout: 10_000 })
    .toBe(state);
  return id;
}

describe('asynchronous invocations', () => {
  it('are listed by their states, newest first, without their events and their attempts', async () => {
    const api = await started(true);
    const good = await invoked(api, 'good', 'SUCCESS');
    const bad = await invoked(api, 'bad', 'WAIT');

    const all = await list(api);

    expect(all.invocations.map((one: { request_id: string }) => one.request_id)).toEqual([bad, good]);
    expect(Object.keys(all.invocations[0])).toEqual([
      'request_id',
      'status',
      'error_message',
      'error_code',
      'start_time',
      'end_time',
    ]);
    expect(JSON.stringify(all)).not.toContain('secret');
    expect((await list(api, '?status=WAIT')).count).toBe(1);
    expect((await list(api, '?status=RUNNING')).count).toBe(0);
  });

  it('are not told where status logs are off', async () => {
    const api = await started(false);
    await api.call('POST', `${LIVE}/invocations-async`, { secret: 'bad' });

    expect(await list(api)).toMatchObject({ invocations: [], count: 0 });
  });

  it('are of the last hour, unless another time is asked for', async () => {
    const api = await started(true);
    await invoked(api, 'good', 'SUCCESS');

    expect((await list(api, '?query_end_time=2020-01-01T00:00:00')).count).toBe(0);
    expect((await list(api, '?query_begin_time=2020-01-01T00:00:00')).count).toBe(1);
  });

  it.each(['?status=LOST', '?query_begin_time=yesterday'])('refuses %s', async (query) => {
    const api = await started(true);

    expect(await api.outcome('GET', `${LIVE}/async-invocations${query}`)).toBe('400 FSS.0400');
  });
});
