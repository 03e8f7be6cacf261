import { describe, expect, it } from 'vitest';
import { ObjectLister } from '#shared/listing/lister.ts';
import type { ListedObject, ListObjectsRequest, ObjectPage } from '#shared/objectstore/port.ts';
import { ObjectComparer } from '#shared/reconcile/compare/compare-object.ts';
import type { DiffStep } from '#shared/reconcile/compare/counts.ts';
import { diff } from '#shared/reconcile/compare/diff.ts';
import { DEFAULT_RULES } from '#shared/reconcile/compare/overwrite-rules.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const comparer = new ObjectComparer({ rules: DEFAULT_RULES, graceMs: 60_000, sourceCloud: 'AWS', restore: false });
const objectsOf = (keys: string): ListedObject[] => [...keys].map((key) => ({ key, size: 1, lastModified: 0 }));

/** A store of some objects, two on a page. */
function listerOf(keys: string, change: (page: ObjectPage, call: number) => ObjectPage = (page) => page): ObjectLister {
  let calls = 0;
  const listObjects = async ({ startAfter, continuationToken }: ListObjectsRequest): Promise<ObjectPage> => {
    const after = continuationToken ?? startAfter ?? '';
    const rest = objectsOf(keys).filter(({ key }) => key > after);
    const objects = rest.slice(0, 2);
    calls += 1;
    return change({ objects, ...(rest.length > 2 && { nextToken: objects.at(-1)?.key ?? '' }) }, calls);
  };
  return new ObjectLister({ store: { listObjects }, now: () => NOW });
}

async function run(source: ObjectLister, destination: ObjectLister, range: { after?: string; until?: string } = {}) {
  const steps: DiffStep[] = [];
  const pages = (lister: ObjectLister) => lister.pages({ bucket: 'b', ...range });
  try {
    const listings = { source: pages(source), destination: pages(destination) };
    for await (const step of diff({ ...listings, comparer, now: () => NOW })) steps.push(step);
    return { found: steps.flatMap(({ findings }) => findings.map(({ key, verdict }) => `${key} ${verdict}`)) };
  } catch (error) {
    return { error };
  }
}

describe('diff of what a lister lists', () => {
  it('finds what differs, in the whole bucket and in a range', async () => {
    expect(await run(listerOf('abcdefg'), listerOf('acfgz'))).toEqual({
      found: ['b missing', 'd missing', 'e missing', 'z extra'],
    });
    expect(await run(listerOf('abcdefg'), listerOf('acfgz'), { after: 'b', until: 'd' })).toEqual({
      found: ['d missing'],
    });
  });

  it.each<[string, (page: ObjectPage, call: number) => ObjectPage, string]>([
    ['is out of order', ({ objects, ...page }) => ({ ...page, objects: objects.toReversed() }), 'out_of_order'],
    ['repeats a key', ({ objects, ...page }) => ({ ...page, objects: [...objects, ...objects.slice(-1)] }), 'repeated'],
    ['repeats a page', (page, call) => (call === 2 ? { ...page, objects: objectsOf('ab') } : page), 'repeated'],
    ['goes nowhere', ({ objects }) => ({ objects: objects.slice(0, 0), nextToken: 'a' }), 'failed'],
  ])('names the fault where it %s', async (_name, change, fault) => {
    expect(await run(listerOf('abcdefg'), listerOf('abcdefg', change))).toMatchObject({
      error: { name: 'DiffError', side: 'destination', fault, earlierHolds: fault !== 'out_of_order' },
    });
  });

  it('names a key that was not asked for', async () => {
    const wrong = listerOf('cdef', () => ({ objects: objectsOf('a') }));

    expect(await run(wrong, listerOf('cdef'), { after: 'b' })).toMatchObject({
      error: { side: 'source', fault: 'out_of_range', earlierHolds: true },
    });
  });
});
