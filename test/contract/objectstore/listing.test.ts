import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListedPage } from '#shared/listing/lister.ts';
import { listInParallel } from '#shared/listing/parallel-lister.ts';
import { Accounts } from '../../../scripts/local/accounts.ts';
import { HOSTILE_KEYS } from '../../../scripts/local/hostile-keys.ts';
import { type ObsServer, startObs } from '../../../scripts/local/obs/server.ts';
import { byBytes } from '../../helpers/model-store.ts';
import { planRanges } from '../../helpers/plan-ranges.ts';
import type { Target } from '../s3/target.ts';
import { BUCKET, clientOf, failureOf, fill, keysOf, listerOf, manyKeys } from './listing-target.ts';

const credentials = { accessKey: 'LISTER', secretKey: 'lister-secret' };
const region = 'cn-north-4';
const VERSIONS = [1, 2] as const;

let dataDir: string;
let server: ObsServer;
let target: Target;
let keys: string[];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'obs-listing-'));
  server = await startObs({ dataDir, port: 0, region, accounts: new Accounts([credentials]) });
  target = { endpoint: server.url, region, credentials };
  keys = await fill(target, [...manyKeys(600), ...HOSTILE_KEYS]);
});

afterAll(async () => {
  await server?.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Runs work while one fault of listings is planned. */
async function withFault<T>(rule: object, work: () => Promise<T>): Promise<{ result: T; injected: number }> {
  const plan = { seed: 1, rules: [rule] };
  const control = `${server.url}/_faults`;
  const set = await fetch(control, { method: 'PUT', body: JSON.stringify(plan) });
  expect(set.status).toBe(200);
  try {
    const result = await work();
    return { result, injected: server.faults().injected };
  } finally {
    await fetch(control, { method: 'DELETE' });
  }
}

describe.each(VERSIONS)('a bucket listed with version %i', (version) => {
  it('shows every key once, in the order of its bytes, with hostile keys as they are', async () => {
    for (const pageKeys of [7, 100, 1000])
      expect(await keysOf(listerOf(target, version, {}, pageKeys).pages({ bucket: BUCKET }))).toEqual(keys);
  });

  it('shows the same without encoding-type, whose names are XML then', async () => {
    const plain = listerOf(target, version, { overrides: { listVersion: version, urlEncoding: false } });
    expect(await keysOf(plain.pages({ bucket: BUCKET }))).toEqual(keys);
  });

  it('can be listed from behind any key, and up to any', async () => {
    const lister = listerOf(target, version);
    for (const after of HOSTILE_KEYS) {
      const index = keys.indexOf(after);
      const until = keys[index + 5];
      const request = { bucket: BUCKET, after, ...(until === undefined ? {} : { until }) };
      expect(await keysOf(lister.pages(request))).toEqual(
        keys.slice(index + 1, until === undefined ? undefined : index + 6),
      );
    }
  });

  it('can be listed below any prefix', async () => {
    const lister = listerOf(target, version);
    for (const prefix of ['报告/', '😀/', 'a', 'a+', 'a%', '%', '/', '//', '../', ' ', 'none'])
      expect(await keysOf(lister.pages({ bucket: BUCKET, prefix }))).toEqual(
        keys.filter((key) => key.startsWith(prefix)),
      );
  });

  it('is listed by eight workers, each in ranges of its own', async () => {
    const lister = listerOf(target, version, {}, 20);
    const ranges = await planRanges(lister, { bucket: BUCKET, workers: 8 });
    expect(ranges).toHaveLength(8);
    const planned: string[] = [];
    for (const range of ranges) planned.push(...(await keysOf(lister.pages({ bucket: BUCKET, ...range }))));
    expect(planned).toEqual(keys);

    const seen: string[] = [];
    const used = new Set<unknown>();
    const onPage = ({ objects }: ListedPage, range: unknown): void => {
      used.add(range);
      seen.push(...objects.map(({ key }) => key));
    };
    await listInParallel({ bucket: BUCKET }, { lister, workers: 8, onPage });
    expect(seen.sort(byBytes)).toEqual(keys);
    expect(used.size).toBeGreaterThan(1);
  });

  it('says its first key', async () => {
    const lister = listerOf(target, version);
    expect(await lister.firstKey({ bucket: BUCKET })).toBe(keys[0]);
    expect(await lister.firstKey({ bucket: BUCKET, after: keys.at(-1) ?? '' })).toBeUndefined();
  });

  it('that does not exist is an error, not an empty listing', async () => {
    const { seen, error } = await failureOf(listerOf(target, version), { bucket: 'missing' });
    expect({ seen, name: error?.name }).toEqual({ seen: [], name: 'NoSuchBucketError' });
  });

  it('that may not be listed is an error, not an empty listing', async () => {
    const stranger = { ...target, credentials: { accessKey: 'STRANGER', secretKey: 'stranger-secret' } };
    const { seen, error } = await failureOf(listerOf(stranger, version));
    expect({ seen, name: error?.name }).toEqual({ seen: [], name: 'AccessDeniedError' });
  });

  // Every page but the first is damaged, and the client may not ask again.
  it.each([
    ['truncated_page', 'MalformedListingError', undefined],
    ['cut_page', 'ObjectStoreConnectionError', undefined],
    ['wrong_order', 'ListingError', 'out_of_order'],
    // Its token is the one with which it was asked for.
    ['repeated_page', 'MalformedListingError', undefined],
  ])('stops at %s with %s', async (fault, name, kind) => {
    const lister = listerOf(target, version, { maxAttempts: 1 });
    const { result, injected } = await withFault({ fault, bucket: BUCKET, continued: true, every: 1 }, () =>
      failureOf(lister),
    );
    expect(injected).toBeGreaterThan(0);
    expect({ name: result.error?.name, fault: result.error?.fault }).toEqual({ name, fault: kind });
    expect(result.seen).toEqual(keys.slice(0, 100));
  });

  it.each(['truncated_page', 'wrong_order', 'cut_page'])('stops at %s of its first page', async (fault) => {
    const lister = listerOf(target, version, { maxAttempts: 1 });
    const { result } = await withFault({ fault, bucket: BUCKET, every: 1 }, () => failureOf(lister));
    expect(result.seen).toEqual([]);
    expect(result.error).toBeDefined();
  });

  it.each(['truncated_page', 'cut_page', 'repeated_page'])('gets over one %s by asking again', async (fault) => {
    const lister = listerOf(target, version, { sleep: async () => {} });
    const { result, injected } = await withFault({ fault, bucket: BUCKET, every: 3 }, () => failureOf(lister));
    expect(injected).toBeGreaterThan(1);
    expect(result.error).toBeUndefined();
    expect(result.seen).toEqual(keys);
  });

  it('is never taken for a shorter one, whatever its pages suffer', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const rules = ['truncated_page', 'cut_page', 'wrong_order', 'repeated_page'].map((fault) => ({
        fault,
        bucket: BUCKET,
        probability: 0.02,
      }));
      await fetch(`${server.url}/_faults`, { method: 'PUT', body: JSON.stringify({ seed, rules }) });
      const { seen, error } = await failureOf(listerOf(target, version, { maxAttempts: 1 }, 20));
      await fetch(`${server.url}/_faults`, { method: 'DELETE' });
      if (error === undefined) expect(seen).toEqual(keys);
      else expect(seen).toEqual(keys.slice(0, seen.length));
    }
  });
});

it('an entry has the size, time, ETag and class that the object has', async () => {
  const client = clientOf(target, 2);
  const page = (await listerOf(target, 2).pages({ bucket: BUCKET, prefix: 'dir/file' }).next()).value;
  const { etag, lastModified } = (await client.headObject({ bucket: BUCKET, key: 'dir/file' })) ?? {};
  expect(page?.objects).toEqual([
    { key: 'dir/file', size: 1, etag, lastModified: expect.any(Number), storageClass: 'STANDARD' },
  ]);
  // A header has no milliseconds.
  expect(Math.floor((page?.objects[0]?.lastModified ?? 0) / 1000) * 1000).toBe(lastModified);
});
