import { describe, expect, it } from 'vitest';
import { AccessDeniedError } from '#shared/objectstore/errors.ts';
import type { ListObjectsRequest, ObjectPage } from '#shared/objectstore/port.ts';
import { storeUnavailable } from '../../helpers/memory-object-store.ts';
import { UPLOADED, World } from '../../helpers/reconcile-world.ts';

const key = (index: number): string => `k${String(index).padStart(6, '0')}`;
/** A thousand objects, all of them copied. */
function copiedWorld(): World {
  const world = new World({ pageKeys: 100 });
  world.fill(1000);
  return world;
}
const withoutToken = ({ objects }: ObjectPage): ObjectPage => ({ objects });
const startOf = ({ startAfter, continuationToken }: ListObjectsRequest): string =>
  continuationToken ?? startAfter ?? '';

describe('a listing of the source that ends too soon', () => {
  it.each([1, 4])('once is listed on from there by %i workers', async (workers) => {
    const world = copiedWorld();
    let lies = 1;
    world.listing = (request, answer) =>
      request.bucket === 'from' && startOf(request) === key(299) && lies-- > 0 ? withoutToken(answer()) : answer();

    const { report } = await world.run({ workers });

    expect(report).toMatchObject({ converged: true, source: { objects: 1000 }, verdicts: { extra: { objects: 0 } } });
  });

  it.each([[1], [3], [25]])(
    'before %i uploads under way is listed on to what is settled behind them',
    async (young) => {
      const world = copiedWorld();
      for (let index = 300; index < 1000; index++) world.to.delete(key(index));
      for (let index = 300; index < 300 + young; index++) world.put(key(index), 1, world.time - 1000);
      world.listing = (request, answer) => {
        if (request.bucket !== 'from') return answer();
        const page = answer();
        if (startOf(request) === key(199)) return withoutToken(page);
        // A look ends as early: in the midst of the young ones.
        return startOf(request) < key(299 + young) && startOf(request) >= key(299)
          ? { objects: page.objects.slice(0, 5).filter((object) => object.key < key(300 + young)) }
          : page;
      };

      const { report } = await world.run({ workers: 1 });

      expect(report).toMatchObject({ complete: true, converged: false });
      expect(report?.verdicts).toMatchObject({ missing: { objects: 700 - young }, in_flight: { objects: young } });
    },
  );

  it('with every page is listed page by page', async () => {
    const world = copiedWorld();
    world.from.delete(key(777));
    world.to.delete(key(555));
    world.listing = (request, answer) => (request.bucket === 'from' ? withoutToken(answer()) : answer());

    const { report } = await world.run({ workers: 1 });

    expect(report).toMatchObject({ complete: true, converged: false, source: { objects: 999 } });
    expect(report?.verdicts).toMatchObject({ missing: { keys: [key(555)] }, extra: { keys: [key(777)] } });
  });

  it('proves nothing where the destination ends at the same place', async () => {
    const world = copiedWorld();
    for (let index = 300; index < 1000; index++) world.to.delete(key(index));
    world.listing = (request, answer) =>
      request.bucket === 'from' && request.continuationToken === key(199) ? withoutToken(answer()) : answer();

    const { report } = await world.run();

    expect(report).toMatchObject({ converged: false, verdicts: { missing: { objects: 700 } } });
  });

  it('and shows more only to another request is stopped', async () => {
    const world = copiedWorld();
    let asked = 0;
    world.listing = (request, answer) => {
      if (request.bucket !== 'from') return answer();
      if (startOf(request) < key(299)) return startOf(request) === key(199) ? withoutToken(answer()) : answer();
      return asked++ % 2 === 0 ? answer() : { objects: [] };
    };

    const { report } = await world.run({ workers: 1 });

    expect(report).toMatchObject({ complete: false, converged: false, obstacles: ['incomplete'] });
    expect(report?.stopped).toEqual([{ cursor: key(299), side: 'source', fault: 'ended_early' }]);
    expect(report?.verdicts.extra.objects).toBe(0);
  });

  it('and shows now this and now that is stopped', async () => {
    const world = copiedWorld();
    let looks = 0;
    world.listing = (request, answer) => {
      const start = startOf(request);
      if (request.bucket !== 'from' || start < key(199)) return answer();
      if (start === key(199)) return withoutToken(answer());
      const shown = world.from.get(key(900 - (looks % 4 === 0 ? 0 : 1)));
      return looks++ % 2 === 0 && shown ? { objects: [shown] } : { objects: [] };
    };

    expect((await world.run({ workers: 1 })).report?.stopped).toMatchObject([{ side: 'source', fault: 'ended_early' }]);
  });

  it('is looked at once, and a whole listing costs one call more', async () => {
    const world = copiedWorld();

    const { calls } = await world.run({ workers: 1 });

    expect(world.lists.filter(({ bucket }) => bucket === 'from')).toHaveLength(11);
    expect(calls.list).toBe(21);
  });

  it.each([
    ['passes', storeUnavailable({ operation: 'ListObjects', bucket: 'from' }), true],
    [
      'does not pass',
      new AccessDeniedError({ operation: 'ListObjects', attempts: 1, retryable: false, storeStatus: 403 }),
      false,
    ],
  ])('is not taken for the end where the look fails and that %s', async (_what, error, passes) => {
    const world = copiedWorld();
    let failures = passes ? 1 : Number.POSITIVE_INFINITY;
    world.listing = (request, answer) => {
      if (request.bucket === 'from' && request.startAfter === key(999) && failures-- > 0) throw error;
      return answer();
    };

    const { report } = await world.run({ workers: 1 });

    expect(report).toMatchObject(
      passes
        ? { converged: true, stopped: [] }
        : { converged: false, complete: false, stopped: [{ side: 'source', fault: 'failed' }] },
    );
  });

  it('is no reason to wait for what is being uploaded behind it', async () => {
    const world = copiedWorld();
    let uploads = 0;
    world.listing = (request, answer) => {
      if (request.bucket === 'from' && uploads < 500) world.put(`z${++uploads}`.padEnd(9, 'z'), 1, world.time);
      return answer();
    };

    const { report } = await world.run({ workers: 1 });

    expect(report).toMatchObject({ complete: true, converged: true });
    expect(uploads).toBeLessThan(20);
  });
});

describe('a listing of the destination that ends too soon', () => {
  it('makes nothing missing', async () => {
    const world = copiedWorld();
    let lies = 1;
    world.listing = (request, answer) =>
      request.bucket === 'to' && startOf(request) === key(299) && lies-- > 0 ? withoutToken(answer()) : answer();

    expect((await world.run({ workers: 1 })).report).toMatchObject({ converged: true, submitted: 0 });
    expect(world.calls).toEqual([]);
  });

  it('and shows more only to another request is stopped', async () => {
    const world = copiedWorld();
    let asked = 0;
    world.listing = (request, answer) => {
      if (request.bucket !== 'to' || startOf(request) < key(199)) return answer();
      if (startOf(request) === key(199)) return withoutToken(answer());
      return asked++ % 2 === 0 ? answer() : { objects: [] };
    };

    const { report } = await world.run({ workers: 1 });

    expect(report?.stopped).toMatchObject([{ side: 'destination', fault: 'ended_early' }]);
    expect(world.calls).toEqual([]);
  });

  it('because it is being written is not followed for ever', async () => {
    const world = new World({ pageKeys: 100 });
    world.fill(1000, (index) => index >= 100);
    let copied = 100;
    world.listing = (request, answer) => {
      const page = answer();
      if (request.bucket === 'to') world.copy([key(copied++)]);
      return page;
    };

    const { report } = await world.run({ workers: 1 });

    expect(report).toMatchObject({ complete: true, converged: false });
    expect(world.lists.length).toBeLessThan(30);
    expect(report?.verdicts.missing.objects).toBeGreaterThan(890);
  });

  it('where it lists nothing at all is looked at, too', async () => {
    const world = copiedWorld();
    let lies = 1;
    world.listing = (request, answer) => (request.bucket === 'to' && lies-- > 0 ? { objects: [] } : answer());

    expect((await world.run({ workers: 1 })).report).toMatchObject({ converged: true, submitted: 0 });
  });

  it('is believed without another call where the source ends as well', async () => {
    const world = new World();
    world.put('a', 1, UPLOADED);
    world.copy(['a']);

    await world.run();

    expect(world.lists.map(({ bucket }) => bucket).sort()).toEqual(['from', 'from', 'to']);
  });
});
