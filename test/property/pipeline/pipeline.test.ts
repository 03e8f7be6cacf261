import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBatches } from '#shared/pipeline/batch.ts';
import { routeChanges } from '#shared/pipeline/route.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { change } from '../../helpers/changes.ts';

const SEED = 20_260_921;

const buckets = fc.constantFrom('a', 'b', 'c');
const keys = fc.constantFrom('x', 'x/1', 'x/2', 'y', 'y/1', 'ü+ %');
const changes = fc.array(fc.tuple(keys, buckets).map(([key, bucket]) => change(key, bucket)));
const routes: fc.Arbitrary<Route[]> = fc.array(
  fc
    .tuple(fc.constantFrom('A', 'B', 'C'), buckets, fc.constantFrom(undefined, '', 'x', 'x/', 'y'))
    .map(([sync_task_id, bucket, prefix]) => ({
      source: { bucket, ...(prefix === undefined ? {} : { prefix }) },
      sync_task_id,
    })),
  { maxLength: 6 },
);

describe('routeChanges', () => {
  it('routes a pair exactly when some route of that task matches, and reports every other change', () => {
    fc.assert(
      fc.property(changes, routes, (given, table) => {
        const expected = new Set<string>();
        const lost: unknown[] = [];
        for (const each of given) {
          const hits = table.filter(
            ({ source }) => source.bucket === each.bucket && each.key.startsWith(source.prefix ?? ''),
          );
          for (const { sync_task_id } of hits) expected.add(`${sync_task_id} ${each.key}`);
          if (hits.length === 0) lost.push(each);
        }

        const { routed, unrouted } = routeChanges(given, table);

        const pairs = routed.map(({ syncTaskId, change: { key } }) => `${syncTaskId} ${key}`);
        expect(new Set(pairs)).toEqual(expected);
        expect(pairs).toHaveLength(expected.size);
        expect(unrouted).toEqual(lost);
      }),
      { seed: SEED },
    );
  });
});

describe('toBatches', () => {
  it('holds every item once, of one task each, in order, and fills a batch before it opens the next', () => {
    const item = fc.record({ syncTaskId: fc.constantFrom('A', 'B', 'C'), key: fc.string() });
    fc.assert(
      fc.property(fc.array(item), fc.integer({ min: 1, max: 12 }), (items, size) => {
        const batches = toBatches(items, size);

        const placed = batches.flatMap(({ syncTaskId, items: held }) =>
          held.map(({ index, key }) => ({ index, syncTaskId, key })),
        );
        expect(placed.toSorted((a, b) => a.index - b.index)).toEqual(
          items.map(({ syncTaskId, key }, index) => ({ index, syncTaskId, key })),
        );
        for (const task of ['A', 'B', 'C']) {
          const sizes = batches.filter(({ syncTaskId }) => syncTaskId === task).map(({ items: held }) => held.length);
          expect(sizes.slice(0, -1).every((length) => length === size)).toBe(true);
          expect(sizes.every((length) => length > 0)).toBe(true);
        }
      }),
      { seed: SEED },
    );
  });
});
