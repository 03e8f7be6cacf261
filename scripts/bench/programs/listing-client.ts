import { ObjectLister } from '#shared/listing/lister.ts';
import { listInParallel } from '#shared/listing/parallel-lister.ts';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import { ObjectComparer } from '#shared/reconcile/compare/compare-object.ts';
import { diff } from '#shared/reconcile/compare/diff.ts';
import { DEFAULT_RULES } from '#shared/reconcile/compare/overwrite-rules.ts';
import { serveListings } from './listing-load.ts';

/** Listings through this project's client and lister, as the reconciler makes them: signed, checked, in pages. */
const lister = new ObjectLister({
  store: new ObjectStoreClient({
    endpoint: process.argv[2] ?? '',
    region: 'cn-north-4',
    credentials: () => ({ accessKey: 'BENCH', secretKey: 'bench-secret' }),
    maxAttempts: 1,
  }),
});

async function count(bucket: string): Promise<number> {
  let objects = 0;
  for await (const page of lister.pages({ bucket })) objects += page.objects.length;
  return objects;
}

/** Compares the listings, from the requests to the verdicts. */
async function compare(): Promise<number> {
  const comparer = new ObjectComparer({ rules: DEFAULT_RULES, graceMs: 0, sourceCloud: 'HuaweiCloud', restore: false });
  const [source, destination] = [lister.pages({ bucket: 'source' }), lister.pages({ bucket: 'destination' })];
  let objects = 0;
  for await (const { counts } of diff({ source, destination, comparer, now: Date.now }))
    objects += counts.verdicts.same.objects;
  return objects;
}

async function countWith(workers: number): Promise<number> {
  let objects = 0;
  const onPage = (page: { readonly objects: readonly unknown[] }): void => {
    objects += page.objects.length;
  };
  await listInParallel({ bucket: 'far' }, { lister, workers, onPage });
  return objects;
}

serveListings(async (what) => {
  if (what === 'far') return count('far');
  if (what === 'workers') return countWith(8);
  if (what === 'compare') return compare();
  const [source = 0, destination = 0] = await Promise.all([count('source'), count('destination')]);
  if (source !== destination) throw new Error(`${source} objects here and ${destination} there`);
  return source;
});
