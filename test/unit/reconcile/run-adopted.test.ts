import { describe, expect, it } from 'vitest';
import { PREFIX, STATE, World } from '../../helpers/reconcile-world.ts';

const key = (index: number): string => `k${String(index).padStart(6, '0')}`;

describe('a run whose pass another run has brought further', () => {
  it('goes on from there, and counts no object twice', async () => {
    const world = new World({ pageKeys: 100 });
    world.fill(1000, (index) => index === 950);
    let asked = false;
    world.listing = ({ bucket, continuationToken }, answer) => {
      if (bucket === 'from' && continuationToken === key(299) && !asked) {
        asked = true;
        const checkpoint = world.document('checkpoint.json') as { ranges: [{ counts: { verdicts: object } }] };
        const [range] = checkpoint.ranges;
        const all = { objects: 600, bytes: 600 };
        const verdicts = { ...range.counts.verdicts, same: { ...all, keys: [key(0)] } };
        const further = {
          ...range,
          cursor: key(599),
          counts: { ...range.counts, source: all, destination: all, verdicts },
        };
        world.stateStore.seed(STATE, `${PREFIX}checkpoint.json`, JSON.stringify({ ...checkpoint, ranges: [further] }));
      }
      return answer();
    };

    const { report } = await world.run({ workers: 1 });

    expect(asked).toBe(true);
    expect(report).toMatchObject({
      complete: true,
      source: { objects: 1000 },
      destination: { objects: 999 },
      verdicts: { same: { objects: 999 }, missing: { keys: [key(950)] } },
    });
    const listed = world.lists.filter(({ bucket }) => bucket === 'from').flatMap(({ keys }) => keys);
    expect(listed).not.toContain(key(450));
    expect(world.accepted).toEqual([key(950)]);
  });

  it.each(Array.from({ length: 8 }, (_, index) => index))(
    'does so too where another worker has found that out (%i)',
    async (place) => {
      const world = new World({ pageKeys: 100 });
      world.fill(1000, (index) => index === 950);
      world.callMs = 1000;
      const end = world.time + 5000;
      await world.run({ workers: 1, remaining: () => end - world.time });
      world.callMs = 0;
      type Range = { readonly counts: { readonly verdicts: object } };
      const seed = (make: (first: Range) => object[]) => {
        const checkpoint = world.document('checkpoint.json') as { ranges: [Range] };
        const ranges = make(checkpoint.ranges[0]);
        world.stateStore.seed(STATE, `${PREFIX}checkpoint.json`, JSON.stringify({ ...checkpoint, ranges }));
      };
      const counted = (range: Range, objects: number) => {
        const all = { objects, bytes: objects };
        const verdicts = { ...range.counts.verdicts, same: { ...all, keys: [] } };
        return { ...range, counts: { ...range.counts, source: all, destination: all, verdicts } };
      };
      const rest = (range: Range) => ({ ...counted(range, 0), after: key(499), cursor: undefined });
      seed((first) => [{ ...counted(first, 100), cursor: key(99), until: key(499) }, rest(first)]);
      let asked = 0;
      world.listing = (_, answer) => {
        if (asked++ === place)
          seed((first) => [{ ...counted(first, 400), cursor: key(399), until: key(499) }, rest(first)]);
        return answer();
      };

      const { report } = await world.run({ workers: 2 });

      expect(report).toMatchObject({
        runs: 2,
        complete: true,
        source: { objects: 1000 },
        destination: { objects: 999 },
      });
    },
  );
});
