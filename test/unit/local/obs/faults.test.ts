import { describe, expect, it, vi } from 'vitest';
import type { FaultRule } from '../../../../scripts/local/faults/plan.ts';
import type { ObsOptions, ObsServer } from '../../../../scripts/local/obs/server.ts';
import { call, startStore, temporaryFolder } from './fixture.ts';

const plan = (...rules: FaultRule[]) => ({ seed: 1, rules });

/** A store with keys in a bucket, and what was delivered. */
async function storeWith(keys: readonly string[], faults: readonly FaultRule[], options: Partial<ObsOptions> = {}) {
  const delivered: string[] = [];
  const store = await startStore({
    faults: plan(...faults),
    deliver: ({ event }) => {
      const { Records } = event as { Records: { s3: { object: { key: string } } }[] };
      delivered.push(...Records.map((record) => record.s3.object.key));
    },
    ...options,
  });
  store.setTriggers([{ id: 't', type: 'OBS', bucket: 'box', events: ['s3:ObjectCreated:*'], target: 'f' }]);
  await call(store, 'PUT', '/box');
  for (const key of keys) await call(store, 'PUT', `/box/${key}`, { body: key });
  return { store, delivered };
}

const keysOf = (xml: string): string[] => [...xml.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key ?? '');

/** Every page of a listing, two keys each. */
async function pages(store: ObsServer): Promise<string[][]> {
  const found: string[][] = [];
  for (let token = ''; found.length < 10; ) {
    const query = { 'list-type': '2', 'max-keys': '2', ...(token ? { 'continuation-token': token } : {}) };
    const { body } = await call(store, 'GET', '/box', { query });
    found.push(keysOf(body));
    token = /<NextContinuationToken>(.*?)</.exec(body)?.[1] ?? '';
    if (token === '') break;
  }
  return found;
}

describe('faults of notifications', () => {
  it('drop and duplicate by schedule', async () => {
    const faults = [
      { fault: 'drop', calls: [1] },
      { fault: 'duplicate', times: 3, key: 'c', every: 1 },
    ];
    const { delivered, store } = await storeWith(['a', 'b', 'c'], faults);
    await vi.waitFor(() => expect(delivered).toEqual(['b', 'c', 'c', 'c']));
    expect(store.faults()).toMatchObject({ injected: 2 });
  });

  it('let a later one overtake', async () => {
    const never = (_: number, signal: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const faults = [{ fault: 'reorder', key: 'a', by: 2, every: 1 }];
    const { delivered } = await storeWith(['a', 'b', 'c'], faults, { sleep: never });
    await vi.waitFor(() => expect(delivered).toEqual(['b', 'c', 'a']));
  });

  it('hold one back no longer than its patience where nothing follows', async () => {
    const waits: number[] = [];
    const sleep = async (ms: number): Promise<void> => {
      waits.push(ms);
    };
    const faults = [
      { fault: 'reorder', key: 'a', every: 1 },
      { fault: 'delay', key: 'b', ms: 60_000, every: 1 },
    ];
    const { delivered } = await storeWith(['a', 'b'], faults, { sleep });
    await vi.waitFor(() => expect(delivered.toSorted()).toEqual(['a', 'b']));
    expect(waits).toEqual([1000, 60_000]);
  });

  it('that are late when the store closes arrive after the next start', async () => {
    const sleep = (_: number, signal: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const dataDir = temporaryFolder();
    const faults = [{ fault: 'delay', ms: 60_000, every: 1 }];
    const first = await storeWith(['a'], faults, { sleep, dataDir });
    await first.store.close();
    expect(first.delivered).toEqual([]);
    const second = await storeWith([], [], { dataDir });
    await vi.waitFor(() => expect(second.delivered).toEqual(['a']));
  });
});

describe('faults of listings', () => {
  const KEYS = ['a', 'b', 'c', 'd', 'e'];

  it('answer 503 in the middle', async () => {
    const faults = [{ fault: 'status', status: 503, retry_after: 2, operation: 'ListObjects', calls: [2] }];
    const { store } = await storeWith(KEYS, faults);
    const query = { 'list-type': '2', 'max-keys': '2' };
    expect((await call(store, 'GET', '/box', { query })).status).toBe(200);
    expect(await call(store, 'GET', '/box', { query })).toMatchObject({
      status: 503,
      code: 'SlowDown',
      headers: { 'retry-after': '2' },
    });
    expect((await call(store, 'GET', '/box/a')).status).toBe(200);
  });

  it('repeat a page, and go on from there', async () => {
    const { store } = await storeWith(KEYS, [{ fault: 'repeated_page', continued: true, calls: [1] }]);
    expect(await pages(store)).toEqual([['a', 'b'], ['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('do not count a repeated page where none came before', async () => {
    const { store } = await storeWith(KEYS, [{ fault: 'repeated_page', calls: [1] }]);
    expect(await pages(store)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(store.faults()).toMatchObject({ injected: 0 });
  });

  it('turn the order of a page', async () => {
    const { store } = await storeWith(KEYS, [{ fault: 'wrong_order', calls: [2] }]);
    expect(await pages(store)).toEqual([['a', 'b'], ['d', 'c'], ['e']]);
  });

  it('end a page in its middle, as a whole answer or with the connection', async () => {
    const faults = [
      { fault: 'truncated_page', calls: [1] },
      { fault: 'cut_page', calls: [2] },
    ];
    const { store } = await storeWith(KEYS, faults);
    const half = await call(store, 'GET', '/box');
    expect(half.status).toBe(200);
    expect(half.body).not.toContain('</ListBucketResult>');
    await expect(call(store, 'GET', '/box')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await call(store, 'GET', '/box')).body).toContain('</ListBucketResult>');
  });
});

describe('faults of object requests', () => {
  it('reset the connection before the object is stored, or after', async () => {
    const faults = [
      { fault: 'reset', operation: 'PutObject', key: 'before', every: 1 },
      { fault: 'reset', operation: 'PutObject', key: 'after', when: 'after' as const, every: 1 },
    ];
    const { store } = await storeWith([], faults);
    for (const key of ['before', 'after'])
      await expect(call(store, 'PUT', `/box/${key}`, { body: 'x' })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await call(store, 'GET', '/box/before')).status).toBe(404);
    expect((await call(store, 'GET', '/box/after')).status).toBe(200);
  });
});
