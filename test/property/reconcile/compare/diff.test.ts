import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ObjectComparer } from '#shared/reconcile/compare/compare-object.ts';
import { addCounts, type Counts, type DiffStep, noCounts } from '#shared/reconcile/compare/counts.ts';
import { diff, type FactsPage } from '#shared/reconcile/compare/diff.ts';
import { DiffError } from '#shared/reconcile/compare/errors.ts';
import type { OverwriteMode } from '#shared/reconcile/compare/overwrite-rules.ts';
import { isSubmitted, type ObjectFacts, VERDICTS } from '#shared/reconcile/compare/verdict.ts';
import { paged, pagesOf } from '../../../helpers/listings.ts';
import { runs } from '../../../helpers/thorough.ts';
import { type Buckets, buckets, GRACE, NOW, pageSizes } from '../buckets.ts';
import { verdictsOf } from '../oracle.ts';

const parameters = { seed: 20_261_121, numRuns: runs(1500) };
const mode = fc.constantFrom<OverwriteMode>(
  'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
  'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
  'NO_OVERWRITE',
  'FULL_OVERWRITE',
);

function comparerOf(overwrite: OverwriteMode): ObjectComparer {
  const rules = { mode: overwrite, consistencyCheck: 'size_last_modified' } as const;
  return new ObjectComparer({ rules, graceMs: GRACE, sourceCloud: 'AWS', restore: false });
}

interface Walk {
  readonly steps: DiffStep[];
  readonly error: unknown;
}

async function walk(
  source: readonly (FactsPage | Error)[],
  destination: readonly (FactsPage | Error)[],
  comparer: ObjectComparer,
  after?: string,
): Promise<Walk> {
  const steps: DiffStep[] = [];
  const range = after === undefined ? {} : { after };
  const listings = { source: pagesOf(source, range), destination: pagesOf(destination, range) };
  const options = { ...listings, comparer, now: () => NOW, emptySourceConfirmed: true };
  try {
    for await (const step of diff(options)) steps.push(step);
    return { steps, error: undefined };
  } catch (error) {
    return { steps, error };
  }
}

const findingsOf = (steps: readonly DiffStep[]) =>
  steps.flatMap(({ findings }) => findings.map(({ key, verdict }) => [key, verdict]));
const differing = (expected: Map<string, string>) => [...expected].filter(([, verdict]) => verdict !== 'same');
const oracle = ({ source, destination }: Buckets, overwrite: OverwriteMode) =>
  verdictsOf(source, destination, { mode: overwrite, now: NOW, graceMs: GRACE });
const comesBy = (key: string, limit: string) => Buffer.compare(Buffer.from(key), Buffer.from(limit)) <= 0;
const sum = (steps: readonly DiffStep[]): Counts =>
  steps.reduce((total, { counts }) => addCounts(total, counts), noCounts());

describe('diff', () => {
  it('finds of every key what the oracle finds, however the listings are cut into pages', async () => {
    await fc.assert(
      fc.asyncProperty(buckets, pageSizes, pageSizes, mode, async (pair, first, second, overwrite) => {
        const { source, destination } = pair;
        const [from, to] = [paged(source, first), paged(destination, second)];
        const { steps, error } = await walk(from, to, comparerOf(overwrite));
        const expected = oracle(pair, overwrite);

        expect(error).toBeUndefined();
        expect(findingsOf(steps)).toEqual(differing(expected));
        const counts = sum(steps);
        for (const verdict of VERDICTS) {
          const keys = [...expected].filter(([, found]) => found === verdict).map(([key]) => key);
          expect(counts.verdicts[verdict].objects).toBe(keys.length);
        }
        const bytes = (objects: readonly ObjectFacts[]) => objects.reduce((total, { size }) => total + size, 0);
        expect(counts.source).toEqual({ objects: source.length, bytes: bytes(source) });
        expect(counts.destination).toEqual({ objects: destination.length, bytes: bytes(destination) });
      }),
      parameters,
    );
  });

  it('submits what has a verdict of submission, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(buckets, mode, async ({ source, destination }, overwrite) => {
        const { steps } = await walk(paged(source, [3]), paged(destination, [5]), comparerOf(overwrite));
        for (const { verdict, submit } of steps.flatMap(({ findings }) => findings))
          expect(submit).toBe(isSubmitted(verdict));
      }),
      { ...parameters, numRuns: runs(300) },
    );
  });

  it('goes on from any cursor as if it had never stopped', async () => {
    await fc.assert(
      fc.asyncProperty(buckets, pageSizes, pageSizes, fc.nat(), async (pair, first, second, at) => {
        const comparer = comparerOf('SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE');
        const { source, destination } = pair;
        const whole = await walk(paged(source, first), paged(destination, first), comparer);
        const done = whole.steps.slice(0, at % (whole.steps.length + 1));
        const cursor = done.at(-1)?.cursor;
        const rest = (objects: readonly ObjectFacts[]) =>
          objects.filter(({ key }) => cursor === undefined || !comesBy(key, cursor));
        const next = await walk(paged(rest(source), second), paged(rest(destination), second), comparer, cursor);

        expect(next.error).toBeUndefined();
        expect(findingsOf([...done, ...next.steps])).toEqual(findingsOf(whole.steps));
        expect(sum([...done, ...next.steps])).toEqual(sum(whole.steps));
      }),
      { ...parameters, numRuns: runs(800) },
    );
  });

  const faults = fc.constantFrom('error', 'swap', 'repeat_key', 'repeat_page' as const);

  it('stops at a listing that is at fault, names its side, and has found nothing that is not so', async () => {
    await fc.assert(
      fc.asyncProperty(
        buckets,
        pageSizes,
        pageSizes,
        faults,
        fc.nat(),
        fc.boolean(),
        async (pair, first, second, fault, at, ofSource) => {
          const pages = { source: paged(pair.source, first), destination: paged(pair.destination, second) };
          const side = ofSource ? 'source' : 'destination';
          const broken = breakListing(pages[side], fault, at);
          fc.pre(broken !== undefined);
          const given: Record<typeof side, readonly (FactsPage | Error)[]> = { ...pages, [side]: broken };
          const { steps, error } = await walk(given.source, given.destination, comparerOf('FULL_OVERWRITE'));
          const cursor = steps.at(-1)?.cursor;
          const expected = new Map(
            [...oracle(pair, 'FULL_OVERWRITE')].filter(([key]) => cursor !== undefined && comesBy(key, cursor)),
          );

          expect(error).toBeInstanceOf(DiffError);
          expect((error as DiffError).side).toBe(side);
          expect(findingsOf(steps)).toEqual(differing(expected));
        },
      ),
      parameters,
    );
  });
});

/** @returns undefined where the listing has no place for such a fault */
function breakListing(pages: readonly FactsPage[], fault: string, at: number): (FactsPage | Error)[] | undefined {
  const index = at % Math.max(pages.length, 1);
  const page = pages[index];
  const before = pages.slice(0, index);
  const after = pages.slice(index + 1);
  const objects = page?.objects ?? [];
  const place = at % Math.max(objects.length - 1, 1);
  const [first, second] = [objects[place], objects[place + 1]];
  switch (fault) {
    case 'error':
      return [...before, new Error('reset')];
    case 'swap':
      if (!first || !second) return undefined;
      return [
        ...before,
        { objects: [...objects.slice(0, place), second, first, ...objects.slice(place + 2)] },
        ...after,
      ];
    case 'repeat_key':
      if (!first) return undefined;
      return [...before, { objects: [...objects.slice(0, place + 1), ...objects.slice(place)] }, ...after];
    default:
      return page && objects.length > 0 ? [...before, page, page, ...after] : undefined;
  }
}
