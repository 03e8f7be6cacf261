import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { bucketObjects, MISSING_OF, OTHER_SIZE_OF } from '../../../scripts/bench/bucket-layouts.ts';
import { storeObjects } from '../../../scripts/bench/stored-objects.ts';
import { Store } from '../../../scripts/local/obs/store.ts';

const COUNT = 4500;

it.each(['flat', 'folders'] as const)('a filled store lists what it was filled with: %s', async (layout) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const sides = ['source', 'destination'] as const;
  await storeObjects(
    folder,
    sides.map((name) => ({ name, objects: bucketObjects(layout, COUNT, name) })),
  );

  const store = await Store.open(folder, { fsync: false });
  const [source, destination] = sides.map((name) => new Map(store.bucket(name).objects.entries()));
  await store.close();

  const made = [...bucketObjects(layout, COUNT, 'source')];
  expect([...(source?.keys() ?? [])]).toEqual(made.map(({ key }) => key).sort());
  const told = ({ key }: { readonly key: string }) => {
    const { size, modified, etag } = source?.get(key) ?? {};
    return { key, size, modified, etag };
  };
  expect(made.map(told)).toEqual(made);
  expect((source?.size ?? 0) - (destination?.size ?? 0)).toBe(Math.ceil((COUNT - 1) / MISSING_OF));
  const sized = made.filter(({ key, size }) => (destination?.get(key)?.size ?? size) !== size);
  expect(sized).toHaveLength(Math.ceil((COUNT - 2) / OTHER_SIZE_OF));
  expect(made.every(({ key }) => key.includes('/') === (layout === 'folders'))).toBe(true);
});
