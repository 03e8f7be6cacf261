import { ObjectComparer } from '#shared/reconcile/compare/compare-object.ts';
import { addCounts, noCounts } from '#shared/reconcile/compare/counts.ts';
import { diff } from '#shared/reconcile/compare/diff.ts';
import { DEFAULT_RULES } from '#shared/reconcile/compare/overwrite-rules.ts';
import { syntheticListing } from './synthetic-listing.ts';

export interface DiffRound {
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakMb: number;
  /** Objects of both sides. */
  readonly listed: number;
  /** Objects that are not the same; 0 where nothing was compared. */
  readonly found: number;
}

/** Walks through both listings, page by page in turn, and does nothing with them: what the diff is compared with. */
async function onlyList(objects: number): Promise<Pick<DiffRound, 'listed' | 'found'>> {
  const listings = [syntheticListing(objects, 'source'), syntheticListing(objects, 'destination')];
  let listed = 0;
  let open = listings.length;
  while (open > 0) {
    open = 0;
    for (const listing of listings) {
      const { done, value } = await listing.next();
      if (done) continue;
      listed += value.objects.length;
      open += 1;
    }
  }
  return { listed, found: 0 };
}

async function compare(objects: number): Promise<Pick<DiffRound, 'listed' | 'found'>> {
  const comparer = new ObjectComparer({ rules: DEFAULT_RULES, graceMs: 900_000, sourceCloud: 'AWS', restore: false });
  const source = syntheticListing(objects, 'source');
  const destination = syntheticListing(objects, 'destination');
  let counts = noCounts();
  let found = 0;
  for await (const step of diff({ source, destination, comparer, now: Date.now })) {
    counts = addCounts(counts, step.counts);
    found += step.findings.length;
  }
  return { listed: counts.source.objects + counts.destination.objects, found };
}

/** Arguments: what to do, and how many objects a side has at most. */
async function main([what, objects]: readonly string[]): Promise<void> {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const result = await (what === 'diff' ? compare : onlyList)(Number(objects));
  const { user, system } = process.cpuUsage(cpu);
  const round: DiffRound = {
    ms: performance.now() - start,
    cpuMs: (user + system) / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
    ...result,
  };
  process.send?.(round);
}

void main(process.argv.slice(2));
