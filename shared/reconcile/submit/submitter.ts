import { encodeOmsKey } from '#shared/encoding/encode.ts';
import { type Batch, toBatches } from '#shared/pipeline/batch.ts';
import { classify, FAILURES, type FailureKind } from '#shared/pipeline/failures.ts';
import type { KeyOutcome } from '#shared/pipeline/outcome.ts';
import { type SubmitOptions, submit } from '#shared/pipeline/submit.ts';

/** Outcome of one key. */
export type KeyResult = { readonly key: string } & (
  | { readonly status: 'accepted' }
  /** No further try would cure it, or none that this pass can make. */
  | { readonly status: 'failed'; readonly failure: FailureKind; readonly error: unknown }
  /** Time may cure it: nothing behind it counts as done. */
  | { readonly status: 'blocked'; readonly failure: FailureKind; readonly error: unknown }
);
export type FailedKey = Extract<KeyResult, { readonly status: 'failed' }>;
export type BlockedKey = Extract<KeyResult, { readonly status: 'blocked' }>;

/** Outcomes of keys that were submitted together, in their order. */
export interface Submitted {
  readonly results: readonly KeyResult[];
  /** Calls that carried keys. The first of several requests that were sent together counts them all. */
  readonly calls: number;
}

/** Submits keys, each of which a call can carry, and never rejects. */
export type SubmitKeys = (keys: readonly string[]) => Promise<Submitted>;

export interface SubmitterOptions extends SubmitOptions {
  readonly syncTaskId: string;
  readonly maxKeysPerCall: number;
}

interface Request {
  readonly keys: readonly string[];
  /** Most keys of a call. */
  readonly size: number;
  readonly resolve: (submitted: Submitted) => void;
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
  submit(keys: readonly string[], oneByOne = false): Promise<Submitted> {
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
      const { results, calls } = await this.#send(requests);
      let start = 0;
      for (const [index, { keys, resolve }] of requests.entries()) {
        resolve({ results: results.slice(start, start + keys.length), calls: index === 0 ? calls : 0 });
        start += keys.length;
      }
    }
    this.#busy = false;
  }

  async #send(requests: readonly Request[]): Promise<Submitted> {
    const keys = requests.flatMap((request) => request.keys);
    try {
      const { outcomes, calls } = await submit(this.#batches(requests), this.#options);
      return { results: keys.map((key, index) => toResult(key, outcomes[index])), calls };
    } catch (error) {
      // A defect of ours: no key is accepted, none is given up.
      const failure = classify(error);
      return { results: keys.map((key) => ({ key, status: 'blocked', failure, error })), calls: 0 };
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

function toResult(key: string, outcome: KeyOutcome | undefined): KeyResult {
  if (outcome?.status === 'accepted') return { key, status: 'accepted' };
  const { error, failure = FAILURES['OmsSync.Internal'] } = outcome ?? {};
  return { key, status: outcome?.retryable === false ? 'failed' : 'blocked', failure, error };
}
