import type { PendingObject } from './store.ts';

interface CopierOptions {
  readonly concurrency: number;
  /** Objects with the same name here are copied one after the other. */
  readonly lockOf: (object: PendingObject) => string;
  /** Copies and records one object. A rejection leaves the object accepted, for the next start. */
  readonly copy: (object: PendingObject) => Promise<void>;
}

/**
 * The queue between accepted events and their copies. Two events for one object are both carried out, never at the same
 * time: each reads the source when its turn comes, so the last copy is of the last state.
 */
export class Copier {
  readonly #options: CopierOptions;
  #queue: PendingObject[] = [];
  #head = 0;
  #running = 0;
  #stopped = false;
  /** Objects that wait for the one being copied, by lock. */
  readonly #busy = new Map<string, PendingObject[]>();
  #waiters: (() => void)[] = [];

  constructor(options: CopierOptions) {
    this.#options = options;
  }

  push(objects: readonly PendingObject[]): void {
    for (const object of objects) this.#queue.push(object);
    this.#start();
  }

  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.idle();
  }

  #isIdle(): boolean {
    return this.#running === 0 && (this.#stopped || this.#head === this.#queue.length);
  }

  #start(): void {
    while (!this.#stopped && this.#running < this.#options.concurrency) {
      const object = this.#queue[this.#head];
      if (!object) break;
      this.#head += 1;
      const lock = this.#options.lockOf(object);
      const waiting = this.#busy.get(lock);
      if (waiting) waiting.push(object);
      else {
        this.#busy.set(lock, []);
        this.#running += 1;
        void this.#run(object, lock);
      }
    }
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  async #run(object: PendingObject, lock: string): Promise<void> {
    for (let next: PendingObject | undefined = object; next && !this.#stopped; next = this.#busy.get(lock)?.shift())
      await this.#options.copy(next).catch(() => {});
    this.#busy.delete(lock);
    this.#running -= 1;
    this.#start();
    if (this.#isIdle()) for (const resolve of this.#waiters.splice(0)) resolve();
  }
}
