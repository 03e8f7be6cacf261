import { describe, expect, it } from 'vitest';
import { AccessDeniedError, ObjectStoreError } from '#shared/objectstore/errors.ts';
import type { ListObjectsRequest } from '#shared/objectstore/port.ts';
import { NewerCheckpointError } from '#shared/reconcile/pass/state.ts';
import { storeUnavailable } from '../../helpers/memory-object-store.ts';
import { PREFIX, ROUTE, STATE, World } from '../../helpers/reconcile-world.ts';

const unavailable = () => storeUnavailable({ operation: 'ListObjects', bucket: 'from' });
/** Every tenth object of a thousand is missing. */
function worldWithGaps(): { world: World; missing: string[] } {
  const world = new World({ pageKeys: 100 });
  return { world, missing: world.fill(1000, (index) => index % 10 === 5) };
}

describe('a submission that fails', () => {
  it.each(['outage', 'stopped'] as const)(
    'leaves the range where it was, and the next run goes on (%s)',
    async (how) => {
      const { world, missing } = worldWithGaps();
      world.reaction = how;

      const first = await world.run({ workers: 1 });

      expect(first).toMatchObject({ outcome: 'continues', reason: 'oms_unavailable', accepted: 0, failed: 0 });
      expect(world.document('complete.json')).toBeUndefined();
      expect(world.document('checkpoint.json')).toMatchObject({ ranges: [{ done: false, accepted: 0, failed: 0 }] });
      expect(world.document('lease.json')).toBeUndefined();

      world.reaction = 'accept';
      expect(await world.run()).toMatchObject({
        outcome: 'completed',
        report: { runs: 2, submitted: 100, accepted: 100 },
      });
      expect(world.accepted.toSorted()).toEqual(missing);
    },
  );

  it.each(['outage', 'stopped'] as const)(
    'leaves no report that says all is well, however long it lasts (%s)',
    async (how) => {
      const world = new World();
      world.fill(30);
      expect((await world.run()).report).toMatchObject({ pass: 1, converged: true });
      world.to.delete('k000007');
      world.reaction = how;

      for (let run = 1; run <= 2; run++) {
        expect(await world.run({ maxKeysPerCall: run })).toMatchObject({ outcome: 'continues' });
        expect(world.latest).toMatchObject({ pass: 2, runs: run, complete: false, converged: false });
        expect(world.latest.verdicts).toMatchObject(run === 1 ? {} : { missing: { keys: ['k000007'] } });
        expect(world.document('complete.json')).toMatchObject({ pass: 1 });
      }

      world.reaction = 'accept';
      expect((await world.run()).report).toMatchObject({ pass: 2, runs: 3, complete: true, accepted: 1 });
      expect(world.document('complete.json')).toMatchObject({ pass: 2, converged: false });
      world.copy();
      expect((await world.run()).report).toMatchObject({ pass: 3, converged: true });
    },
  );

  it('is tried again in the same run where it was a moment only', async () => {
    const { world, missing } = worldWithGaps();
    world.reaction = 'outage';
    const sleep = async (ms: number) => {
      world.time += ms;
      world.reaction = 'accept';
    };
    const { clock } = world.options();

    const { outcome } = await world.run({ clock: { ...clock, sleep }, state: undefined });

    expect(outcome).toBe('completed');
    expect(world.accepted.toSorted()).toEqual(missing);
  });

  it('ends the run for all its workers', async () => {
    const world = new World({ pageKeys: 50 });
    world.fill(5000, (index) => index > 2000);
    world.reaction = 'stopped';

    const { outcome } = await world.run({ workers: 8 });

    expect(outcome).toBe('continues');
    expect(world.calls.length).toBeLessThan(10);
  });

  it('comes further in every run, however few calls one has time for', async () => {
    const world = new World();
    const missing = world.fill(1000, () => true);
    world.callMs = 1000;
    let runs = 0;
    for (let outcome = ''; outcome !== 'completed' && runs < 30; runs++) {
      const end = world.time + 20_000;
      ({ outcome } = await world.run({ concurrency: 1, remaining: () => end - world.time }));
    }

    expect(runs).toBeLessThan(20);
    expect(world.accepted.toSorted()).toEqual(missing);
    expect(world.latest).toMatchObject({ accepted: 1000, runs });
  });

  it('keeps what was accepted of pending keys', async () => {
    const world = new World({ pageKeys: 10 });
    world.fill(40, (index) => index % 10 < 3);
    world.reactions.set('k000031', 'stopped');

    const first = await world.run({ workers: 1, maxKeysPerCall: 4 });
    world.reactions.clear();
    const second = await world.run({ workers: 1, maxKeysPerCall: 4 });

    expect(first.outcome).toBe('continues');
    expect(second).toMatchObject({ outcome: 'completed', accepted: 12 });
    expect(new Set(world.accepted).size).toBe(12);
  });
});

describe('a key whose calls always fail', () => {
  it('keeps no other from being accepted, is tried by the next run, and then left to the next pass', async () => {
    const { world, missing } = worldWithGaps();
    const [poison = '', ...others] = missing;
    world.reactions.set(poison, 'outage');

    const first = await world.run();
    expect(first).toMatchObject({ outcome: 'continues', reason: 'oms_unavailable', accepted: 99, pending: 1 });
    expect(world.accepted.toSorted()).toEqual(others);

    const second = await world.run();
    expect(second).toMatchObject({ outcome: 'completed' });
    expect(second.report).toMatchObject({ complete: true, converged: false, accepted: 99, pending: 1, runs: 2 });

    world.reactions.clear();
    world.copy();
    expect((await world.run()).report).toMatchObject({ pass: 2, submitted: 1, accepted: 1 });
  });
});

describe('a key that is refused for good', () => {
  it('is counted with its code, and keeps no other from being accepted', async () => {
    const { world, missing } = worldWithGaps();
    const refused = [missing[3], missing[50], missing[99]].map(String);
    for (const key of refused) world.reactions.set(key, 'refuse');

    const { outcome, report } = await world.run();

    expect(outcome).toBe('completed');
    expect(report).toMatchObject({ submitted: 100, accepted: 97, failed: 3, pending: 0, converged: false });
    expect(report?.refused).toEqual([
      { code: 'OmsSync.KeyRefused', remedy: expect.stringMatching(/./), objects: 3, keys: expect.anything() },
    ]);
    expect(report?.refused[0]?.keys.toSorted()).toEqual(refused);
    expect(world.lines.filter(({ message }) => message === 'key refused')).toHaveLength(3);
  });

  it('is named again by the run that ends the pass, whichever run met it', async () => {
    const { world, missing } = worldWithGaps();
    world.reactions.set(missing[0] ?? '', 'refuse');
    world.callMs = 100;
    const end = world.time + 6_000;
    expect((await world.run({ workers: 1, remaining: () => end - world.time, reserveMs: 3_000 })).outcome).toBe(
      'continues',
    );

    const { report } = await world.run();

    expect(report).toMatchObject({ runs: 2, failed: 1, refused: [{ objects: 1, keys: [missing[0]] }] });
  });

  it('does not block a pass where OMS refuses all of them', async () => {
    const world = new World({ pageKeys: 100 });
    world.fill(500, (index) => index < 300);
    world.reaction = 'refuse';

    const { outcome, report } = await world.run();

    expect(outcome).toBe('completed');
    expect(report).toMatchObject({ submitted: 300, accepted: 0, failed: 300 });
    expect(report?.refused.map(({ code }) => code).sort()).toEqual(['OmsSync.BatchRefused', 'OmsSync.KeyRefused']);
    // Taking everything apart would be 2 calls for each of 300 keys.
    expect(world.calls.length).toBeLessThan(350);
  });

  it('finds the good ones among many refused ones', async () => {
    const world = new World({ pageKeys: 100 });
    const missing = world.fill(300, (index) => index < 200);
    for (const [index, key] of missing.entries()) if (index % 40 !== 39) world.reactions.set(key, 'refuse');

    const { report } = await world.run({ workers: 1 });

    expect(report).toMatchObject({ submitted: 200, accepted: 5, failed: 195 });
  });

  it('is every key where the task is gone: the pass ends and says so', async () => {
    const { world } = worldWithGaps();
    world.reaction = 'gone';

    const { outcome, report } = await world.run({ taskState: async () => 'missing' });

    expect(outcome).toBe('completed');
    expect(report).toMatchObject({
      accepted: 0,
      failed: 100,
      refused: [{ code: 'OmsSync.SyncTaskNotFound', objects: 100 }],
    });
  });
});

describe('a listing that fails', () => {
  it('is tried again, for it may be a moment', async () => {
    const { world, missing } = worldWithGaps();
    let faults = 0;
    world.listing = (request, answer) => {
      if (request.bucket === 'to' && request.continuationToken !== undefined && faults++ < 2) throw unavailable();
      return answer();
    };

    expect(await world.run({ workers: 1 })).toMatchObject({ outcome: 'completed', report: { complete: true } });
    expect(world.accepted.toSorted()).toEqual(missing);
  });

  it('stops its range, and the next run goes on there; until then a report says what is wrong', async () => {
    const { world, missing } = worldWithGaps();
    const broken = ({ continuationToken, startAfter, bucket }: ListObjectsRequest) =>
      bucket === 'to' && (continuationToken ?? startAfter ?? '') >= 'k000299';
    world.listing = (request, answer) => {
      if (broken(request)) throw unavailable();
      return answer();
    };

    const first = await world.run({ workers: 1 });

    expect(first).toMatchObject({ outcome: 'continues', reason: 'listing_failed', accepted: 33 });
    expect(world.latest).toMatchObject({
      complete: false,
      converged: false,
      obstacles: ['missing', 'incomplete'],
      stopped: [{ side: 'destination', fault: 'failed', cursor: expect.stringMatching(/^k00033/) }],
    });
    expect(world.document('complete.json')).toBeUndefined();
    expect(world.lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'range stopped' }));

    world.listing = (_, answer) => answer();
    const second = await world.run({ workers: 1 });

    expect(second.report).toMatchObject({ pass: 1, runs: 2, complete: true, stopped: [], accepted: 100 });
    expect(world.accepted.toSorted()).toEqual(missing);
  });

  it('ends the pass where two runs come no further, so that the rest of the bucket is looked at again', async () => {
    const { world } = worldWithGaps();
    world.listing = (request, answer) => {
      if (request.bucket === 'to' && (request.continuationToken ?? request.startAfter ?? '') >= 'k000299')
        throw unavailable();
      return answer();
    };
    expect(await world.run({ workers: 1 })).toMatchObject({ outcome: 'continues' });

    expect(await world.run({ workers: 1 })).toMatchObject({
      outcome: 'completed',
      report: { pass: 1, complete: false },
    });
    expect(world.document('complete.json')).toBeUndefined();

    world.listing = (_, answer) => answer();
    expect((await world.run()).report).toMatchObject({ pass: 2, runs: 1, complete: true });
  });

  it('ends the pass where no time cures it, and concludes nothing', async () => {
    const { world } = worldWithGaps();
    world.listing = ({ bucket }, answer) => {
      if (bucket === 'to')
        throw new AccessDeniedError({
          operation: 'ListObjects',
          bucket,
          attempts: 1,
          retryable: false,
          storeStatus: 403,
        });
      return answer();
    };

    const result = await world.run();

    expect(result).toMatchObject({ outcome: 'completed', accepted: 0 });
    expect(world.calls).toEqual([]);
    expect(world.latest).toMatchObject({ complete: false, converged: false, obstacles: ['incomplete'] });

    world.listing = (_, answer) => answer();
    expect((await world.run()).report).toMatchObject({ pass: 2, runs: 1, complete: true, accepted: 100 });
  });

  it('and is out of order stops its range loudly, and counts of it are thrown away', async () => {
    const { world } = worldWithGaps();
    world.listing = (request, answer) => {
      const page = answer();
      if (request.bucket !== 'from' || request.continuationToken !== 'k000499') return page;
      return { ...page, objects: page.objects.toReversed() };
    };

    const { outcome, report } = await world.run({ workers: 1 });

    expect(outcome).toBe('completed');
    expect(report).toMatchObject({ complete: false, stopped: [{ side: 'source', fault: 'out_of_order' }] });
    expect(report?.source.objects).toBe(0);
    world.listing = (_, answer) => answer();
    expect((await world.run()).report).toMatchObject({ pass: 2, complete: true, source: { objects: 1000 } });
  });

  it('repeats a page, and is not believed', async () => {
    const { world } = worldWithGaps();
    world.listing = (request, answer) =>
      request.bucket === 'to' && request.continuationToken === 'k000505'
        ? { objects: [...world.to.values()].slice(0, 100), nextToken: 'k000505' }
        : answer();
    world.to.set('k000505', { key: 'k000505', size: 1, lastModified: world.time });

    const { report } = await world.run({ workers: 1 });

    expect(report === undefined || !report.converged).toBe(true);
  });

  it('ends with the run where time is up, without a report', async () => {
    const { world } = worldWithGaps();
    world.callMs = 1000;
    const end = world.time + 20_000;

    const { outcome, reason, report } = await world.run({ remaining: () => end - world.time });

    expect([outcome, reason, report]).toEqual(['continues', 'deadline', undefined]);
    expect(world.time).toBeLessThan(end);
  });
});

describe('a source that lists nothing', () => {
  it('where the last pass saw objects proves nothing, and nothing is concluded from it', async () => {
    const { world } = worldWithGaps();
    world.copy([...world.from.keys()]);
    expect((await world.run()).report).toMatchObject({ converged: true });
    const complete = world.document('complete.json');
    const from = new Map(world.from);
    world.from.clear();

    for (let pass = 2; pass <= 4; pass++) {
      const { report } = await world.run();
      expect(report).toMatchObject({ pass, converged: false, obstacles: ['empty_source'] });
      expect(report?.verdicts.extra.objects).toBe(0);
    }
    expect(world.document('complete.json')).toEqual(complete);

    for (const [key, object] of from) world.from.set(key, object);
    expect((await world.run()).report).toMatchObject({ pass: 5, converged: true });
  });

  it('is believed when the caller says so', async () => {
    const { world } = worldWithGaps();
    await world.run();
    world.from.clear();

    const { report } = await world.run({ sourceIsEmpty: true });

    expect(report).toMatchObject({ complete: true, converged: true, verdicts: { extra: { objects: 900 } } });
  });

  it('is not believed either where no pass ever saw an object', async () => {
    const world = new World();

    for (let pass = 1; pass <= 4; pass++)
      expect((await world.run()).report).toMatchObject({
        pass,
        converged: false,
        obstacles: ['empty_source'],
        calls: { list: 2 },
      });
  });

  it('is believed for as long as it lists nothing, once the caller has said so', async () => {
    const world = new World();
    world.to.set('left over', { key: 'left over', size: 1, lastModified: 0 });
    expect((await world.run({ sourceIsEmpty: true })).report).toMatchObject({ converged: true });

    for (let pass = 2; pass <= 3; pass++)
      expect((await world.run()).report).toMatchObject({ pass, converged: true, verdicts: { extra: { objects: 1 } } });

    world.put('a');
    world.copy(['a']);
    expect((await world.run()).report).toMatchObject({ converged: true, source: { objects: 1 } });
    world.from.clear();
    expect((await world.run()).report).toMatchObject({ converged: false, obstacles: ['empty_source'] });
  });

  it('in a range, and has an object there at a second look, is asked again', async () => {
    const { world, missing } = worldWithGaps();
    let lies = 1;
    world.listing = (request, answer) =>
      request.bucket === 'from' && request.maxKeys !== 1 && lies-- > 0 ? { objects: [] } : answer();

    expect((await world.run()).report).toMatchObject({ complete: true, source: { objects: 1000 } });
    expect(world.accepted.toSorted()).toEqual(missing);
  });

  it('and contradicts itself for good is stopped', async () => {
    const { world } = worldWithGaps();
    world.listing = (request, answer) =>
      request.bucket === 'from' && request.maxKeys !== 1 ? { objects: [] } : answer();

    const { report } = await world.run();

    expect(report).toMatchObject({ complete: false, stopped: [{ side: 'source', fault: 'ended_early' }] });
    expect(world.calls).toEqual([]);
  });

  it('behind the last of its objects is judged as empty there', async () => {
    const world = new World({ pageKeys: 10 });
    world.fill(20);
    for (let index = 0; index < 30; index++) world.to.set(`z${index}`, { key: `z${index}`, size: 1, lastModified: 0 });

    expect((await world.run()).report).toMatchObject({ converged: true, verdicts: { extra: { objects: 30 } } });
  });
});

describe('a checkpoint', () => {
  it('of a newer release stops the run, and is left alone', async () => {
    const { world } = worldWithGaps();
    world.stateStore.seed(STATE, `${PREFIX}checkpoint.json`, '{"version":2}');

    await expect(world.run()).rejects.toThrow(NewerCheckpointError);

    expect(world.stateStore.text(STATE, `${PREFIX}checkpoint.json`)).toBe('{"version":2}');
    expect(world.lists).toEqual([]);
    expect(world.document('lease.json')).toBeUndefined();
  });

  it('of other buckets is none', async () => {
    const { world } = worldWithGaps();
    world.reaction = 'stopped';
    await world.run();
    world.reaction = 'accept';

    const { report } = await world.run({ route: { ...ROUTE, sync_task_id: 'task-2' } });

    expect(report).toMatchObject({ runs: 1, complete: true, sync_task_id: 'task-2' });
    expect(world.lines).toContainEqual(expect.objectContaining({ message: 'pass restarted', reason: 'other_route' }));
  });

  it('with one damaged range costs that range', async () => {
    const world = new World({ pageKeys: 20 });
    const missing = world.fill(1000, (index) => index % 10 === 5);
    world.reactions.set('k000995', 'stopped');
    await world.run({ workers: 4 });
    world.reactions.clear();
    const checkpoint = world.document('checkpoint.json') as { ranges: { accepted: unknown }[] };
    const [first] = checkpoint.ranges;
    if (first) first.accepted = 'many';
    world.stateStore.seed(STATE, `${PREFIX}checkpoint.json`, JSON.stringify(checkpoint));

    const { report } = await world.run();

    expect(checkpoint.ranges.length).toBeGreaterThan(1);
    expect(report).toMatchObject({ runs: 2, complete: true, accepted: 100, source: { objects: 1000 } });
    expect([...new Set(world.accepted)].sort()).toEqual(missing);
    expect(world.lines).toContainEqual(expect.objectContaining({ message: 'ranges restarted', ranges: 1 }));
  });

  it('that cannot be written ends the run, which did no more than a page that is not saved', async () => {
    const { world, missing } = worldWithGaps();
    let writes = 0;
    world.stateStore.intercept = (call, work) => {
      if (call.operation === 'PutObject' && call.key.endsWith('checkpoint.json') && ++writes > 3)
        throw storeUnavailable(call);
      return work();
    };

    const first = await world.run({ workers: 1 });

    expect(first).toMatchObject({ outcome: 'continues', reason: 'state_unavailable' });
    const saved = world.document('checkpoint.json') as { ranges: { cursor: string }[] };
    const listed = world.lists.filter(({ bucket }) => bucket === 'from').flatMap(({ keys }) => keys);
    expect(listed.filter((key) => key > (saved.ranges[0]?.cursor ?? ''))).toHaveLength(89);
    world.stateStore.intercept = undefined;
    expect(await world.run()).toMatchObject({ outcome: 'completed', accepted: 100 });
    expect([...new Set(world.accepted)].sort()).toEqual(missing);
  });

  it('that cannot be read fails the run before anything is done', async () => {
    const { world } = worldWithGaps();
    world.stateStore.intercept = (call, work) => {
      if (call.operation === 'GetObject' && call.key.endsWith('checkpoint.json')) throw storeUnavailable(call);
      return work();
    };

    await expect(world.run()).rejects.toThrow(ObjectStoreError);
    expect(world.lists).toEqual([]);
  });

  it('that says the pass is over, with a report that was written already, gives no second report', async () => {
    const { world } = worldWithGaps();
    let writes = 0;
    // Killed between the report and the note that it is written.
    world.stateStore.intercept = (call, work) => {
      const over = call.operation === 'PutObject' && call.key.endsWith('checkpoint.json') && world.latest;
      if (over && writes++ === 0) throw storeUnavailable(call);
      return work();
    };
    const first = await world.run();
    world.time += 60_000;

    const second = await world.run();

    expect(second.report).toEqual(first.report);
    expect((await world.run()).report).toMatchObject({ pass: 2 });
  });
});
