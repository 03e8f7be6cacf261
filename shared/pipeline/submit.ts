import { DeadlineError } from '#shared/errors/deadline.ts';
import { OmsError } from '#shared/oms/errors.ts';
import type { Batch, BatchItem } from './batch.ts';
import { failureScope } from './failure-scope.ts';
import type { KeyOutcome } from './outcome.ts';

export interface SubmitOptions {
  /** Sends one call; retries of its own are included. */
  readonly send: (call: {
    readonly syncTaskId: string;
    readonly objectKeys: readonly string[];
  }) => Promise<{ readonly attempts: number }>;
  /** Most calls at a time. */
  readonly concurrency: number;
  /** Milliseconds that are left. */
  readonly remaining: () => number;
}

export interface Submitted {
  /** One per key, by ascending index. */
  readonly outcomes: readonly KeyOutcome[];
  /** Calls, those of bisecting included. */
  readonly calls: number;
  /** HTTP requests, retries included. */
  readonly attempts: number;
}

/** Milliseconds below which no further call is started: what a call, the answer and the log line need. */
const SHORTEST_CALL = 1_500;
/** Calls that failed one after the other, each with all its retries, after which OMS counts as down. */
const FAILURES_IN_A_ROW = 3;

/**
 * Sends batches and says per key what became of it. Never rejects.
 *
 * A batch that OMS refuses because of its content is halved until the key that is the cause stands alone. What stops
 * all further calls: credentials that are refused, time that is used up, OMS being down. What stops the calls of one
 * task: a task that does not exist.
 */
export async function submit(batches: readonly Batch[], options: SubmitOptions): Promise<Submitted> {
  const submission = new Submission(options);
  const queue = batches.values();
  // Workers settle per key and do not reject.
  const workers = Array.from({ length: Math.min(options.concurrency, batches.length) }, async () => {
    for (const batch of queue) await submission.sendBatch(batch);
  });
  await Promise.all(workers);
  return submission.finish();
}

interface Failure {
  readonly error: unknown;
  readonly retryable: boolean;
}

class Submission {
  readonly #options: SubmitOptions;
  readonly #outcomes: KeyOutcome[] = [];
  readonly #stoppedTasks = new Map<string, Failure>();
  /** Tasks that have accepted something, so that a refusal is about the keys. */
  readonly #accepting = new Set<string>();
  /** Tasks that refused every key of a batch alike: as far as is known, the cause is not in the keys. */
  readonly #refusing = new Set<string>();
  /** Batches of such tasks, not halved for the moment: 19 calls for 10 keys would most likely be for nothing. */
  readonly #deferred: { readonly batch: Batch; readonly error: unknown }[] = [];
  #stopped: Failure | undefined;
  #failuresInARow = 0;
  #calls = 0;
  #attempts = 0;

  constructor(options: SubmitOptions) {
    this.#options = options;
  }

  async sendBatch(batch: Batch): Promise<void> {
    const refusal = await this.#send(batch);
    if (refusal === undefined) return;
    if (this.#refusing.has(batch.syncTaskId)) this.#deferred.push({ batch, error: refusal });
    else await this.#isolate(batch, refusal);
  }

  async finish(): Promise<Submitted> {
    const probed = new Set<string>();
    for (const { batch, error } of this.#deferred) {
      // A second batch is taken apart before the task is given up; one accepted key anywhere clears the suspicion.
      const { syncTaskId } = batch;
      if (this.#accepting.has(syncTaskId) || !probed.has(syncTaskId)) await this.#isolate(batch, error);
      else this.#fail(batch.items, { error, retryable: true });
      probed.add(syncTaskId);
    }
    const outcomes = this.#outcomes.toSorted((a, b) => a.index - b.index);
    return { outcomes, calls: this.#calls, attempts: this.#attempts };
  }

  /** Halves a refused batch until each refused key stands alone. */
  async #isolate(batch: Batch, refusal: unknown): Promise<void> {
    const refusals: unknown[] = [];
    const take = async (items: readonly BatchItem[], error: unknown): Promise<void> => {
      if (items.length === 1) {
        refusals.push(error);
        this.#fail(items, { error, retryable: isRetryable(error) });
        return;
      }
      const middle = Math.ceil(items.length / 2);
      for (const half of [items.slice(0, middle), items.slice(middle)]) {
        const again = await this.#send({ syncTaskId: batch.syncTaskId, items: half });
        if (again !== undefined) await take(half, again);
      }
    };
    await take(batch.items, refusal);
    const allAlike = refusals.length === batch.items.length && refusals.length > 1 && alike(refusals);
    if (allAlike && !this.#accepting.has(batch.syncTaskId)) this.#refusing.add(batch.syncTaskId);
  }

  /**
   * One call. Settles its keys, unless OMS refuses the content.
   *
   * @returns the refusal of the content, of which the keys are still to be settled
   */
  async #send({ syncTaskId, items }: Batch): Promise<unknown> {
    const stopped = this.#reasonToStop(syncTaskId);
    if (stopped) {
      this.#fail(items, stopped);
      return undefined;
    }
    try {
      this.#calls += 1;
      const { attempts } = await this.#options.send({ syncTaskId, objectKeys: items.map(({ key }) => key) });
      this.#attempts += attempts;
    } catch (error) {
      this.#attempts += error instanceof OmsError ? error.attempts : 0;
      return this.#failed(syncTaskId, items, error);
    }
    this.#failuresInARow = 0;
    this.#accepting.add(syncTaskId);
    this.#refusing.delete(syncTaskId);
    for (const { index } of items) this.#outcomes.push({ index, status: 'accepted' });
    return undefined;
  }

  #failed(syncTaskId: string, items: readonly BatchItem[], error: unknown): unknown {
    const scope = failureScope(error);
    if (scope === 'call') this.#failuresInARow += 1;
    else this.#failuresInARow = 0;
    if (scope === 'content') return error;
    // The next invocation has other temporary credentials, and permissions take a while to arrive.
    const failure = { error, retryable: scope === 'account' || isRetryable(error) };
    if (scope === 'task') this.#stoppedTasks.set(syncTaskId, failure);
    else if (scope === 'account' || this.#failuresInARow >= FAILURES_IN_A_ROW) this.#stopped ??= failure;
    this.#fail(items, failure);
    return undefined;
  }

  #reasonToStop(syncTaskId: string): Failure | undefined {
    if (this.#options.remaining() < SHORTEST_CALL) this.#stopped ??= { error: new DeadlineError(), retryable: true };
    return this.#stopped ?? this.#stoppedTasks.get(syncTaskId);
  }

  #fail(items: readonly BatchItem[], { error, retryable }: Failure): void {
    for (const { index } of items) this.#outcomes.push({ index, status: 'failed', error, retryable });
  }
}

/** A defect of ours is retryable: the platform keeps the event, and an engineer sees the invocation fail. */
function isRetryable(error: unknown): boolean {
  return error instanceof OmsError ? error.retryable : true;
}

function alike(errors: readonly unknown[]): boolean {
  const codes = errors.map((error) => (error instanceof OmsError ? error.omsErrorCode : undefined));
  return new Set(codes).size === 1;
}
