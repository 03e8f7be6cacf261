import { describe, expect, it } from 'vitest';
import type { ListedObject } from '#shared/objectstore/port.ts';
import type { ReconcileOptions } from '#shared/reconcile/run-options.ts';
import { UPLOADED, World, type WorldOptions } from '../../helpers/reconcile-world.ts';

const DAY = 86_400_000;
const [A, B] = ['a', 'b'].map((letter) => `${letter.repeat(32)}-2`) as [string, string];
const source = (facts: Partial<ListedObject> = {}): ListedObject => ({
  key: 'x',
  size: 1,
  lastModified: UPLOADED,
  etag: A,
  ...facts,
});

/** The copy that OMS makes of an object that it accepts. */
type Copy = (object: ListedObject, now: number) => ListedObject | undefined;

class CopyingWorld extends World {
  readonly #copies: Copy;

  constructor(copies: Copy, options?: WorldOptions) {
    super(options);
    this.#copies = copies;
  }

  override options(...args: Parameters<World['options']>): ReconcileOptions {
    const options = super.options(...args);
    const { send } = options;
    if (!send) return options;
    return {
      ...options,
      send: async (call) => {
        const before = this.accepted.length;
        const answer = await send(call);
        for (const key of this.accepted.slice(before)) {
          const object = this.from.get(key);
          const copy = object && this.#copies(object, this.time);
          if (copy) this.to.set(key, copy);
        }
        return answer;
      },
    };
  }

  /** So many passes, fifteen minutes apart. */
  async passes(count: number, overrides: Partial<ReconcileOptions> = {}): Promise<void> {
    for (let pass = 0; pass < count; pass++) {
      await this.run(overrides);
      expect(this.latest.converged).toBe(false);
      this.time += 900_000;
    }
  }
}

const never: Copy = () => undefined;
const otherSize: Copy = (object, now) => ({ ...object, size: object.size + 1, lastModified: now });
const otherParts: Copy = (object, now) => ({ ...object, etag: B, lastModified: now });
const otherContent: Copy = (object, now) => ({ ...object, etag: 'b'.repeat(32), lastModified: now });
const backDated: Copy = (object) => ({ ...object, lastModified: UPLOADED - DAY });
const always = { showTask: async () => ({ object_overwrite_mode: 'FULL_OVERWRITE' }) };

describe('an object that never becomes the same', () => {
  it.each<[string, ListedObject, Copy, Partial<ReconcileOptions>, string]>([
    ['is accepted and never copied', source(), never, {}, 'missing'],
    ['has a copy that always has another size', source(), otherSize, {}, 'size_differs'],
    ['has a copy that is always older', source(), backDated, {}, 'destination_older'],
    [
      'has a copy that always has another content',
      source({ etag: 'a'.repeat(32) }),
      otherContent,
      always,
      'checksum_differs',
    ],
    ['is dated ahead and never copied', source({ lastModified: UPLOADED + 40 * DAY }), never, {}, 'missing'],
  ])('because it %s is submitted five times in 100 passes', async (_name, object, copies, overrides, verdict) => {
    const world = new CopyingWorld(copies);
    world.fill(20);
    world.from.set('x', object);
    const first = copies(object, world.time);
    if (first) world.to.set('x', first);

    const outcome = await world.run(overrides);
    expect(outcome.counts.verdicts[verdict as 'missing'].keys).toEqual(['x']);
    await world.passes(100, overrides);

    expect(world.accepted).toEqual(Array.from({ length: 5 }, () => 'x'));
    expect(world.latest).toMatchObject({
      converged: false,
      obstacles: ['submitted_in_vain'],
      submitted: 0,
      verdicts: { submitted_in_vain: { objects: 1, keys: ['x'] }, [verdict]: { objects: 0 } },
      reasons: [{ reason: 'not_copied', objects: 1, remedy: expect.stringContaining('checkpoint.json') }],
    });
  });

  it.each([
    ['of one part', 'a'.repeat(32), otherContent],
    ['of several parts', A, otherParts],
  ])(
    'because its date %s is ahead is submitted once in 100 passes, and again when its source changes',
    async (_name, etag, copies) => {
      const world = new CopyingWorld(copies);
      world.from.set('x', source({ etag, lastModified: world.time + 40 * DAY }));
      world.to.set('x', source({ etag: B, lastModified: UPLOADED }));

      await world.passes(100);
      expect(world.accepted).toEqual(['x']);
      expect(world.latest.reasons).toMatchObject([{ reason: 'submitted_before' }]);

      world.from.set('x', source({ etag, lastModified: UPLOADED + 1000 }));
      world.to.set('x', source({ etag: B, lastModified: UPLOADED }));
      await world.run();
      world.time += 900_000;
      await world.run();
      expect(world.accepted).toEqual(['x', 'x']);
    },
  );

  it('waits longer and longer, is named meanwhile, and is submitted again when its source changes', async () => {
    const world = new CopyingWorld(never);
    world.put('x');
    const submissions: number[] = [];
    for (let pass = 0; pass < 40; pass++) {
      const before = world.accepted.length;
      await world.run();
      if (world.accepted.length > before) submissions.push(pass);
      const { verdicts } = world.latest;
      expect(verdicts.missing.objects + verdicts.deferred.objects + verdicts.submitted_in_vain.objects).toBe(1);
      world.time += 900_000;
    }
    expect(submissions).toEqual([0, 1, 3, 9, 27]);

    world.put('x', 1, UPLOADED + 1000);
    await world.run();
    expect(world.accepted).toHaveLength(6);
    world.copy(['x']);
    world.time += 900_000;
    await world.run();
    expect(world.latest.converged).toBe(true);
  });

  it.each([1, 3])('is submitted as often as is configured: %d', async (maxSubmissions) => {
    const world = new CopyingWorld(never);
    world.put('x');
    await world.passes(50, { maxSubmissions });

    expect(world.accepted).toHaveLength(maxSubmissions);
    expect(world.latest.obstacles).toEqual(['submitted_in_vain']);
  });

  it('is not submitted more often where OMS refuses it, and as often as it takes where OMS refuses everything', async () => {
    const world = new CopyingWorld(never);
    world.put('x');
    world.put('y');
    world.reactions.set('x', 'refuse');
    await world.passes(100);
    const ofX = world.calls.filter((keys) => keys.includes('x')).length;

    expect(world.latest.verdicts.submitted_in_vain.keys).toEqual(['x', 'y']);
    expect(ofX).toBeLessThan(30);

    const gone = new CopyingWorld(never);
    gone.put('x');
    gone.reaction = 'gone';
    await gone.passes(20);
    gone.reaction = 'accept';
    await gone.passes(1);
    expect(gone.accepted).toEqual(['x']);
  });

  it('is counted by several workers, by runs that are cut short, and across listings that cannot be trusted', async () => {
    const world = new CopyingWorld(never, { pageKeys: 10 });
    world.fill(300, (index) => index % 30 === 7);
    for (let pass = 0; pass < 60; pass++) {
      world.callMs = pass % 2 === 0 ? 100 : 0;
      world.listing = (request, answer) => {
        const page = answer();
        const broken = pass % 3 === 1 && request.bucket === 'to' && page.objects.some(({ key }) => key === 'k000250');
        return broken ? { ...page, objects: page.objects.toReversed() } : page;
      };
      const end = world.time + 12_000;
      await world.run({ workers: 3, ...(pass % 2 === 0 && { remaining: () => end - world.time }) });
      world.time += 900_000;
    }
    const times = new Map<string, number>();
    for (const key of world.accepted) times.set(key, (times.get(key) ?? 0) + 1);

    expect([...times.values()]).toEqual(Array.from({ length: 10 }, () => 5));
  });

  it('is submitted once more at most for each time that a run is killed', async () => {
    const world = new CopyingWorld(never);
    world.put('x');
    let kills = 0;
    for (let pass = 0; pass < 60; pass++) {
      if ((await world.runUntil(10 + (pass % 20))) === 'killed') kills++;
      world.time += 900_000;
    }
    await world.run();
    const submitted = world.accepted.length;
    await world.passes(50);

    expect(kills).toBeGreaterThan(10);
    expect(submitted).toBeLessThanOrEqual(5 + kills);
    expect(world.accepted.length).toBeLessThanOrEqual(submitted + 5);
    expect(world.latest.obstacles).toEqual(['submitted_in_vain']);
  });

  it('is in a plan as what it is', async () => {
    const world = new CopyingWorld(never);
    world.put('x');
    await world.passes(1);
    const { report, plan } = await world.run({ dryRun: true });

    expect(report?.verdicts.submitted_in_vain.objects).toBe(0);
    expect(plan?.submit.objects).toBe(1);
    await world.passes(40);
    const later = await world.run({ dryRun: true });
    expect(later.report?.verdicts.submitted_in_vain.objects).toBe(1);
    expect(later.plan?.submit.objects).toBe(0);
  });
});
