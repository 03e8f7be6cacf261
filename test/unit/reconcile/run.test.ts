import { describe, expect, it } from 'vitest';
import type { ReconcileProgress } from '#shared/reconcile/run-options.ts';
import { START, World } from '../../helpers/reconcile-world.ts';

describe('a pass', () => {
  it('submits what is missing, and the next one proves that it arrived', async () => {
    const world = new World({ pageKeys: 100, copies: true });
    const missing = world.fill(1000, (index) => index % 100 === 7);

    const first = await world.run();
    world.time += 900_000;
    const second = await world.run();

    expect(world.accepted.toSorted()).toEqual(missing);
    expect(first).toMatchObject({ outcome: 'completed', accepted: 10, report: { converged: false, submitted: 10 } });
    expect(second).toMatchObject({ outcome: 'completed', accepted: 0, report: { converged: true, pass: 2 } });
    expect(world.latest).toEqual(second.report);
  });

  it('fills calls with the keys of many pages', async () => {
    const world = new World({ pageKeys: 10 });
    const missing = world.fill(1000, (index) => index % 10 === 3);

    const { report } = await world.run({ workers: 1 });

    expect(world.calls).toHaveLength(10);
    expect(world.accepted.toSorted()).toEqual(missing);
    expect(report).toMatchObject({ submitted: 100, accepted: 100, calls: { events: 10 } });
  });

  it('is done by several workers, each object once', async () => {
    const world = new World({ pageKeys: 50 });
    world.fill(5000, (index) => index % 3 === 0);

    let most = 0;
    const onProgress = ({ ranges }: ReconcileProgress) => {
      most = Math.max(most, ranges);
    };

    const { report, ranges } = await world.run({ workers: 8, onProgress });

    expect(most).toBeGreaterThan(4);
    expect(ranges).toEqual({ done: 1, total: 1 });
    expect(report?.source.objects).toBe(5000);
    expect(report?.verdicts.missing.objects).toBe(1667);
    expect(new Set(world.accepted).size).toBe(1667);
    expect(world.accepted).toHaveLength(1667);
  });

  it('goes on in the next run where time runs out', async () => {
    const world = new World({ pageKeys: 10 });
    world.fill(1000, (index) => index % 10 === 3);
    world.callMs = 100;
    const outcomes: string[] = [];
    for (let run = 0; run < 50 && outcomes.at(-1) !== 'completed'; run++) {
      const end = world.time + 10_000;
      const { outcome } = await world.run({ remaining: () => end - world.time });
      outcomes.push(outcome);
      world.time += 1000;
    }

    expect(outcomes.length).toBeGreaterThan(2);
    expect(world.latest).toMatchObject({
      complete: true,
      pass: 1,
      runs: outcomes.length,
      submitted: 100,
      accepted: 100,
    });
    expect(world.latest.source.objects).toBe(1000);
    expect(world.latest.started).toBe(new Date(START + 200).toISOString());
  });
});
