import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ObjectLister } from '#shared/listing/lister.ts';
import { listInParallel } from '#shared/listing/parallel-lister.ts';
import { HOSTILE_KEYS } from '../../../scripts/local/hostile-keys.ts';
import { byBytes } from '../../helpers/model-store.ts';
import { planRanges } from '../../helpers/plan-ranges.ts';
import { missingCephPrograms, startCeph } from '../s3/ceph.ts';
import { BUCKET, clientOf, failureOf, fill, keysOf, listerOf, manyKeys } from './listing-target.ts';

const missing = missingCephPrograms();

describe.skipIf(missing.length > 0 && !process.env['CI'])('a Ceph RADOS Gateway', () => {
  let target: Awaited<ReturnType<typeof startCeph>>;
  let keys: string[];

  beforeAll(async () => {
    target = await startCeph();
    keys = await fill(target, [...manyKeys(2500), ...HOSTILE_KEYS]);
  });

  afterAll(() => target?.stop());

  it.each([1, 2] as const)('is listed whole and in order with version %i, encoded and not', async (version) => {
    for (const pageKeys of [33, 1000])
      expect(await keysOf(listerOf(target, version, {}, pageKeys).pages({ bucket: BUCKET }))).toEqual(keys);
    const plain = listerOf(target, version, { overrides: { listVersion: version, urlEncoding: false } });
    expect(await keysOf(plain.pages({ bucket: BUCKET }))).toEqual(keys);
  });

  it.each([1, 2] as const)('is listed from behind any key with version %i', async (version) => {
    const lister = listerOf(target, version);
    for (const after of HOSTILE_KEYS) {
      const index = keys.indexOf(after);
      const until = keys[index + 3] ?? after;
      expect(await keysOf(lister.pages({ bucket: BUCKET, after, until }))).toEqual(keys.slice(index + 1, index + 4));
    }
  });

  it.each([1, 2] as const)('is listed by eight workers with version %i', async (version) => {
    const lister = listerOf(target, version, {}, 50);
    const ranges = await planRanges(lister, { bucket: BUCKET, workers: 8 });
    expect(ranges).toHaveLength(8);
    const planned: string[] = [];
    for (const range of ranges) planned.push(...(await keysOf(lister.pages({ bucket: BUCKET, ...range }))));
    expect(planned).toEqual(keys);

    const seen: string[] = [];
    await listInParallel(
      { bucket: BUCKET },
      {
        lister,
        workers: 8,
        onPage: ({ objects }) => {
          seen.push(...objects.map(({ key }) => key));
        },
      },
    );
    expect(seen.sort(byBytes)).toEqual(keys);
  });

  it('that has no such bucket, or does not know the keys, is an error', async () => {
    const lister = listerOf(target, 2);
    expect((await failureOf(lister, { bucket: 'missing' })).error?.name).toBe('NoSuchBucketError');
    const credentials = { accessKey: 'STRANGER', secretKey: 'stranger-secret' };
    const stranger = new ObjectLister({ store: clientOf({ ...target, credentials }, 2) });
    expect((await failureOf(stranger)).error?.name).toBe('AccessDeniedError');
  });
});

it.skipIf(missing.length === 0 || !process.env['CI'])('Ceph can be started', () => {
  throw new Error(`Missing programs: ${missing.join(', ')}`);
});
