import { encodeOmsKey } from '#shared/encoding/encode.ts';
import { type Batch, toBatches } from '#shared/pipeline/batch.ts';
import { classify } from '#shared/pipeline/failures.ts';
import type { KeyOutcome } from '#shared/pipeline/outcome.ts';
import { type SubmitOptions, type Submitted, submit } from '#shared/pipeline/submit.ts';

export interface SubmitterOptions extends SubmitOptions {
  readonly syncTaskId: string;
  readonly maxKeysPerCall: number;
}

/** What became of the keys of one request, in their order. */
export interface SubmittedKeys {
  readonly outcomes: readonly KeyOutcome[];
  /** Calls that carried keys. Those of requests that were sent together are told to the first of them. */
  readonly calls: number;
}

interface Request {
  readonly keys: readonly string[];
  /** Most keys of a call. */
  readonly size: number;
  readonly resolve: (submitted: SubmittedKeys) => void;
}

/**
 * Submits keys for all workers of a run, one submission at a time: what comes while one is under way goes together with
 * the next. So the bound on calls is one of the run, and what a submission learns of the task holds for all workers.
 */
export class Submitter {
  readonly #options: SubmitterOptions;
  #waiting: Request[] = [];
  #busy = false;

  constructor(options: SubmitterOptions) {
    this.#options = options;
  }

  /**
   * Never rejects. Tells of every key.
   *
   * @param keys real names, each one that a call can carry
   * @param oneByOne each in a call of its own, so that none fails for another
   */
  submit(keys: readonly string[], oneByOne = false): Promise<SubmittedKeys> {
    return new Promise((resolve) => {
      this.#waiting.push({ keys, size: oneByOne ? 1 : this.#options.maxKeysPerCall, resolve });
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const requests = this.#waiting;
      this.#waiting = [];
      const { outcomes, calls } = await this.#send(requests);
      let start = 0;
      for (const [index, { keys, resolve }] of requests.entries()) {
        resolve({ outcomes: outcomes.slice(start, start + keys.length), calls: index === 0 ? calls : 0 });
        start += keys.length;
      }
    }
    this.#busy = false;
  }

  async #send(requests: readonly Request[]): Promise<Submitted> {
    try {
      return await submit(this.#batches(requests), this.#options);
    } catch (error) {
      // A defect of ours: no key is accepted, none is given up.
      const failure = classify(error);
      const keys = requests.flatMap((request) => request.keys);
      const outcomes = keys.map((_, index) => ({ index, status: 'failed', error, failure, retryable: true }) as const);
      return { outcomes, calls: 0, attempts: 0 };
    }
  }

  /** A call has keys of requests of one size; their indexes are places among the keys of all requests. */
  #batches(requests: readonly Request[]): Batch[] {
    const { syncTaskId } = this.#options;
    const bySize = new Map<number, { index: number; key: string }[]>();
    let index = 0;
    for (const { keys, size } of requests) {
      const items = bySize.get(size) ?? [];
      bySize.set(size, items);
      for (const key of keys) items.push({ index: index++, key: encodeOmsKey(key) });
    }
    return [...bySize].flatMap(([size, items]) =>
      toBatches(
        items.map(({ key }) => ({ syncTaskId, key })),
        size,
      ).map((batch) => ({
        ...batch,
        items: batch.items.map(({ index: place, key }) => ({ index: items[place]?.index ?? place, key })),
      })),
    );
  }
}
