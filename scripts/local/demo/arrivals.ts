import { type Arrival, preciseNow } from './protocol.ts';

/** When each object was acknowledged to the uploader and when OMS had dealt with it. */
export class Arrivals {
  readonly #uploadedAt = new Map<string, number>();
  readonly #arrivedAt = new Map<string, number>();

  get count(): number {
    return this.#arrivedAt.size;
  }

  arrived(arrivals: readonly Arrival[]): void {
    for (const { key, at } of arrivals) if (!this.#arrivedAt.has(key)) this.#arrivedAt.set(key, at);
  }

  uploaded(key: string): void {
    this.#uploadedAt.set(key, preciseNow());
  }

  /** Milliseconds from upload to arrival, ascending. */
  latencies(): number[] {
    const all: number[] = [];
    for (const [key, uploaded] of this.#uploadedAt) {
      const arrived = this.#arrivedAt.get(key);
      // A fast copy can be done before the uploader has read its answer.
      if (arrived !== undefined) all.push(Math.max(0, arrived - uploaded));
    }
    return all.sort((a, b) => a - b);
  }

  /** Waits until so many objects have arrived (true), or nothing has arrived for `patience` milliseconds. */
  async until(expected: () => Promise<number | undefined>, patience: number): Promise<boolean> {
    let last = this.count;
    let since = performance.now();
    for (;;) {
      const count = await expected();
      if (count !== undefined && this.count >= count) return true;
      if (this.count > last) {
        last = this.count;
        since = performance.now();
      } else if (performance.now() - since >= patience) return false;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
