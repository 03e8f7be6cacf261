import { DeadlineError } from '#shared/errors/base.ts';
import { OmsError } from '#shared/oms/errors.ts';
import { type Batch, type BatchItem, inTurns } from './batch.ts';
import { forEachConcurrently } from './concurrently.ts';
import { classify, FAILURES, type FailureKind } from './failures.ts';
import { isolate, type Sent } from './isolate.ts';
import type { KeyOutcome } from './outcome.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { TaskState } from './task-states.ts';

export interface SubmitOptions {
  /**
   * Sends one call; retries of its own are included. It must end by itself when `remaining` is at `reserveMs`: a call
   * under way is waited for.
   */
  readonly send: (call: {
    readonly syncTaskId: string;
    readonly objectKeys: readonly string[];
  }) => Promise<{ readonly attempts: number; readonly requestId?: string }>;
  readonly concurrency: number;
  /** Milliseconds that are left. */
  readonly remaining: () => number;
  /** Milliseconds to leave for what comes after the last call; none where it is left out. */
  readonly reserveMs?: number;
  /** Bounds calls per second. */
  readonly limiter?: Pick<RateLimiter, 'take'>;
  /** Asked before a refusal is blamed on keys; `unknown` where it is left out. */
  readonly taskState?: (syncTaskId: string) => Promise<TaskState>;
  /**
   * 0 to 1: which batch is the first. An event that does not fit the time of one invocation is delivered again from its
   * beginning, and would end at the same place each time; with another start each time every part of it gets its turn.
   * What is left when the platform gives up is in the failure destination, of which redrive keeps what it did not
   * finish. Without it the batches are sent in their order.
   */
  readonly random?: () => number;
}

export interface Submitted {
  /** One per key, by ascending index. */
  readonly outcomes: readonly KeyOutcome[];
  /** Calls that carried keys, those of bisecting included. */
  readonly calls: number;
  /** HTTP requests of these calls, retries included. */
  readonly attempts: number;
}

/** Milliseconds below which no further call is started: what a call, the answer and the log line need. */
const SHORTEST_CALL = 1_500;
// No circuit breaker across invocations: failing at once burns the platform's three retries. Simulated for 30 minutes of
// timeouts at 55 events a second, 72,000 of 99,000 events were given up with one, and none without.
/** Calls that failed one after the other, each with all its retries, after which OMS counts as down. */
const FAILURES_IN_A_ROW = 3;
/** Batches of a task that are taken apart although every key of each was refused alike. */
const REFUSED_BATCHES = 2;

/**
 * Sends batches and says per key what became of it. Never rejects; tells of every key exactly once.
 *
 * Tasks take turns, so that none starves another. A batch that OMS refuses because of its content is taken apart until
 * the key that is the cause stands alone. What stops all further calls: credentials that are refused, time that is used
 * up, OMS being down. What stops the calls of one task: a task that does not exist, is stopped or fails on its own.
 */
export async function submit(batches: readonly Batch[], options: SubmitOptions): Promise<Submitted> {
  const submission = new Submission(options);
  await submission.work(inTurns(batches, options.random?.() ?? 0), (batch) => submission.sendBatch(batch));
  await submission.finish();
  return submission.result(batches);
}

interface Failure {
  readonly error: unknown;
  readonly failure: FailureKind;
}

interface RefusedBatch extends Batch {
  readonly error: unknown;
}

class Task {
  /** It accepted something, and did not refuse a whole batch since: a refusal is about the keys. */
  accepts = false;
  accepted = 0;
  /** A batch is being taken apart before it is known whether the task accepts anything. */
  probing = false;
  /**
   * Batches that were taken apart to find every key refused alike, with nothing accepted since: as far as is known, the
   * cause is not in the keys.
   */
  refusedBatches = 0;
  failuresInARow = 0;
  stopped: Failure | undefined;
}

class Submission {
  readonly #options: SubmitOptions;
  readonly #outcomes: (KeyOutcome | undefined)[] = [];
  readonly #tasks = new Map<string, Task>();
  /** Refused batches that are not taken apart for the moment: 18 calls for 10 keys would most likely be for nothing. */
  readonly #deferred: RefusedBatch[] = [];
  #stopped: Failure | undefined;
  #failuresInARow = 0;
  #calls = 0;
  #attempts = 0;

  constructor(options: SubmitOptions) {
    this.#options = options;
  }

  /** Does the work of each entry, as many at a time as there may be calls. */
  async work<T extends Batch>(entries: readonly T[], act: (entry: T) => Promise<void>): Promise<void> {
    await forEachConcurrently(entries, Math.max(1, this.#options.concurrency), async (entry) => {
      try {
        await act(entry);
      } catch (error) {
        // A defect of ours. Keys without an outcome are as retryable as it is unknown.
        this.#fail(entry.items, toFailure(error));
      }
    });
  }

  async sendBatch(batch: Batch): Promise<void> {
    const sent = await this.#send(batch);
    if (sent.status !== 'refused') return;
    const task = this.#task(batch.syncTaskId);
    if (task.accepts || (!task.probing && task.refusedBatches < REFUSED_BATCHES))
      await this.#takeApart({ ...batch, error: sent.error }, task);
    else this.#deferred.push({ ...batch, error: sent.error });
  }

  /** Deals with what was deferred: one accepted key anywhere has cleared its task of the suspicion. */
  async finish(): Promise<void> {
    const cleared: RefusedBatch[] = [];
    const takeApart = (refused: RefusedBatch) => this.#takeApart(refused, this.#task(refused.syncTaskId));
    for (const refused of this.#deferred) {
      const { accepts, refusedBatches } = this.#task(refused.syncTaskId);
      if (accepts) cleared.push(refused);
      else if (refusedBatches < REFUSED_BATCHES) await this.work([refused], takeApart);
      else this.#fail(refused.items, { error: refused.error, failure: FAILURES['OmsSync.BatchRefused'] });
    }
    await this.work(cleared, takeApart);
  }

  result(batches: readonly Batch[]): Submitted {
    // Finds nothing, unless there is a defect above.
    for (const { items } of batches)
      for (const item of items)
        if (this.#outcomes[item.index] === undefined) this.#fail([item], toFailure(new Error('The key was left out.')));
    const outcomes = this.#outcomes.filter((outcome) => outcome !== undefined);
    return { outcomes, calls: this.#calls, attempts: this.#attempts };
  }

  async #takeApart({ syncTaskId, items, error }: RefusedBatch, task: Task): Promise<void> {
    const acceptedBefore = task.accepted;
    const probes = !task.accepts;
    task.probing ||= probes;
    try {
      const state = this.#reasonToStop(task) === undefined ? await this.#ask(error, syncTaskId, task) : 'unknown';
      const stopped = this.#reasonToStop(task);
      if (stopped) {
        this.#fail(items, stopped);
        return;
      }
      const refusals = await isolate(items, error, {
        send: (part) => this.#send({ syncTaskId, items: part }),
        reject: (item, refusal) => this.#fail([item], toRefusal(refusal, state === 'running' || task.accepted > 0)),
      });
      const isSuspicious = refusals.length === items.length && items.length > 1 && alike(refusals);
      if (isSuspicious && task.accepted === acceptedBefore) {
        task.accepts = false;
        task.refusedBatches += 1;
      }
    } finally {
      if (probes) task.probing = false;
    }
  }

  /** One call. Records the outcome of its keys, unless OMS refuses the content. */
  async #send({ syncTaskId, items }: Batch): Promise<Sent> {
    const task = this.#task(syncTaskId);
    let requestId: string | undefined;
    try {
      const stopped = this.#reasonToStop(task) ?? (await this.#reasonAfterWaiting(task));
      if (stopped) {
        this.#fail(items, stopped);
        return { status: 'failed' };
      }
      this.#calls += 1;
      const sent = await this.#options.send({ syncTaskId, objectKeys: items.map(({ key }) => key) });
      this.#attempts += sent.attempts;
      ({ requestId } = sent);
    } catch (error) {
      this.#attempts += error instanceof OmsError ? error.attempts : 0;
      return this.#failed(syncTaskId, task, items, error);
    }
    this.#failuresInARow = 0;
    task.failuresInARow = 0;
    task.accepts = true;
    task.accepted += 1;
    task.refusedBatches = 0;
    const accepted = { status: 'accepted', ...(requestId !== undefined && { requestId }) } as const;
    for (const { index } of items) this.#record({ index, ...accepted });
    return { status: 'accepted' };
  }

  async #failed(syncTaskId: string, task: Task, items: readonly BatchItem[], error: unknown): Promise<Sent> {
    const failure = classify(error);
    const isCall = failure.scope === 'call';
    this.#failuresInARow = isCall ? this.#failuresInARow + 1 : 0;
    task.failuresInARow = isCall ? task.failuresInARow + 1 : 0;
    if (failure.scope === 'content') return { status: 'refused', error };
    const failed = { error, failure };
    if (failure.scope === 'account' || this.#failuresInARow >= FAILURES_IN_A_ROW) this.#stopped ??= failed;
    else if (task.failuresInARow >= FAILURES_IN_A_ROW) task.stopped ??= failed;
    this.#fail(items, failure.scope === 'task' ? await this.#stopTask(failed, syncTaskId, task) : failed);
    return { status: 'failed' };
  }

  /** A task that OMS says is missing or cannot be used: what ShowSyncTask says of it counts more than the code. */
  async #stopTask(failed: Failure, syncTaskId: string, task: Task): Promise<Failure> {
    const state = await this.#ask(failed.error, syncTaskId, task);
    const contradicts = state === 'running' && !failed.failure.retryable;
    task.stopped ??= contradicts ? { error: failed.error, failure: FAILURES['OmsSync.SyncTaskRefused'] } : failed;
    return task.stopped;
  }

  /** Asks for the state of a task that refused something, and stops the task where the state is the reason. */
  async #ask(error: unknown, syncTaskId: string, task: Task): Promise<TaskState> {
    let state: TaskState | undefined;
    try {
      state = await this.#options.taskState?.(syncTaskId);
    } catch {
      // The refusal itself says more.
    }
    if (state === 'stopped') task.stopped ??= { error, failure: FAILURES['OmsSync.SyncTaskStopped'] };
    if (state === 'missing') task.stopped ??= { error, failure: FAILURES['OmsSync.SyncTaskNotFound'] };
    return state ?? 'unknown';
  }

  #reasonToStop(task: Task): Failure | undefined {
    if (!(this.#time() >= SHORTEST_CALL)) this.#stopForTime();
    return this.#stopped ?? task.stopped;
  }

  async #reasonAfterWaiting(task: Task): Promise<Failure | undefined> {
    const { limiter } = this.#options;
    if (limiter === undefined) return undefined;
    if (!(await limiter.take(1, () => this.#time() - SHORTEST_CALL))) this.#stopForTime();
    return this.#reasonToStop(task);
  }

  #stopForTime(): void {
    this.#stopped ??= toFailure(new DeadlineError());
  }

  #time(): number {
    return this.#options.remaining() - (this.#options.reserveMs ?? 0);
  }

  #task(syncTaskId: string): Task {
    let task = this.#tasks.get(syncTaskId);
    if (task === undefined) {
      task = new Task();
      this.#tasks.set(syncTaskId, task);
    }
    return task;
  }

  #fail(items: readonly BatchItem[], { error, failure }: Failure): void {
    for (const { index } of items)
      this.#record({ index, status: 'failed', error, failure, retryable: failure.retryable });
  }

  /** The first outcome of a key counts. */
  #record(outcome: KeyOutcome): void {
    this.#outcomes[outcome.index] ??= outcome;
  }
}

function toFailure(error: unknown): Failure {
  return { error, failure: classify(error) };
}

/**
 * The failure of a key that was refused alone. Every refusal of OMS has a code; one without may be that of a proxy, which knows
 * nothing of keys.
 *
 * @param reachesOms OMS itself has answered a call about this task
 */
function toRefusal(error: unknown, reachesOms: boolean): Failure {
  const isAnonymous = error instanceof OmsError && error.omsErrorCode === undefined;
  return isAnonymous && !reachesOms ? { error, failure: FAILURES['OmsSync.OmsUnexpectedAnswer'] } : toFailure(error);
}

function alike(errors: readonly unknown[]): boolean {
  const codes = errors.map((error) => (error instanceof OmsError ? error.omsErrorCode : undefined));
  return new Set(codes).size === 1;
}
