import { describe, expect, it } from 'vitest';
import type { Report } from '#shared/reconcile/report/report.ts';
import { PREFIX, START, STATE, World } from '../../helpers/reconcile-world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Two buckets after a complete pass, an hour ago. */
async function world(options = {}): Promise<World> {
  const made = new World({ pageKeys: 10, ...options });
  made.fill(40);
  await made.run();
  made.time = START + HOUR;
  return made;
}

/** Puts an object into the source, and after so many seconds into the destination. */
function copy(made: World, key: string, changed: number, seconds: number): void {
  made.put(key, 1, changed);
  made.to.set(key, { key, size: 1, lastModified: changed + seconds * 1000 });
}

describe('the lag of a pass', () => {
  it('is that of what has arrived since the pass before, and of what waits for longer than the objective', async () => {
    const made = await world();
    for (let index = 0; index < 18; index++) copy(made, `new${index}`, START + index * MINUTE, 2);
    copy(made, 'slow', START + MINUTE, 1_000);
    made.put('lost', 1, START + 10 * MINUTE);
    made.put('young', 1, START + HOUR - 30_000);

    const { lag, slo } = (await made.run()).report as Report;

    expect(lag).toEqual({
      since: new Date(START).toISOString(),
      count: 20,
      waiting: 1,
      oldest_waiting: 3_000,
      p50: 2,
      p95: 1_800,
      max: 3_000,
    });
    expect(slo).toMatchObject({ target: 0.999, seconds: 900, objects: 20, late: 2, needed: 1_000 });
    expect(slo).not.toHaveProperty('share');
  });

  it('is 0 where nothing has changed, and the age of what waits grows from pass to pass', async () => {
    const made = await world();
    expect((await made.run()).report?.lag).toMatchObject({ count: 0, max: 0, oldest_waiting: 0 });
    made.reaction = 'refuse';
    made.put('lost', 1, START + HOUR);
    const ages: (number | undefined)[] = [];
    for (let pass = 0; pass < 3; pass++) {
      made.time += HOUR;
      ages.push((await made.run()).report?.lag?.oldest_waiting);
    }

    expect(ages).toEqual([3_600, 7_200, 10_800]);
    expect(made.latest.slo).toMatchObject({ objects: 1, late: 1 });
  });

  it('of a first pass looks back a day and is no part of the error budget', async () => {
    const made = new World();
    copy(made, 'old', START - 48 * HOUR, 1);
    copy(made, 'new', START - HOUR, 1);

    const { lag, slo } = (await made.run()).report as Report;

    expect(lag).toMatchObject({ since: new Date(START - 24 * HOUR).toISOString(), count: 1 });
    expect(slo).toMatchObject({ objects: 0, late: 0 });
  });

  it('is the same where the pass takes many runs, each of them from a checkpoint', async () => {
    const made = await world();
    for (let index = 0; index < 100; index++) copy(made, `new${index}`, START + index * 1000, index % 7);
    const whole = (await (await cloneOf(made)).run()).report?.lag;
    made.callMs = 100;
    let runs = 0;
    for (let outcome = 'continues'; outcome === 'continues'; runs++) {
      const end = made.time + 800;
      ({ outcome } = await made.run({ workers: 1, reserveMs: 100, remaining: () => end - made.time }));
    }

    expect(runs).toBeGreaterThan(2);
    expect(made.latest.lag).toEqual(whole);
    expect(whole?.count).toBe(100);
  });

  it('is no part of the error budget where the pass is not complete, for the next one measures it', async () => {
    const made = await world();
    for (let index = 0; index < 10; index++) copy(made, `new${index}`, START + index * 1000, 1);
    const { listing } = made;
    made.listing = (request, answer) => {
      const page = answer();
      return request.bucket === 'from' ? { ...page, objects: [...page.objects].reverse() } : page;
    };
    await made.run();
    expect(made.latest).toMatchObject({ complete: false, slo: { objects: 0 } });
    made.listing = listing;
    made.time += HOUR;
    await made.run();

    expect(made.latest).toMatchObject({ complete: true, lag: { count: 10 }, slo: { objects: 10 } });
  });

  it('tells how far the clocks of the stores are apart', async () => {
    const made = await world();
    made.listing = ({ bucket }, answer) => ({ ...answer(), date: made.time + (bucket === 'to' ? 7_000 : 2_000) });

    expect((await made.run()).report?.lag?.clock_offset_seconds).toBe(5);
  });

  it('is told by the objective that is set', async () => {
    const made = await world();
    for (let index = 0; index < 20; index++) copy(made, `new${index}`, START + index * MINUTE, index === 0 ? 100 : 2);

    const { lag, slo } = (await made.run({ objective: { target: 0.9, seconds: 60 } })).report as Report;

    expect(lag).toMatchObject({ count: 20, within_objective: 0.95 });
    expect(slo).toMatchObject({ late: 1, share: 0.95, budget_left: 0.5 });
  });
});

/** Another world with the same buckets and documents. */
async function cloneOf(made: World): Promise<World> {
  const clone = new World({ pageKeys: 10 });
  clone.time = made.time;
  for (const [key, object] of made.from) clone.from.set(key, object);
  for (const [key, object] of made.to) clone.to.set(key, object);
  const body = JSON.stringify(made.document('complete.json'));
  await clone.stateStore.putObject({ bucket: STATE, key: `${PREFIX}complete.json`, body });
  return clone;
}
