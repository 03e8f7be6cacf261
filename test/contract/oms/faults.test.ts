import { afterEach, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../scripts/local/faults/plan.ts';
import { exchange } from './client.ts';
import { PROJECT_ID, type Service, startService } from './service.ts';

const TASKS = `/v2/${PROJECT_ID}/sync-tasks`;
let service: Service;
afterEach(() => service.close());

const plan = (rules: readonly FaultRule[], seed = 1) => ({ seed, rules });
const control = (method: string, body?: unknown) =>
  exchange(method, `${service.oms.url}/_faults`, body === undefined ? {} : { body: JSON.stringify(body) });
const list = () => service.call('GET', TASKS);
const show = async (id: string) =>
  (await service.call('GET', `${TASKS}/${id}`, { query: { query_time: String(Date.now()) } })).json ?? {};
const submit = (id: string, ...object_keys: string[]) =>
  service.call('POST', `${TASKS}/${id}/events`, { body: { object_keys } });

describe('faults of requests', () => {
  it.each([400, 401, 403, 404, 429, 500, 502, 503, 504])('answer %i with an error body', async (status) => {
    service = await startService({ faults: plan([{ fault: 'status', status, retry_after: 7, calls: [2] }]) });
    expect((await list()).status).toBe(200);
    const answer = await list();
    expect(answer).toMatchObject({
      status,
      headers: { 'retry-after': '7', 'content-type': 'application/json' },
      json: { error_code: expect.stringMatching(/^(OMS|APIGW)\.\d{4}$/), error_msg: expect.any(String) },
    });
    expect((await list()).status).toBe(200);
  });

  it('break the connection before the work, or after it was done', async () => {
    service = await startService({
      faults: plan([
        { fault: 'reset', operation: 'CreateSyncTask', calls: [1] },
        { fault: 'reset', operation: 'CreateSyncTask', when: 'after', calls: [2] },
      ]),
    });
    await expect(service.createTask()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await list()).json).toMatchObject({ count: 0 });
    await expect(service.createTask()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await list()).json).toMatchObject({ count: 1 });
  });

  it('answer an error although the work was done', async () => {
    const faults = plan([{ fault: 'status', status: 503, when: 'after', operation: 'CreateSyncTask', calls: [1] }]);
    service = await startService({ faults });
    await expect(service.createTask()).rejects.toThrow();
    expect((await list()).json).toMatchObject({ count: 1 });
  });

  it('replace the body by HTML, by nothing, or by half of it', async () => {
    const body = (name: string, call: number): FaultRule => ({ fault: 'body', body: name, calls: [call] });
    service = await startService({
      faults: plan([{ ...body('html', 1), status: 502 }, body('empty', 2), body('truncated', 3), body('cut', 4)]),
    });
    const raw = async () => {
      const answer = await fetchText(`${service.oms.url}${TASKS}`);
      return answer;
    };
    expect(await raw()).toMatchObject({ status: 502, text: expect.stringMatching(/^<html>/) });
    expect(await raw()).toMatchObject({ text: '' });
    const half = await raw();
    expect(() => JSON.parse(half.text)).toThrow(SyntaxError);
    await expect(raw()).rejects.toThrow();
  });

  it('wait, on the injected clock', async () => {
    const waits: number[] = [];
    const sleep = async (ms: number): Promise<void> => {
      waits.push(ms);
    };
    service = await startService({ sleep, faults: plan([{ fault: 'slow', ms: 30_000, calls: [2] }]) });
    await list();
    await list();
    expect(waits).toEqual([30_000]);
  });

  it('let the clock of the server be wrong by more than a signature bears', async () => {
    const skew = (ms: number, call: number): FaultRule => ({ fault: 'clock_skew', ms, calls: [call] });
    service = await startService({ faults: plan([skew(16 * 60_000, 1), skew(-14 * 60_000, 2)]) });
    expect(await list()).toMatchObject({
      status: 401,
      json: { error_msg: expect.stringContaining('signature expired') },
    });
    expect((await list()).status).toBe(200);
  });

  it('hit the calls that name a key', async () => {
    const faults = plan([{ fault: 'status', status: 400, operation: 'CreateSyncEvents', key: 'a b', every: 1 }]);
    service = await startService({ faults });
    const id = await service.createTask();
    expect((await submit(id, 'x')).status).toBe(200);
    expect((await submit(id, 'x', 'a%20b')).status).toBe(400);
  });
});

describe('faults of objects', () => {
  it('fail, lose or repeat what was accepted', async () => {
    service = await startService({
      faults: plan([
        { fault: 'fail', key: 'f', every: 1 },
        { fault: 'lose', key: 'l', every: 1 },
        { fault: 'duplicate', key: 'd', every: 1 },
      ]),
    });
    for (const key of ['f', 'l', 'd', 'ok']) service.s3.put(`source/${key}`, 'abc');
    const id = await service.createTask();
    expect((await submit(id, 'f', 'l', 'd', 'ok')).status).toBe(200);
    await service.oms.idle();

    expect(await show(id)).toMatchObject({
      monthly_acceptance_request: 4,
      monthly_success_object: 2,
      monthly_failure_object: 1,
      monthly_skip_object: 0,
    });
    expect(service.oms.stats()).toMatchObject({ copied: 2, failed: 1, pending: 1 });
    const puts = service.s3.requests.filter(({ method }) => method === 'PUT').map(({ path }) => path);
    expect(puts.toSorted()).toEqual(['destination/d', 'destination/d', 'destination/ok']);
    expect(service.oms.faults()).toMatchObject({ injected: 3 });

    const again = await service.restart({ faults: plan([]) });
    await again.oms.idle();
    expect(service.s3.objects.has('destination/l')).toBe(true);
    await again.oms.close();
  });
});

describe('/_faults', () => {
  it('takes a plan at run time, tells what came of it, and ends it', async () => {
    service = await startService();
    expect((await control('GET')).json).toEqual({ plan: null, injected: 0, rules: [] });
    const wanted = plan([{ fault: 'status', status: 503, calls: [1] }]);
    expect(await control('PUT', wanted)).toMatchObject({ status: 200, json: { plan: wanted, injected: 0 } });
    expect((await list()).status).toBe(503);
    expect((await control('GET')).json).toMatchObject({ rules: [{ fault: 'status', matched: 1, injected: 1 }] });
    expect((await control('DELETE')).json).toMatchObject({ plan: null });
    expect((await list()).status).toBe(200);
  });

  it('refuses a plan with its mistakes and keeps the one before', async () => {
    const first = plan([{ fault: 'reset', calls: [9] }]);
    service = await startService({ faults: first });
    expect(await control('PUT', plan([{ fault: 'fail', probability: 3 }]))).toMatchObject({
      status: 400,
      json: { details: [{ path: 'rules[0].probability', message: 'must be a number from 0 to 1' }] },
    });
    expect((await control('GET')).json).toMatchObject({ plan: first });
    expect((await exchange('PUT', `${service.oms.url}/_faults`, { body: '{' })).status).toBe(400);
    expect((await control('POST', first)).status).toBe(405);
  });

  it('is not for a page in a browser that found the port by another name', async () => {
    service = await startService();
    const headers = { host: 'evil.example' };
    expect((await exchange('GET', `${service.oms.url}/_faults`, { headers })).status).toBe(403);
  });
});

/** Unsigned: the faults of bodies come after whatever the service answers. */
async function fetchText(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  return { status: response.status, text: await response.text() };
}
