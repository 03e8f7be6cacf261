import { randomUUID } from 'node:crypto';
import { ClosedError, InvocationError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { ExecutionResult } from '../types.ts';
import { type DestinationRecord, destinationRecord, type FailureCondition } from './destination.ts';
import { type AsyncEvent, Journal } from './journal.ts';

/** What the queue must know of a deployed function. */
export interface AsyncTarget {
  readonly urn: string;
  /** 0 to 3. */
  readonly maxRetries: number;
  /** Seconds. */
  readonly maxEventAge: number;
  /** Throws InvocationError when the request cannot run at all. */
  readonly execute: (requestId: string, event: string) => Promise<ExecutionResult>;
}

export interface AsyncQueueOptions {
  readonly journal: string;
  readonly concurrency: number;
  readonly now: () => number;
  /** Milliseconds before the nth retry. */
  readonly retryDelay: (retry: number) => number;
  /** Where a destination for failures will be attached. */
  readonly onFailure: (key: string, record: DestinationRecord) => void;
  /** The journal cannot be written. */
  readonly onError: (error: Error) => void;
}

interface Item extends AsyncEvent {
  attempts: number;
  /** Milliseconds since the epoch, before which it is not tried again. */
  notBefore: number;
}

interface Line {
  readonly items: Item[];
  running: number;
  timer: NodeJS.Timeout | undefined;
}

/** Asynchronous invocations: first in, first out per function, with retries and a maximum age. */
export class AsyncQueue {
  readonly #options: AsyncQueueOptions;
  readonly #journal: Journal;
  readonly #targets = new Map<string, AsyncTarget>();
  readonly #lines = new Map<string, Line>();
  readonly #idle: (() => void)[] = [];
  readonly #running = new Set<Promise<void>>();
  #closing = false;
  #counts = { accepted: 0, succeeded: 0, failed: 0, retried: 0 };

  private constructor(options: AsyncQueueOptions, journal: Journal) {
    this.#options = options;
    this.#journal = journal;
  }

  /** Opens the queue with what an earlier run accepted and did not finish. */
  static async open(options: AsyncQueueOptions): Promise<AsyncQueue> {
    const { journal, pending } = await Journal.open(options.journal);
    const queue = new AsyncQueue(options, journal);
    for (const event of pending) queue.#line(event.function).items.push({ ...event, attempts: 0, notBefore: 0 });
    return queue;
  }

  setTarget(key: string, target: AsyncTarget): void {
    this.#targets.set(key, target);
    this.#dispatch(key);
  }

  /**
   * Accepts an event: it is in the journal when this resolves.
   *
   * @returns the request id
   */
  async push(key: string, event: string): Promise<string> {
    if (this.#closing) throw new ClosedError();
    const item: Item = {
      id: randomUUID(),
      function: key,
      event,
      accepted: this.#options.now(),
      attempts: 0,
      notBefore: 0,
    };
    this.#counts.accepted++;
    const { attempts: _attempts, notBefore: _notBefore, ...entry } = item;
    // In line before it is written, so that the order of acceptance is the order of execution.
    this.#line(key).items.push(item);
    const written = this.#journal.add(entry);
    this.#dispatch(key);
    await written;
    return item.id;
  }

  /** Resolves when no event of a deployed function is waiting or running. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  stats(): { waiting: number; running: number; accepted: number; succeeded: number; failed: number; retried: number } {
    const lines = [...this.#lines.values()];
    return {
      waiting: lines.reduce((sum, line) => sum + line.items.length, 0),
      running: lines.reduce((sum, line) => sum + line.running, 0),
      ...this.#counts,
    };
  }

  /** Starts no more executions. What waits stays in the journal. */
  stop(): void {
    this.#closing = true;
    for (const line of this.#lines.values()) clearTimeout(line.timer);
  }

  /** Resolves when the running executions have ended and what they did is written. */
  async close(): Promise<void> {
    this.stop();
    await Promise.all(this.#running);
    await this.#journal.close();
    this.#wakeIdle(true);
  }

  #line(key: string): Line {
    let line = this.#lines.get(key);
    if (!line) {
      line = { items: [], running: 0, timer: undefined };
      this.#lines.set(key, line);
    }
    return line;
  }

  #dispatch(key: string): void {
    const line = this.#line(key);
    const target = this.#targets.get(key);
    if (!target || this.#closing) return;
    clearTimeout(line.timer);
    while (line.running < this.#options.concurrency) {
      const now = this.#options.now();
      const index = line.items.findIndex((item) => item.notBefore <= now);
      const [item] = index < 0 ? [] : line.items.splice(index, 1);
      if (!item) break;
      line.running++;
      const run = this.#run(key, target, item)
        .catch((error: unknown) => this.#options.onError(error as Error))
        .finally(() => {
          line.running--;
          this.#dispatch(key);
          this.#wakeIdle(false);
          this.#running.delete(run);
        });
      this.#running.add(run);
    }
    if (line.items.length > 0 && line.running < this.#options.concurrency) {
      const next = line.items.reduce((first, item) => Math.min(first, item.notBefore), Number.POSITIVE_INFINITY);
      line.timer = setTimeout(() => this.#dispatch(key), Math.max(1, next - this.#options.now()));
    }
  }

  async #run(key: string, target: AsyncTarget, item: Item): Promise<void> {
    const maxAge = target.maxEventAge * 1000;
    if (this.#options.now() - item.accepted > maxAge) {
      await this.#fail(key, target, item, 'EventAgeExceeded', undefined);
      return;
    }
    item.attempts++;
    let result: ExecutionResult | InvocationError;
    try {
      result = await target.execute(item.id, item.event);
    } catch (error) {
      result = error instanceof InvocationError ? error : new InvocationError(500, 'FSS.0500', String(error));
    }
    if (!(result instanceof Error) && result.outcome === 'success') {
      this.#counts.succeeded++;
      await this.#journal.done(item.id);
      return;
    }
    // Ended by the shutdown: the journal still holds it for the next start.
    if (this.#closing) return;
    if (item.attempts > Math.min(target.maxRetries, LIMITS.asyncRetries)) {
      await this.#fail(key, target, item, 'RetriesExhausted', result);
      return;
    }
    this.#counts.retried++;
    item.notBefore = this.#options.now() + this.#options.retryDelay(item.attempts);
    this.#line(key).items.push(item);
  }

  async #fail(
    key: string,
    target: AsyncTarget,
    item: Item,
    condition: FailureCondition,
    result: ExecutionResult | InvocationError | undefined,
  ): Promise<void> {
    this.#counts.failed++;
    const { id: requestId, event, attempts } = item;
    this.#options.onFailure(
      key,
      destinationRecord({ requestId, urn: target.urn, event, attempts, condition, result, time: item.accepted }),
    );
    await this.#journal.done(item.id);
  }

  #isIdle(): boolean {
    for (const [key, line] of this.#lines) {
      if (line.running > 0 || (line.items.length > 0 && this.#targets.has(key))) return false;
    }
    return true;
  }

  #wakeIdle(always: boolean): void {
    if (!always && !this.#isIdle()) return;
    for (const wake of this.#idle.splice(0)) wake();
  }
}
