import { encodeOmsKey } from '#shared/encoding/encode.ts';
import type { Clock } from '#shared/http/clock.ts';
import { type Batch, toBatches } from '#shared/pipeline/batch.ts';
import { classify, FAILURES, type FailureKind } from '#shared/pipeline/failures.ts';
import type { KeyOutcome } from '#shared/pipeline/outcome.ts';
import { type SubmitOptions, submit } from '#shared/pipeline/submit.ts';
import type { Submissions } from './submissions.ts';

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
  /** Told of what was accepted. */
  readonly onAccepted?: (key: string, requestId: string | undefined) => void;
}

interface Request {
  readonly keys: readonly string[];
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
      for (const outcome of outcomes)
        if (outcome.status === 'accepted') this.#options.onAccepted?.(keys[outcome.index] ?? '', outcome.requestId);
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

export interface SubmissionRetriesOptions {
  readonly submitter: Pick<Submitter, 'submit'>;
  /** Earlier submissions; new ones are added. */
  readonly submissions: Submissions;
  readonly clock: Pick<Clock, 'now' | 'sleep' | 'random'>;
  /** Milliseconds in which keys may still be submitted. */
  readonly remaining: () => number;
}

/** Milliseconds, times 0.5 to 1: between the tries of keys whose call failed, each of which was tried several times itself. */
const WAITS = [1_000, 4_000] as const;
/** Keys, at most, that are tried one by one at last: the call of ten may fail for one of them. */
const ONE_BY_ONE = 100;
/** Tries in which whole batches were refused and nothing was ever accepted, after which no more are taken apart. */
const HOPELESS_TRIES = 5;
/** Failures for the sake of one object: as many submissions of it would end like this. */
const OF_OBJECT: ReadonlySet<string> = new Set(['OmsSync.KeyRefused', 'OmsSync.SourceObjectMissing']);

/**
 * Submits keys until each of them has an answer, or time must pass first, and remembers what was submitted. One of a
 * run.
 *
 * A refused key is no obstacle. Where OMS refuses whole batches, submitting takes but a few of them apart at a time: the
 * rest is submitted again at once, for among the keys of a refused batch there may be good ones. Once nothing seems to
 * be good they count as failed for this pass; the next one finds them again.
 */
export class SubmissionRetries {
  readonly #options: SubmissionRetriesOptions;
  #hopeless = 0;

  constructor(options: SubmissionRetriesOptions) {
    this.#options = options;
  }

  /**
   * Never rejects. Leaves out what OMS has accepted in this pass already: a step is done again where its range stops
   * before the step is accounted for.
   */
  async submit(keys: readonly string[]): Promise<Submitted> {
    const { submissions, clock } = this.#options;
    const accepted = new Set(keys.filter((key) => submissions.isAcceptedNow(key)));
    const { results, calls } = await this.#untilAnswered(keys.filter((key) => !accepted.has(key)));
    for (const [key, result] of results) {
      if (result.status === 'accepted') submissions.submitted(key, true, clock.now());
      else if (result.status === 'failed' && OF_OBJECT.has(result.failure.code))
        submissions.submitted(key, false, clock.now());
    }
    const resultOf = (key: string): KeyResult | undefined =>
      accepted.has(key) ? { key, status: 'accepted' } : results.get(key);
    return { results: keys.flatMap((key) => resultOf(key) ?? []), calls };
  }

  async #untilAnswered(keys: readonly string[]) {
    const results = new Map<string, KeyResult>();
    let open = keys;
    let calls = 0;
    let failedTries = 0;
    while (open.length > 0) {
      const oneByOne = failedTries === WAITS.length && open.length <= ONE_BY_ONE;
      const submitted = await this.#options.submitter.submit(open, oneByOne);
      calls += submitted.calls;
      for (const result of submitted.results) results.set(result.key, result);
      const blocked = submitted.results.filter((result) => result.status === 'blocked');
      this.#learn(submitted.results);
      if (blocked.length === 0) break;
      if (blocked.every(isRefusedBatch)) {
        if (this.#hopeless >= HOPELESS_TRIES) {
          for (const result of blocked) results.set(result.key, { ...result, status: 'failed' });
          break;
        }
      } else {
        const wait = WAITS[failedTries];
        if (wait === undefined || blocked.some(needsMoreThanTime) || !(await this.#wait(wait))) break;
        failedTries += 1;
      }
      open = blocked.map(({ key }) => key);
    }
    return { results, calls };
  }

  #learn(results: readonly KeyResult[]): void {
    if (results.some(({ status }) => status === 'accepted')) this.#hopeless = 0;
    else if (results.some((result) => result.status === 'blocked' && isRefusedBatch(result))) this.#hopeless += 1;
  }

  async #wait(most: number): Promise<boolean> {
    const { clock, remaining } = this.#options;
    const wait = most * (0.5 + clock.random() / 2);
    if (!(wait < remaining())) return false;
    await clock.sleep(wait);
    return true;
  }
}

function isRefusedBatch({ failure }: BlockedKey): boolean {
  return failure.code === 'OmsSync.BatchRefused';
}

/** A failure of a call, with a cause that is neither the account nor the task nor the time. */
export function isOfCall({ failure }: BlockedKey): boolean {
  return failure.scope === 'call' && failure.code !== 'OmsSync.DeadlineExceeded';
}

/** A call may succeed in a moment; an account or a task is put right by somebody, and used-up time does not come back. */
function needsMoreThanTime(result: BlockedKey): boolean {
  return !isRefusedBatch(result) && !isOfCall(result);
}
