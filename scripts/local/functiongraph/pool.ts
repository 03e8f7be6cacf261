import { ClosedError, RetiredError, ThrottledError } from './errors.ts';
import { type Execution, Instance, type InstanceOptions } from './instance.ts';
import type { InvokeMessage } from './worker/protocol.ts';

interface PoolOptions {
  readonly instance: InstanceOptions;
  readonly maxInstances: number;
  readonly maxWaiting: number;
  readonly idleInstance: number;
  readonly now: () => number;
}

interface Slot {
  readonly instance: Instance;
  idleSince: number;
}

export class Pool {
  readonly #options: PoolOptions;
  /** Most recently used last, so that the others can become idle. */
  readonly #idle: Slot[] = [];
  readonly #waiting: { readonly patient: boolean; readonly go: () => void; readonly fail: (error: Error) => void }[] =
    [];
  readonly #instances = new Set<Instance>();
  #busy = 0;
  #closing = false;
  #closed = false;
  #drained: (() => void) | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#instances.size;
  }

  get busy(): number {
    return this.#busy;
  }

  /**
   * Runs a request on a warm instance, or on a new one; a patient one waits for it however long it takes.
   * @throws ThrottledError when no more calls may wait; RetiredError, ClosedError when it waited in vain
   */
  async run(
    request: Omit<InvokeMessage, 'type' | 'credentials'>,
    patient: boolean,
  ): Promise<{ execution: Execution; cold: boolean; duration: number }> {
    await this.#enter(patient);
    try {
      if (this.#closed) throw new ClosedError();
      const slot = this.#takeIdle();
      if (slot) return await this.#execute(slot, request, false);
      const { instance, failure } = await Instance.start(this.#options.instance);
      this.#instances.add(instance);
      void instance.exited().then(() => this.#instances.delete(instance));
      // It was closed while the instance started.
      if (this.#closed) instance.kill();
      if (failure) {
        instance.kill();
        return { execution: { outcome: 'error', failure }, cold: true, duration: 0 };
      }
      return await this.#execute({ instance, idleSince: 0 }, request, true);
    } finally {
      this.#leave();
    }
  }

  retireIdle(): void {
    const before = this.#options.now() - this.#options.idleInstance;
    for (let index = this.#idle.length - 1; index >= 0; index--) {
      const slot = this.#idle[index];
      if (slot && slot.idleSince <= before) {
        this.#idle.splice(index, 1);
        void slot.instance.stop();
      }
    }
  }

  async drain(): Promise<void> {
    this.#closing = true;
    this.#stopIdle();
    // Nobody will ever leave a pool that has no place.
    if (this.#options.maxInstances === 0) this.#turnAway(new RetiredError());
    if (this.#busy > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    await this.#gone();
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#closed = true;
    this.#turnAway(new ClosedError());
    for (const instance of this.#instances) instance.kill();
    await this.#gone();
  }

  #turnAway(error: Error): void {
    for (const { fail } of this.#waiting.splice(0)) fail(error);
  }

  #stopIdle(): void {
    for (const { instance } of this.#idle.splice(0)) void instance.stop();
  }

  async #gone(): Promise<void> {
    await Promise.all([...this.#instances].map((instance) => instance.exited()));
  }

  async #execute(
    slot: Slot,
    request: Omit<InvokeMessage, 'type' | 'credentials'>,
    cold: boolean,
  ): Promise<{ execution: Execution; cold: boolean; duration: number }> {
    const started = performance.now();
    const execution = await slot.instance.invoke({ ...request, credentials: this.#options.instance.credentials() });
    const duration = performance.now() - started;
    if (this.#closing) {
      void slot.instance.stop();
    } else if (slot.instance.alive) {
      slot.idleSince = this.#options.now();
      this.#idle.push(slot);
    }
    return { execution, cold, duration };
  }

  #takeIdle(): Slot | undefined {
    for (let slot = this.#idle.pop(); slot; slot = this.#idle.pop()) if (slot.instance.alive) return slot;
    return undefined;
  }

  async #enter(patient: boolean): Promise<void> {
    if (this.#busy < this.#options.maxInstances) {
      this.#busy++;
      return;
    }
    if (this.#closed) throw new ClosedError();
    if (this.#closing && this.#options.maxInstances === 0) throw new RetiredError();
    const waiting = this.#waiting.filter((waiter) => !waiter.patient).length;
    if (!patient && waiting >= this.#options.maxWaiting) throw new ThrottledError();
    // The place of the request that leaves is handed over, so that `busy` does not change.
    await new Promise<void>((go, fail) => this.#waiting.push({ patient, go, fail }));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) {
      next.go();
      return;
    }
    this.#busy--;
    if (this.#busy === 0) this.#drained?.();
  }
}
