import { describe, expect, it } from 'vitest';
import { EndlessRunError, Kernel } from '../../../scripts/chaos/kernel/kernel.ts';
import { Random } from '../../../scripts/chaos/kernel/random.ts';

describe('virtual time', () => {
  it('does what is due in the order of time, and of two at once the one that was planned first', async () => {
    const kernel = new Kernel(1000);
    const done: string[] = [];
    const note = (name: string) => () => done.push(`${name} at ${kernel.now()}`);
    for (const [delay, name] of [
      [30, 'c'],
      [10, 'a'],
      [20, 'b'],
      [10, 'a again'],
      [-5, 'now'],
    ] as const)
      kernel.schedule(delay, name, note(name));
    await kernel.run();
    expect(done).toEqual(['now at 1000', 'a at 1010', 'a again at 1010', 'b at 1020', 'c at 1030']);
  });

  it('keeps order with thousands of entries that come and go', async () => {
    const kernel = new Kernel(0);
    const random = new Random(7);
    const seen: number[] = [];
    for (let count = 0; count < 3000; count += 1) {
      const entry = kernel.schedule(random.int(0, 500), 'x', () => seen.push(kernel.now()));
      if (random.chance(0.2)) entry.cancel();
    }
    await kernel.run();
    expect(seen.length).toBeGreaterThan(2000);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('waits until a program that was given control has run out of microtasks', async () => {
    const kernel = new Kernel(0);
    const done: string[] = [];
    kernel.schedule(1, 'program', () => {
      kernel.touch();
      void (async () => {
        for (let step = 0; step < 50; step += 1) await Promise.resolve();
        done.push('program');
      })();
    });
    kernel.schedule(1, 'next', () => done.push('next'));
    await kernel.run();
    expect(done).toEqual(['program', 'next']);
  });

  it('stops at a time and goes on from there', async () => {
    const kernel = new Kernel(0);
    let ran = 0;
    kernel.schedule(100, 'x', () => {
      ran += 1;
    });
    await kernel.run(99);
    expect([ran, kernel.now()]).toEqual([0, 99]);
    await kernel.run(100);
    expect([ran, kernel.now()]).toEqual([1, 100]);
  });

  it('ends a run that does not end', async () => {
    const kernel = new Kernel(0);
    const again = (): void => void kernel.schedule(0, 'again', again);
    again();
    await expect(kernel.run(1000, 500)).rejects.toThrow(EndlessRunError);
  });

  it('has a hash that tells two runs apart, by time, label and note', async () => {
    const run = async (delay: number, label: string, note: string): Promise<string> => {
      const kernel = new Kernel(0);
      kernel.schedule(delay, label, () => kernel.note(note));
      await kernel.run();
      return kernel.hash;
    };
    const hashes = [await run(1, 'a', 'n'), await run(2, 'a', 'n'), await run(1, 'b', 'n'), await run(1, 'a', 'm')];
    expect(new Set(hashes).size).toBe(4);
    expect(await run(1, 'a', 'n')).toBe(hashes[0]);
  });
});

describe('random numbers', () => {
  it('are the same for the same seed, and others for another seed or stream', () => {
    const draw = (random: Random) => Array.from({ length: 20 }, random.next);
    expect(draw(new Random(1))).toEqual(draw(new Random(1)));
    expect(draw(new Random(1))).not.toEqual(draw(new Random(2)));
    expect(draw(new Random(1).stream('a'))).not.toEqual(draw(new Random(1).stream('b')));
  });

  it('draw from a stream what they draw without the others', () => {
    const root = new Random(5);
    for (let count = 0; count < 10; count += 1) root.next();
    expect(root.stream('x').next()).toBe(new Random(5).stream('x').next());
  });

  it('spread over their range', () => {
    const random = new Random(3);
    const counts = [0, 0, 0, 0];
    for (let count = 0; count < 4000; count += 1) {
      const value = random.int(0, 3);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
    expect(random.hex(27)).toMatch(/^[0-9a-f]{27}$/);
  });
});
