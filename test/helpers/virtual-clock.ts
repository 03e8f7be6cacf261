import type { Clock } from '#shared/http/clock.ts';

/**
 * A clock that stands still until it is told to go on, and whose sleepers wake in the order of their times.
 *
 * @param now milliseconds at the beginning
 */
export class VirtualClock implements Clock {
  #now: number;
  #skew = 0;
  #sequence = 0;
  readonly #sleepers: { readonly at: number; readonly sequence: number; readonly wake: () => void }[] = [];
  /** Milliseconds that were slept, in order. */
  readonly slept: number[] = [];

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now + this.#skew;
  }

  random(): number {
    return 0;
  }

  sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    return new Promise((wake) => {
      this.#sleepers.push({ at: this.#now + ms, sequence: this.#sequence++, wake });
    });
  }

  /** Moves what `now` says, and nothing else. */
  jump(ms: number): void {
    this.#skew += ms;
  }

  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Lets so much time pass, waking who sleeps on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#sleepers.toSorted((a, b) => a.at - b.at || a.sequence - b.sequence)[0];
      if (next === undefined || next.at > end) break;
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await settle();
    }
    this.#now = end;
  }

  /** Lets time pass until the work is done, and no longer than somebody sleeps. */
  async run<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const finished = work.finally(() => {
      done = true;
    });
    finished.catch(() => undefined);
    await settle();
    while (!done && this.#sleepers.length > 0) {
      await this.advance(Math.max(0, Math.min(...this.#sleepers.map(({ at }) => at)) - this.#now));
      await settle();
    }
    return finished;
  }
}

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
