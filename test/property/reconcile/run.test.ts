import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSubmitted, type Verdict } from '#shared/reconcile/compare/verdict.ts';
import { PREFIX, STATE, World, type WorldOptions } from '../../helpers/reconcile-world.ts';
import { runs, THOROUGH } from '../../helpers/thorough.ts';
import { type Buckets, buckets, GRACE, NOW } from './buckets.ts';
import { verdictsOf } from './oracle.ts';

const parameters = { seed: 20_261_122, numRuns: runs(100) };
/** Everything is older than the grace period, however long a test takes. */
const LATER = NOW + 100 * GRACE;
const LEASE = 10_000;

function worldOf({ source, destination }: Buckets, options: WorldOptions): World {
  const world = new World(options);
  world.time = LATER;
  for (const object of source) world.from.set(object.key, object);
  for (const object of destination) world.to.set(object.key, object);
  return world;
}

/** Objects that a pass has to find, as long as nothing is copied. */
function expected({ source, destination }: Buckets) {
  const verdicts = verdictsOf(source, destination, {
    mode: 'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
    now: LATER,
    graceMs: GRACE,
  });
  const counts: Record<string, number> = {};
  for (const verdict of verdicts.values()) counts[verdict] = (counts[verdict] ?? 0) + 1;
  const keys = [...verdicts].flatMap(([key, verdict]) => (isSubmitted(verdict as Verdict) ? [key] : []));
  return { counts, submitted: keys.sort() };
}

function countsOf(world: World): Record<string, number> {
  const { verdicts } = world.latest;
  return Object.fromEntries(
    Object.entries(verdicts).flatMap(([verdict, { objects }]) => (objects > 0 ? [[verdict, objects]] : [])),
  );
}

const shape = fc.record({
  pageKeys: fc.integer({ min: 1, max: 5 }),
  workers: fc.integer({ min: 1, max: 4 }),
  maxKeysPerCall: fc.integer({ min: 1, max: 4 }),
});
const kills = fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 6 });
const nonEmpty = buckets.filter(({ source }) => source.length > 0);

describe('runs that are killed at any moment', () => {
  it('skip nothing, count each object once, and repeat no more than a page of each side for each kill', async () => {
    await fc.assert(
      fc.asyncProperty(nonEmpty, shape, kills, async (both, { pageKeys, ...options }, moments) => {
        const world = worldOf(both, { pageKeys });
        let killed = 0;
        for (const [index, moment] of moments.entries()) {
          const ended = await world.runUntil(moment, { ...options, id: `run-${index}`, leaseMs: LEASE });
          if (ended !== 'killed') break;
          killed += 1;
          world.time += LEASE + 1;
          // Killed when all was done: another run would begin another pass.
          if (world.document('latest.json')) break;
        }
        if (world.document('latest.json') === undefined)
          expect(await world.run({ ...options, id: 'last', leaseMs: LEASE })).toMatchObject({ outcome: 'completed' });

        const { counts, submitted } = expected(both);
        expect(countsOf(world)).toEqual(counts);
        expect(world.latest).toMatchObject({
          complete: true,
          source: { objects: both.source.length },
          destination: { objects: both.destination.length },
          submitted: submitted.length,
          accepted: submitted.length,
          pending: 0,
        });
        expect([...new Set(world.accepted)].sort()).toEqual(submitted);
        expect(restarts(world)).toEqual([]);
        // Each range may repeat what was submitted since the last checkpoint, and what was pending.
        const bound = killed * options.workers * (2 * pageKeys + options.maxKeysPerCall);
        expect(world.accepted.length - submitted.length).toBeLessThanOrEqual(bound);
      }),
      parameters,
    );
  });

  it.each(THOROUGH ? [1, 3] : [3])(
    'are gone on with from every single boundary of a pass of %i workers',
    async (workers) => {
      const make = () => {
        const world = new World({ pageKeys: 4 });
        return { world, missing: world.fill(36, (index) => index % 4 === 1) };
      };
      for (let moment = 1, ended: unknown = 'killed'; ended === 'killed'; moment += THOROUGH ? 1 : 3) {
        const { world, missing } = make();
        ended = await world.runUntil(moment, { workers, maxKeysPerCall: 3, leaseMs: LEASE, id: 'first' });
        world.time += LEASE + 1;
        const wasOver = world.latest !== undefined;
        if (ended === 'killed' && !wasOver)
          await world.run({ workers, maxKeysPerCall: 3, leaseMs: LEASE, id: 'second' });

        expect([...new Set(world.accepted)].sort(), `killed at ${moment}`).toEqual(missing);
        expect(world.latest, `killed at ${moment}`).toMatchObject({ complete: true, submitted: 9, accepted: 9 });
        expect(world.latest.source.objects).toBe(36);
        expect(restarts(world), `killed at ${moment}`).toEqual([]);
        // One worker lists a page of each side twice. More workers look for where to split, too.
        if (workers === 1)
          for (const bucket of ['from', 'to']) expect(listedTwice(world, bucket)).toBeLessThanOrEqual(4);
      }
    },
  );
});

/** Checkpoints that a run could not go on from. */
function restarts(world: World): unknown[] {
  return world.lines.filter(({ message }) => message === 'pass restarted' || message === 'ranges restarted');
}

/** Objects of a bucket that were listed more than once. */
function listedTwice(world: World, bucket: string): number {
  const keys = world.lists.flatMap((list) => (list.bucket === bucket ? list.keys : []));
  return keys.length - new Set(keys).size;
}

describe('two runs at once', () => {
  it('do no harm, whichever goes on when, also without conditional writes and with leases that run out', async () => {
    await fc.assert(
      fc.asyncProperty(
        nonEmpty,
        shape,
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 60 }),
        fc.constantFrom(1, 500, 100_000),
        async (both, { pageKeys, ...options }, order, leaseMs) => {
          const world = worldOf(both, { pageKeys });
          // Every call of the state bucket takes as many turns as the order says, so that the two interleave.
          let turn = 0;
          world.stateStore.intercept = async (_call, work) => {
            const turns = order[turn++ % order.length] ?? 0;
            for (let count = 0; count < turns; count++) await new Promise((resolve) => setImmediate(resolve));
            world.time += 100 * turns;
            return work();
          };
          const both2 = await Promise.all(['a', 'b'].map((id) => world.run({ ...options, id: `run-${id}`, leaseMs })));
          world.stateStore.intercept = undefined;
          world.time += leaseMs + 1;
          const last = both2.every(({ outcome }) => outcome !== 'completed')
            ? await world.run({ ...options, id: 'last', leaseMs })
            : both2.find(({ outcome }) => outcome === 'completed');

          const { counts, submitted } = expected(both);
          expect(last?.outcome).toBe('completed');
          expect(countsOf(world)).toEqual(counts);
          expect([...new Set(world.accepted)].sort()).toEqual(submitted);
          expect(world.latest).toMatchObject({
            complete: true,
            submitted: submitted.length,
            accepted: submitted.length,
          });
        },
      ),
      parameters,
    );
  });
});

describe('a damaged checkpoint', () => {
  it('costs work and nothing else, whatever is damaged', async () => {
    const damage = fc.oneof(
      fc.constantFrom('', '{', '[]', 'null', '{"version":1}'),
      fc.record({ from: fc.nat(4000), to: fc.nat(4000), with: fc.string({ maxLength: 3 }) }),
    );
    await fc.assert(
      fc.asyncProperty(nonEmpty, shape, fc.integer({ min: 10, max: 80 }), damage, async (both, shape_, moment, how) => {
        const { pageKeys, ...options } = shape_;
        const world = worldOf(both, { pageKeys });
        await world.runUntil(moment, { ...options, id: 'first', leaseMs: LEASE });
        const text = world.stateStore.text(STATE, `${PREFIX}checkpoint.json`);
        if (world.document('latest.json') || text === undefined) return;
        const [start, end] =
          typeof how === 'string' ? [0, text.length] : [Math.min(how.from, how.to), Math.max(how.from, how.to)];
        const replaced = typeof how === 'string' ? how : text.slice(0, start) + how.with + text.slice(end);
        // A change that can be read is no damage, but another truth.
        if (isJson(replaced) && typeof how !== 'string') return;
        world.stateStore.seed(STATE, `${PREFIX}checkpoint.json`, replaced);
        world.time += LEASE + 1;

        expect(await world.run({ ...options, id: 'second', leaseMs: LEASE })).toMatchObject({ outcome: 'completed' });

        const { counts, submitted } = expected(both);
        expect(countsOf(world)).toEqual(counts);
        expect([...new Set(world.accepted)].sort()).toEqual(submitted);
        expect(world.lines).toContainEqual(expect.objectContaining({ message: 'pass restarted', reason: 'corrupt' }));
      }),
      parameters,
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
