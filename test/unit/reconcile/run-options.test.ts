import { describe, expect, it } from 'vitest';
import { NoDestinationError } from '#shared/reconcile/run.ts';
import type { ReconcileProgress } from '#shared/reconcile/run-options.ts';
import { ROUTE, START, UPLOADED, World } from '../../helpers/reconcile-world.ts';

function worldWithGaps(pageKeys = 100): { world: World; missing: string[] } {
  const world = new World({ pageKeys });
  return { world, missing: world.fill(1000, (index) => index % 10 === 5) };
}
const writes = (world: World) => world.stateStore.calls.filter(({ operation }) => operation === 'PutObject');

describe('a dry run', () => {
  it('submits nothing, takes no lease, leaves the checkpoint alone, and says what submitting would take', async () => {
    const { world } = worldWithGaps();

    const result = await world.run({ dryRun: true, callsPerSecond: 2, adviseAbove: 50 });

    expect(result).toMatchObject({
      outcome: 'completed',
      accepted: 0,
      report: { complete: true, submitted: 100, accepted: 0, verdicts: { missing: { objects: 100 } } },
      plan: {
        submit: { objects: 100, bytes: 100 },
        event_calls: 10,
        minutes: 0.1,
        list_calls: { source: 1, destination: 1 },
        advice: expect.stringMatching(/migration task/),
      },
    });
    expect(world.calls).toEqual([]);
    expect(writes(world).map(({ key }) => key)).toEqual(['reconcile/photos/plan.json']);
    expect(world.document('plan.json')).toMatchObject({ submitted: 100, plan: { event_calls: 10 } });
  });

  it('goes on beside a run that holds the lease, and does not disturb its pass', async () => {
    const { world } = worldWithGaps();
    world.reaction = 'stopped';
    await world.run({ workers: 1 });
    const checkpoint = world.document('checkpoint.json');
    await world.state().writeLease(JSON.stringify({ version: 1, nonce: 'x', expires: new Date(START + 60_000) }));

    expect((await world.run({ dryRun: true })).outcome).toBe('completed');
    expect(world.document('checkpoint.json')).toEqual(checkpoint);
  });

  it('without a state is a check', async () => {
    const { world } = worldWithGaps();

    const { report, plan } = await world.run({ state: undefined, send: undefined });

    expect(report).toMatchObject({ pass: 1, converged: false, submitted: 100, accepted: 0 });
    expect(plan).toBeDefined();
    expect(world.stateStore.calls).toEqual([]);
  });

  it('that has no time to come to its end says so', async () => {
    const { world } = worldWithGaps(10);
    world.callMs = 100;
    const end = START + 10_000;

    const { outcome, reason, report } = await world.run({ dryRun: true, remaining: () => end - world.time });

    expect([outcome, reason]).toEqual(['continues', 'deadline']);
    expect(report).toMatchObject({ complete: false, obstacles: ['missing', 'incomplete'] });
  });
});

describe('a run', () => {
  it('submits what is missing without any state, too', async () => {
    const { world, missing } = worldWithGaps();

    expect(await world.run({ state: undefined })).toMatchObject({ outcome: 'completed', accepted: 100 });
    expect(world.accepted.toSorted()).toEqual(missing);
    expect(world.stateStore.calls).toEqual([]);
  });

  it('needs a destination', async () => {
    const { world } = worldWithGaps();

    await expect(world.run({ route: { ...ROUTE, destination: undefined } })).rejects.toThrow(NoDestinationError);
    expect(world.stateStore.calls).toEqual([]);
  });

  it('leaves the prefix of its route to nobody else, and other keys to others', async () => {
    const world = new World({ pageKeys: 3 });
    for (const key of ['a/1', 'b/1', 'b/2', 'b/3', 'b/4', 'c/1']) world.put(key);

    const { report } = await world.run({ route: { ...ROUTE, source: { bucket: 'from', prefix: 'b/' } } });

    expect(world.accepted.toSorted()).toEqual(['b/1', 'b/2', 'b/3', 'b/4']);
    expect(report).toMatchObject({
      source: { bucket: 'from', prefix: 'b/', objects: 4 },
      destination: { prefix: 'b/' },
    });
  });

  it('ends when it is told to, keeping what is done', async () => {
    const { world, missing } = worldWithGaps(10);
    const abort = new AbortController();
    const onProgress = ({ objects }: ReconcileProgress) => {
      if (objects >= 300) abort.abort(new Error('enough'));
    };

    const first = await world.run({ signal: abort.signal, onProgress, workers: 2 });
    const second = await world.run();

    expect(first).toMatchObject({ outcome: 'stopped', reason: 'interrupted' });
    expect(first.accepted).toBeGreaterThanOrEqual(20);
    expect(second).toMatchObject({ outcome: 'completed', report: { runs: 2, accepted: 100 } });
    expect([...new Set(world.accepted)].sort()).toEqual(missing);
    expect(world.accepted.length).toBeLessThanOrEqual(102);
  });

  it('tells how far it is', async () => {
    const { world } = worldWithGaps();
    await world.run();
    world.copy();
    const seen: ReconcileProgress[] = [];

    await world.run({ onProgress: (progress) => seen.push(progress), workers: 1 });

    expect(seen.at(-1)).toMatchObject({
      objects: 1000,
      submitted: 0,
      failed: 0,
      currentKey: 'k000999',
      estimatedTotal: 1000,
    });
    expect(seen.map(({ objects }) => objects)).toEqual(seen.map(({ objects }) => objects).toSorted((a, b) => a - b));
  });

  it('leaves what is younger than the grace period to its notification, and finds it later if that is lost', async () => {
    const { world } = worldWithGaps();
    world.copy([...world.from.keys()]);
    world.put('young', 1, START - 59_000);
    world.put('old', 1, START - 61_000);

    const { report } = await world.run({ grace: 60_000 });

    expect(world.accepted).toEqual(['old']);
    expect(report).toMatchObject({ verdicts: { in_flight: { keys: ['young'] }, missing: { keys: ['old'] } } });
    world.copy();
    world.time += 5_000;
    await world.run({ grace: 60_000 });
    expect(world.accepted).toEqual(['old', 'young']);
  });

  it('judges by the rules of the task, and says where OMS did not tell them', async () => {
    const world = new World();
    world.put('a', 2);
    world.to.set('a', { key: 'a', size: 1, lastModified: UPLOADED });

    const never = await world.run({ showTask: async () => ({ object_overwrite_mode: 'NO_OVERWRITE' }) });
    const unknown = await world.run({ showTask: async () => Promise.reject(new Error('no permission')) });

    expect(never.report).toMatchObject({
      submitted: 0,
      verdicts: { ignored_by_oms: { keys: ['a'] } },
      rules: { object_overwrite_mode: 'NO_OVERWRITE', assumed: false },
    });
    expect(unknown.report).toMatchObject({
      submitted: 1,
      rules: { consistency_check: 'size_last_modified', assumed: true },
    });
    expect(world.lines).toContainEqual(expect.objectContaining({ level: 'warn', message: 'task not shown' }));
  });

  it.each([
    ['from', 'to', false],
    [undefined, null, false],
    ['other', 'to', true],
    ['from', 'other', true],
    ['fr', 'to', true],
  ])('warns of a task that copies %j to %j: %s', async (src_bucket, dst_bucket, warns) => {
    const world = new World();
    world.fill(1);
    await world.run({ showTask: async () => ({ src_bucket, dst_bucket }) });

    expect(world.lines.some(({ message }) => message === 'sync task of other buckets')).toBe(warns);
  });

  it('submits a doubtful object once, in whichever pass, and again when it has changed', async () => {
    const world = new World();
    const [first = '', second = '', third = ''] = ['a', 'b', 'c'].map((letter) => letter.repeat(32));
    world.from.set('x', { key: 'x', size: 1, lastModified: UPLOADED, etag: first });
    world.to.set('x', { key: 'x', size: 1, lastModified: UPLOADED, etag: second });

    const submitted: number[] = [];
    for (let pass = 0; pass < 4; pass++) submitted.push((await world.run()).report?.submitted ?? -1);
    world.from.set('x', { key: 'x', size: 1, lastModified: UPLOADED, etag: third });
    submitted.push((await world.run()).report?.submitted ?? -1);

    expect(submitted).toEqual([1, 0, 0, 0, 1]);
    expect(world.latest.pass).toBe(5);
  });

  it('proves nothing by a clock that has gone back', async () => {
    const world = new World();
    world.fill(20);
    await world.run();
    expect(world.latest.converged).toBe(true);
    const day = 86_400_000;
    for (let index = 0; index < 10; index++) world.put(`lost${index}`, 1, world.time - day);

    world.time += 900_000 - day;
    await world.run();
    expect(world.latest).toMatchObject({ converged: false, verdicts: { missing: { objects: 10 } } });
    world.time += 900_000;
    await world.run();
    expect(world.latest.converged).toBe(false);
  });

  it('estimates the loss from the changes since the last pass, less what is known to have failed', async () => {
    const world = new World();
    world.fill(10);
    await world.run({ grace: 0 });
    world.time += 900_000;
    for (const name of ['came', 'lost', 'refused', 'broken']) world.put(name, 1, world.time - 60_000);
    world.to.set('came', { key: 'came', size: 1, lastModified: world.time - 30_000 });
    const since: number[] = [];

    const { report } = await world.run({
      grace: 0,
      showTask: async () => ({ monthly_acceptance_request: 5n, monthly_failure_object: 3n }),
      knownFailures: async (moment) => {
        since.push(moment);
        return 2;
      },
    });

    expect(report?.loss).toMatchObject({ changed: 4, lost: 3, explained: 2, unexplained: 1, rate: 0.25 });
    expect(since).toEqual([Date.parse(report?.loss.since ?? '')]);
  });

  it('counts what OMS failed to copy since the last pass among what is known', async () => {
    const world = new World();
    world.fill(10);
    const task = (failed: bigint) => async () => ({ monthly_acceptance_request: 5n, monthly_failure_object: failed });
    await world.run({ grace: 0, showTask: task(7n) });
    world.time += 900_000;
    for (const name of ['a', 'b', 'c']) world.put(name, 1, world.time - 60_000);

    const { report } = await world.run({
      grace: 0,
      showTask: task(9n),
      knownFailures: async () => Promise.reject(new Error()),
    });

    expect(report?.loss).toMatchObject({ lost: 3, explained: 2, unexplained: 1 });
    expect(report?.oms).toMatchObject({ before: { failed: 9 }, after: { failed: 9 }, during: { failed: 0 } });
  });

  it('keeps the counters of the beginning of a pass over many runs', async () => {
    const { world } = worldWithGaps();
    world.reaction = 'stopped';
    let requested = 1n;
    const showTask = async () => ({ monthly_acceptance_request: requested, monthly_success_object: 0n });
    await world.run({ showTask });
    world.reaction = 'accept';
    requested = 101n;

    const { report } = await world.run({ showTask });

    expect(report?.oms).toMatchObject({
      before: { requested: 1 },
      after: { requested: 101 },
      during: { requested: 100 },
    });
  });

  it('begins a new pass when it is told to', async () => {
    const { world } = worldWithGaps();
    world.reaction = 'stopped';
    await world.run();
    world.reaction = 'accept';

    expect((await world.run({ restart: true })).report).toMatchObject({ pass: 2, runs: 1, accepted: 100 });
  });

  it('reports its passes one by one, with their trend', async () => {
    const { world } = worldWithGaps();
    for (let pass = 0; pass < 3; pass++) {
      await world.run();
      world.copy();
      world.time += 900_000;
    }

    expect(world.latest).toMatchObject({
      pass: 3,
      direction: 'converged',
      trend: [
        { pass: 1, differences: 100, converged: false },
        { pass: 2, converged: true },
        { pass: 3, converged: true },
      ],
    });
    expect(world.stateStore.keys('state', 'reconcile/photos/reports/')).toHaveLength(3);
  });

  it('does not hold more of a bucket the more of it is missing', async () => {
    const world = new World({ pageKeys: 1000 });
    world.fill(20_000, () => true);
    world.reactions.set('k019990', 'stopped');

    await world.run({ workers: 1, maxKeysPerCall: 100 });

    const text = JSON.stringify(world.document('checkpoint.json'));
    // The keys of one page, a hundred that are named, and 25 characters for each that was submitted.
    expect(text.length).toBeLessThan(20_000 + 25 * world.accepted.length);
  });
});
