interface Waiting {
  readonly process: Process;
  readonly go: () => Promise<void>;
}

/** When a process is killed: before the call of that number does its work, or after it and before its answer. */
export interface Kill {
  readonly step: number;
  readonly after: boolean;
}

/** Calls of processes that run at once, made one at a time in an order that a test chooses. */
export class Steps {
  readonly #schedule: readonly number[];
  readonly #waiting: Waiting[] = [];
  #step = 0;
  /** Processes that were killed. */
  killed = 0;

  /** @param schedule which of the calls that wait is the next one; the first, where the list has ended */
  constructor(schedule: readonly number[]) {
    this.#schedule = schedule;
  }

  process(kill?: Kill): Process {
    return new Process(
      (waiting) => this.#waiting.push(waiting),
      kill,
      () => {
        this.killed += 1;
      },
    );
  }

  /** Runs until no process waits any more: all have ended or were killed. */
  async run(before: (step: number) => void): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const alive = this.#waiting.filter(({ process }) => !process.isDead);
      const choice = this.#schedule[this.#step] ?? 0;
      const next = alive[choice % Math.max(1, alive.length)];
      if (!next) return;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#step += 1;
      before(this.#step);
      await next.go();
    }
  }
}

export class Process {
  readonly #enqueue: (waiting: Waiting) => void;
  readonly #kill: Kill | undefined;
  readonly #onKilled: () => void;
  #steps = 0;
  isDead = false;

  constructor(enqueue: (waiting: Waiting) => void, kill: Kill | undefined, onKilled: () => void) {
    this.#enqueue = enqueue;
    this.#kill = kill;
    this.#onKilled = onKilled;
  }

  /** Makes a call when it is its turn. That of a process that was killed never returns. */
  call<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const go = async (): Promise<void> => {
        this.#steps += 1;
        const isLast = this.#steps === this.#kill?.step;
        if (isLast && this.#kill?.after === false) return this.#die();
        try {
          const value = await work();
          if (isLast) this.#die();
          else resolve(value);
        } catch (error) {
          if (isLast) this.#die();
          else reject(error);
        }
      };
      this.#enqueue({ process: this, go });
    });
  }

  end(): void {
    this.isDead = true;
  }

  #die(): void {
    this.isDead = true;
    this.#onKilled();
  }
}
