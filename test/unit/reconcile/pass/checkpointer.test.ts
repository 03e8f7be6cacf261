import { describe, expect, it } from 'vitest';
import { LiveRange } from '#shared/listing/live-range.ts';
import { Logger } from '#shared/logging/logger.ts';
import { readCheckpoint } from '#shared/reconcile/pass/checkpoint.ts';
import { Checkpointer } from '#shared/reconcile/pass/checkpointer.ts';
import { Pass } from '#shared/reconcile/pass/pass.ts';
import { advance, finish } from '#shared/reconcile/pass/range-state.ts';
import { NewerCheckpointError, Overtaken } from '#shared/reconcile/pass/state.ts';
import { stepOf } from '../../../helpers/reconcile.ts';
import { PREFIX, STATE, World } from '../../../helpers/reconcile-world.ts';

const HEAD = { route: 'digest', pass: 1, id: 'pass', started: '2026-11-21T12:00:00.000Z' };
const log = new Logger({ write: () => {} });
const passOf = (changes: Partial<typeof HEAD> = {}) => Pass.begin({ ...HEAD, ...changes });
/** Continues as if a page up to a key was done, with nothing to submit. */
function goOn(pass: Pass, cursor: string): void {
  const [slot] = pass.activeRanges;
  const nothing = { accepted: 0, failed: 0, pending: [], calls: 0 };
  if (slot) slot.state = advance(slot.state, stepOf(cursor, { same: 1 }), nothing, 1);
}

function setUp() {
  const world = new World();
  const state = world.state();
  const lease = { holds: true, keep: async () => lease.holds };
  const checkpointer = (pass: Pass, etag?: string) => new Checkpointer({ state, lease, pass, etag, log });
  const stored = () => world.document('checkpoint.json') as { pass: number; ranges: { cursor?: string }[] };
  const puts = () => world.stateStore.calls.filter(({ operation }) => operation === 'PutObject').length;
  return { world, state, lease, checkpointer, stored, puts };
}

describe('a checkpointer', () => {
  it('writes what the pass says when it comes to it', async () => {
    const { checkpointer, stored } = setUp();
    const pass = passOf();
    const own = checkpointer(pass);

    goOn(pass, 'k1');
    await own.save();

    expect(stored()).toMatchObject({ id: 'pass', ranges: [{ cursor: 'k1' }] });
  });

  it('shares one write among all who ask while another is under way', async () => {
    const { checkpointer, stored, puts } = setUp();
    const pass = passOf();
    const own = checkpointer(pass);

    const first = own.save();
    await new Promise((resolve) => setImmediate(resolve));
    goOn(pass, 'k1');
    const others = [own.save(), own.save()];
    goOn(pass, 'k2');
    others.push(own.save());
    await Promise.all([first, ...others]);

    expect(puts()).toBeLessThanOrEqual(2);
    expect(stored().ranges[0]?.cursor).toBe('k2');
  });

  it('tells each who asks whether its own write failed, and writes again when asked again', async () => {
    const { world, checkpointer, stored } = setUp();
    const pass = passOf();
    const own = checkpointer(pass);
    world.stateStore.intercept = () => {
      throw new Error('down');
    };
    await expect(own.save()).rejects.toThrow('down');

    world.stateStore.intercept = undefined;
    goOn(pass, 'k1');
    await own.save();

    expect(stored().ranges[0]?.cursor).toBe('k1');
  });

  it('takes over what another run has done of the same ranges', async () => {
    const { world, checkpointer, stored } = setUp();
    const [ours, theirs] = [passOf(), passOf()];
    const own = checkpointer(ours);
    await own.save();
    goOn(theirs, 'k5');
    world.stateStore.seed(STATE, `${PREFIX}checkpoint.json`, theirs.toText());
    goOn(ours, 'k3');

    await own.save();

    expect(stored().ranges[0]?.cursor).toBe('k5');
    expect(ours.activeRanges[0]?.state.cursor).toBe('k5');
  });

  it('keeps its own where it is further', async () => {
    const { world, checkpointer, stored } = setUp();
    const [ours, theirs] = [passOf(), passOf()];
    const own = checkpointer(ours);
    await own.save();
    goOn(theirs, 'k2');
    world.stateStore.seed(STATE, `${PREFIX}checkpoint.json`, theirs.toText());
    goOn(ours, 'k3');

    await own.save();

    expect(stored().ranges[0]?.cursor).toBe('k3');
  });

  it.each([
    ['a later pass', { pass: 2 }],
    ['the same pass that is over', {}],
  ])('is overtaken by a run that has come to %s, and leaves its checkpoint alone', async (_what, changes) => {
    const { world, checkpointer } = setUp();
    const [ours, theirs] = [passOf(), passOf(changes)];
    const own = checkpointer(ours);
    await own.save();
    theirs.over = true;
    const text = theirs.toText();
    world.stateStore.seed(STATE, `${PREFIX}checkpoint.json`, text);
    goOn(ours, 'k3');

    await expect(own.save()).rejects.toThrow(Overtaken);
    expect(world.stateStore.text(STATE, `${PREFIX}checkpoint.json`)).toBe(text);
  });

  it('is overtaken where it no longer holds the lease', async () => {
    const { lease, checkpointer, puts } = setUp();
    const own = checkpointer(passOf());
    await own.save();
    lease.holds = false;

    await expect(own.save()).rejects.toThrow(Overtaken);
    expect(puts()).toBe(1);
  });

  it('overwrites a pass that another run began beside it, where it holds the lease', async () => {
    const { world, checkpointer, stored } = setUp();
    const own = checkpointer(passOf());
    await own.save();
    world.stateStore.seed(STATE, `${PREFIX}checkpoint.json`, passOf({ id: 'another' }).toText());

    await own.save();

    expect(stored()).toMatchObject({ id: 'pass' });
  });

  it('overwrites what nobody can read', async () => {
    const { world, checkpointer, stored } = setUp();
    const own = checkpointer(passOf());
    await own.save();
    world.stateStore.seed(STATE, `${PREFIX}checkpoint.json`, '{');

    await own.save();

    expect(stored()).toMatchObject({ id: 'pass' });
  });

  it('never overwrites what a newer release has written', async () => {
    const { world, checkpointer } = setUp();
    const own = checkpointer(passOf());
    await own.save();
    world.stateStore.seed(STATE, `${PREFIX}checkpoint.json`, '{"version":7}');

    await expect(own.save()).rejects.toThrow(NewerCheckpointError);
    expect(world.stateStore.text(STATE, `${PREFIX}checkpoint.json`)).toBe('{"version":7}');
  });

  it('writes anew what somebody has deleted', async () => {
    const { world, state, checkpointer, stored } = setUp();
    const own = checkpointer(passOf());
    await own.save();
    await world.stateStore.deleteObject({ bucket: STATE, key: `${PREFIX}checkpoint.json` });

    await own.save();

    expect(stored()).toMatchObject({ id: 'pass' });
    expect(await state.readCheckpoint()).toBeDefined();
  });
});

describe('a pass', () => {
  it('is read as it was written, with its counters and whether it is over', () => {
    const counters = { requested: 1, succeeded: 2, failed: 3, skipped: 4, bytes: 5 };
    const pass = Pass.begin({ ...HEAD, oms_before: counters });
    goOn(pass, 'k1');
    pass.over = true;

    const read = readCheckpoint(pass.toText(), 'digest');

    expect(read).toMatchObject({ restarted: [], checkpoint: { over: true, oms_before: counters, ...HEAD } });
    expect(read.checkpoint?.ranges).toEqual(pass.ranges());
  });

  it('has no gap where a worker has yet to begin with a part of a range', () => {
    const pass = passOf();
    const live = new LiveRange({});
    pass.begin(live);
    live.narrow('m');

    expect(pass.ranges()).toMatchObject([
      { until: 'm', done: false },
      { after: 'm', done: false },
    ]);
    expect(pass.ranges()[1]?.until).toBeUndefined();

    const part = new LiveRange({ after: 'm' });
    pass.begin(part);
    part.narrow('t');
    live.narrow('f');
    expect(pass.ranges().map(({ after, until }) => [after, until])).toEqual([
      [undefined, 'f'],
      ['f', 'm'],
      ['m', 't'],
      ['t', undefined],
    ]);
    expect(readCheckpoint(pass.toText(), 'digest')).toMatchObject({ restarted: [] });
  });

  it('is complete when all of its ranges are done', () => {
    const pass = passOf();
    expect(pass.isComplete).toBe(false);
    const [slot] = pass.activeRanges;
    if (slot) slot.state = finish(slot.state, 0);
    expect(pass.isComplete).toBe(true);
  });
});
