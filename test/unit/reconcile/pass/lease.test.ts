import { describe, expect, it } from 'vitest';
import { Logger } from '#shared/logging/logger.ts';
import { Lease } from '#shared/reconcile/pass/lease.ts';
import { START, World, type WorldOptions } from '../../../helpers/reconcile-world.ts';

const LEASE = 60_000;

function setUp(options: WorldOptions = {}) {
  const world = new World(options);
  const { clock } = world.options();
  const state = world.state();
  const log = new Logger({ write: (_level, line) => world.lines.push(JSON.parse(line)) });
  const lease = (nonce: string) => new Lease({ state, nonce, clock, leaseMs: LEASE, log });
  const write = (text: string) => state.writeLease(text);
  const holder = () => world.document('lease.json');
  return { world, lease, write, holder };
}
const written = (nonce: string, expires: number) =>
  JSON.stringify({ version: 1, nonce, expires: new Date(expires).toISOString() });

describe('a lease', () => {
  it('is taken where nobody holds it, for a time', async () => {
    const { lease, holder } = setUp();

    expect(await lease('a').take()).toBe(true);
    expect(holder()).toEqual({ version: 1, nonce: 'a', expires: new Date(START + LEASE).toISOString() });
  });

  it('is not taken from a run that holds it, until its time has passed', async () => {
    const { world, lease } = setUp();
    await lease('a').take();

    expect(await lease('b').take()).toBe(false);
    world.time += LEASE - 1000;
    expect(await lease('b').take()).toBe(false);
    world.time += 1000;
    expect(await lease('b').take()).toBe(true);
  });

  it('goes to the one that wrote last where two take it at once', async () => {
    const { lease, holder } = setUp();

    const taken = await Promise.all(['a', 'b'].map((nonce) => lease(nonce).take()));

    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(holder()).toMatchObject({ nonce: taken[0] ? 'a' : 'b' });
  });

  it('is renewed when a third of its time has passed, and not before', async () => {
    const { world, lease, holder } = setUp();
    const mine = lease('a');
    await mine.take();
    const before = world.stateStore.calls.length;

    world.time = START + LEASE / 3 - 1;
    expect(await mine.keep()).toBe(true);
    expect(world.stateStore.calls).toHaveLength(before);
    world.time += 1;
    expect(await mine.keep()).toBe(true);
    expect(holder()).toMatchObject({ expires: new Date(START + LEASE / 3 + LEASE).toISOString() });
  });

  it('is lost when another run has taken it', async () => {
    const { world, lease, write } = setUp();
    const mine = lease('a');
    await mine.take();
    await write(written('b', START + LEASE));

    expect(await mine.keep()).toBe(true);
    expect(await mine.keep(true)).toBe(false);
    world.time += LEASE / 2;
    expect(await mine.keep()).toBe(false);
  });

  it('is taken again where the other one has given it up', async () => {
    const { lease, write } = setUp();
    const mine = lease('a');
    await mine.take();
    await write(written('b', START - 1));

    expect(await mine.keep(true)).toBe(true);
  });

  it.each([
    ['no JSON', '{'],
    ['empty', ''],
    ['of another version', '{"version":2,"nonce":"b","expires":"2099-01-01T00:00:00Z"}'],
    ['without a time', '{"version":1,"nonce":"b","expires":"soon"}'],
    ['of a clock that is years ahead', written('b', START + 365 * 86_400_000)],
  ])('that is %s is held by nobody', async (_what, text) => {
    const { lease, write } = setUp();
    await write(text);

    expect(await lease('a').take()).toBe(true);
  });

  it('is given back, but not that of another', async () => {
    const { lease, write, holder } = setUp();
    const mine = lease('a');
    await mine.take();
    await mine.release();
    expect(holder()).toBeUndefined();

    await write(written('b', START + LEASE));
    await mine.release();
    expect(holder()).toMatchObject({ nonce: 'b' });
  });

  it('that cannot be given back expires by itself', async () => {
    const { world, lease } = setUp();
    const mine = lease('a');
    await mine.take();
    world.stateStore.intercept = () => {
      throw new Error('down');
    };

    await mine.release();

    expect(world.lines).toContainEqual(expect.objectContaining({ message: 'lease not released' }));
  });
});

describe('a run', () => {
  it('does nothing where another run holds the lease', async () => {
    const { world, write } = setUp();
    world.fill(10, () => true);
    await write(written('other', START + LEASE));

    expect(await world.run()).toMatchObject({ outcome: 'leased', accepted: 0 });
    expect(world.lists).toEqual([]);
    expect(world.document('lease.json')).toMatchObject({ nonce: 'other' });
  });

  it('ends where its lease is taken from it, and says so', async () => {
    const { world } = setUp({ pageKeys: 50 });
    world.fill(1000, () => true);
    let puts = 0;
    world.stateStore.intercept = (call, work) => {
      const result = work();
      if (call.operation === 'PutObject' && call.key.endsWith('checkpoint.json') && ++puts === 2)
        world.stateStore.seed('state', 'reconcile/photos/lease.json', written('other', world.time + LEASE));
      return result;
    };
    world.callMs = 4_000;

    const result = await world.run({ leaseMs: LEASE, workers: 1 });

    expect(result).toMatchObject({ outcome: 'leased', reason: 'overtaken' });
    expect(world.document('lease.json')).toMatchObject({ nonce: 'other' });
    expect(result.accepted).toBeLessThan(1000);
  });
});
