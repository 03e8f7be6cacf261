import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Line } from '../../../../../scripts/local/functiongraph/async/line.ts';
import { runs } from '../../../../helpers/thorough.ts';

interface Named {
  readonly name: number;
  readonly next: number;
}

/** The same, written so that it cannot be wrong. */
class SlowLine {
  #due: Named[] = [];
  #later: Named[] = [];

  get length(): number {
    return this.#due.length + this.#later.length;
  }

  push(item: Named, now: number): void {
    (item.next <= now ? this.#due : this.#later).push(item);
  }

  take(now: number): Named | undefined {
    this.#due.push(...this.#later.filter(({ next }) => next <= now).sort((a, b) => a.next - b.next));
    this.#later = this.#later.filter(({ next }) => next > now);
    return this.#due.shift();
  }

  nextTime(): number | undefined {
    return this.#due[0]?.next ?? this.#later.map(({ next }) => next).sort((a, b) => a - b)[0];
  }
}

describe('Line', () => {
  it('hands out in the order of coming, and those who wait longer when their time has come', () => {
    const line = new Line<Named>();
    for (const [name, next] of [0, 30, 0, 20, 30].entries()) line.push({ name, next }, 10);

    expect(line.length).toBe(5);
    expect([line.take(10)?.name, line.take(10)?.name, line.take(10)?.name]).toEqual([0, 2, undefined]);
    expect(line.nextTime()).toBe(20);
    expect([line.take(30)?.name, line.take(30)?.name, line.take(30)?.name]).toEqual([3, 1, 4]);
    expect([line.length, line.nextTime(), line.take(99)]).toEqual([0, undefined, undefined]);
  });

  it('does at every step what a line does that looks at everything', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ pass: fc.integer({ min: 0, max: 3 }) }),
      fc.constant('take' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const [line, slow] = [new Line<Named>(), new SlowLine()];
        let now = 0;
        for (const [name, what] of steps.entries()) {
          if (what === 'take') expect(line.take(now)).toEqual(slow.take(now));
          else if ('pass' in what) now += what.pass;
          else for (const each of [line, slow]) each.push({ name, next: now + what.push - 4 }, now);
          expect([line.length, line.nextTime()]).toEqual([slow.length, slow.nextTime()]);
        }
      }),
      { seed: 20_261_121, numRuns: runs(300) },
    );
  });

  it('takes no longer for each of a hundred thousand', () => {
    const line = new Line<Named>();
    for (let name = 0; name < 100_000; name++) line.push({ name, next: name % 2 ? 0 : 1_000_000 - name }, 0);
    let taken = 0;
    // Looking at all of them each time would take minutes: the test runs out of its time.
    while (line.take(2_000_000)) taken++;
    expect(taken).toBe(100_000);
  });
});
