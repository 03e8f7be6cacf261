import type { Clock } from '#shared/http/clock.ts';
import { FAILURES, type FailureKind } from '#shared/pipeline/failures.ts';
import type { KeyOutcome } from '#shared/pipeline/outcome.ts';
import type { SubmittedKeys } from './submitter.ts';

/** What became of one key in the end. */
export type KeyResult =
  | { readonly status: 'accepted' }
  /** No further try would cure it, or none that this pass can make. */
  | { readonly status: 'failed'; readonly failure: FailureKind; readonly error: unknown }
  /** Time may cure it: nothing behind it counts as done. */
  | { readonly status: 'blocked'; readonly failure: FailureKind; readonly error: unknown };

export interface Rounded {
  /** One per key, in order. */
  readonly results: readonly KeyResult[];
  readonly calls: number;
}

export interface SubmissionRetriesOptions {
  readonly submit: (keys: readonly string[], oneByOne: boolean) => Promise<SubmittedKeys>;
  readonly clock: Pick<Clock, 'now' | 'sleep' | 'random'>;
  /** Milliseconds in which keys may still be submitted. */
  readonly remaining: () => number;
}

/** Milliseconds, times 0.5 to 1: between the tries of keys whose call failed, each of which was tried several times itself. */
const WAITS = [1_000, 4_000] as const;
/** Keys, at most, that are tried one by one at last: the call of ten may fail for one of them. */
const ONE_BY_ONE = 100;
/** SubmissionRetries in which whole batches were refused and nothing was ever accepted, after which no more are taken apart. */
const HOPELESS_ROUNDS = 5;

/**
 * Submits keys until each of them has an answer, or time must pass first. One of a run.
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

  async submit(keys: readonly string[]): Promise<Rounded> {
    const results: (KeyResult | undefined)[] = keys.map(() => undefined);
    let calls = 0;
    let failedRounds = 0;
    for (;;) {
      const open = [...keys.keys()].filter(
        (index) => results[index]?.status !== 'accepted' && !isFinal(results[index]),
      );
      if (open.length === 0) break;
      const submitted = await this.#options.submit(
        open.map((index) => keys[index] ?? ''),
        failedRounds === WAITS.length && open.length <= ONE_BY_ONE,
      );
      calls += submitted.calls;
      for (const [place, index] of open.entries()) results[index] = toResult(submitted.outcomes[place]);
      const blocked = open.flatMap((index) => (results[index]?.status === 'blocked' ? [results[index]] : []));
      this.#learn(submitted.outcomes);
      if (blocked.length === 0) break;
      if (blocked.every(isRefusedBatch)) {
        if (this.#hopeless < HOPELESS_ROUNDS) continue;
        for (const index of open) results[index] = givenUp(results[index]);
        break;
      }
      const wait = WAITS[failedRounds];
      if (wait === undefined || blocked.some(needsMoreThanTime) || !(await this.#wait(wait))) break;
      failedRounds += 1;
    }
    return { results: results.map((result) => result ?? toResult(undefined)), calls };
  }

  #learn(outcomes: readonly KeyOutcome[]): void {
    if (outcomes.some(({ status }) => status === 'accepted')) this.#hopeless = 0;
    else if (outcomes.some((outcome) => outcome.status === 'failed' && isRefusedBatch(outcome))) this.#hopeless += 1;
  }

  async #wait(most: number): Promise<boolean> {
    const { clock, remaining } = this.#options;
    const wait = most * (0.5 + clock.random() / 2);
    if (!(wait < remaining())) return false;
    await clock.sleep(wait);
    return true;
  }
}

function toResult(outcome: KeyOutcome | undefined): KeyResult {
  if (outcome?.status === 'accepted') return { status: 'accepted' };
  const { error, failure = FAILURES['OmsSync.Internal'] } = outcome ?? {};
  return { status: outcome?.retryable === false ? 'failed' : 'blocked', failure, error };
}

function isFinal(result: KeyResult | undefined): boolean {
  return result?.status === 'failed';
}

function isRefusedBatch(result: { readonly failure?: FailureKind }): boolean {
  return result.failure?.code === 'OmsSync.BatchRefused';
}

function givenUp(result: KeyResult | undefined): KeyResult | undefined {
  return result?.status === 'blocked' ? { ...result, status: 'failed' } : result;
}

/** A failure of a call, with a cause that is neither the account nor the task nor the time. */
export function isOfCall({ failure }: Exclude<KeyResult, { readonly status: 'accepted' }>): boolean {
  return failure.scope === 'call' && failure.code !== 'OmsSync.DeadlineExceeded';
}

/** A call may succeed in a moment; an account or a task is put right by somebody, and used-up time does not come back. */
function needsMoreThanTime(result: KeyResult): boolean {
  if (result.status === 'accepted' || isRefusedBatch(result)) return false;
  return !isOfCall(result);
}
