import TinyQueue from 'tinyqueue';
import { hash32 } from './random.ts';

/** Something that will happen. */
export interface Scheduled {
  readonly at: number;
  readonly label: string;
  cancel(): void;
}

interface Entry extends Scheduled {
  readonly order: number;
  run: (() => void) | undefined;
}

/** A run that does not come to an end. */
export class EndlessRunError extends Error {
  override readonly name = 'EndlessRunError';
}

const SETTLE = (resolve: () => void): void => {
  setImmediate(resolve);
};

/**
 * Virtual time: a queue of what will happen, worked off in the order of time. Nothing waits for real time.
 *
 * Programs under test run between two entries. Whatever they do between two calls to the outside are microtasks, and
 * all of those are done when Node.js comes to its next turn: then every program waits for an entry of this queue.
 * So a run depends on nothing but what is scheduled.
 */
export class Kernel {
  readonly #queue = new TinyQueue<Entry>([], (a, b) => a.at - b.at || a.order - b.order);
  #now: number;
  #order = 0;
  #hash = 0x811c9dc5;
  #steps = 0;
  #touched = false;
  /** Sees every entry as it begins. */
  onStep: ((now: number, label: string) => void) | undefined;

  /** @param start milliseconds since the epoch */
  constructor(start: number) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  get steps(): number {
    return this.#steps;
  }

  /** Hash of everything that has happened, in its order. Two runs with the same hash did the same. */
  get hash(): string {
    return this.#hash.toString(16).padStart(8, '0');
  }

  /** @param delay milliseconds from now */
  schedule(delay: number, label: string, run: () => void): Scheduled {
    const entry: Entry = {
      at: this.#now + Math.max(0, delay),
      order: this.#order++,
      label,
      run,
      cancel: () => {
        entry.run = undefined;
      },
    };
    this.#queue.push(entry);
    return entry;
  }

  /** Adds to the hash what the labels do not tell. */
  note(text: string): void {
    this.#hash = hash32(text, this.#hash);
  }

  /** A program was given control: the next entry waits until all of its microtasks are done. */
  touch(): void {
    this.#touched = true;
  }

  /**
   * Works off the queue.
   *
   * @param until milliseconds since the epoch; what is later stays
   * @param maxSteps entries after which the run counts as endless
   * @throws EndlessRunError
   */
  async run(until = Number.POSITIVE_INFINITY, maxSteps = 1_000_000): Promise<void> {
    const last = this.#steps + maxSteps;
    for (;;) {
      const entry = this.#queue.peek();
      if (entry === undefined || entry.at > until) break;
      this.#queue.pop();
      const { run } = entry;
      if (run === undefined) continue;
      if (this.#steps >= last) throw new EndlessRunError(`more than ${maxSteps} steps; the next is ${entry.label}`);
      this.#now = entry.at;
      this.#steps += 1;
      this.#hash = hash32(`${entry.at} ${entry.label}`, this.#hash);
      this.onStep?.(entry.at, entry.label);
      run();
      if (this.#touched) {
        this.#touched = false;
        await new Promise<void>(SETTLE);
      }
    }
    if (Number.isFinite(until)) this.#now = Math.max(this.#now, until);
  }
}
