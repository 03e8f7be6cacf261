import { randomUUID } from 'node:crypto';
import { ClosedError, EventTooLargeError, InvocationError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { ExecutionResult } from '../types.ts';
import {
  type DestinationRecord,
  destinationRecord,
  type Failure,
  type FailureCondition,
  failureOf,
} from './destination.ts';
import { type AsyncEvent, EventJournal } from './journal.ts';
import { Line } from './line.ts';
import type { AsyncQueueOptions, AsyncTarget } from './options.ts';

export interface AsyncStats {
  /** Events that wait for their turn, their next attempt, or their destination. */
  readonly waiting: number;
  readonly running: number;
  readonly accepted: number;
  readonly succeeded: number;
  /** Given up, whatever became of the record. */
  readonly failed: number;
  readonly retried: number;
  readonly destination_stored: number;
  readonly destination_failed: number;
}

/** An invocation as the platform tells of it: not its event, and not how often it was tried. */
export interface AsyncInvocation {
  readonly id: string;
  readonly status: 'WAIT' | 'RUNNING' | 'SUCCESS' | 'FAIL' | 'DISCARD';
  /** Milliseconds since the epoch; of an invocation that has not run yet, when it was accepted. */
  readonly started: number;
  readonly ended?: number;
  readonly error?: string;
}

interface Item extends AsyncEvent {
  status: AsyncInvocation['status'];
  ended?: number;
  attempts: number;
  next: number;
  result: ExecutionResult | InvocationError | undefined;
  failure: Failure | undefined;
  tries: number;
}

interface Lane {
  readonly items: Line<Item>;
  running: number;
  timer: NodeJS.Timeout | undefined;
}

/** The function was deployed without its destination while a record waited for it. */
class NoDestinationError extends Error {
  override readonly name = 'NoDestinationError';

  constructor() {
    super('the function has no destination any more');
  }
}

/** Milliseconds after which an event goes on whose progress could not be written. */
const JOURNAL_PAUSE = 1000;
/** Invocations that are told of; the oldest that are over go first. */
const KNOWN = 10_000;
/** The longest wait of setTimeout; a longer one is taken in steps. */
const MAX_WAIT = 2 ** 31 - 1;

/**
 * Asynchronous invocations: first in, first out per function, with retries, a maximum age, and a destination for what
 * is given up. All of it is in the journal, so that a process that ends in whatever way loses nothing and begins nothing
 * anew: attempts that were made count, the next one comes when it is due, and an event leaves only when its function
 * has succeeded or its destination has taken it.
 */
export class AsyncQueue {
  readonly #options: AsyncQueueOptions;
  readonly #journal: EventJournal;
  readonly #targets = new Map<string, AsyncTarget>();
  readonly #lanes = new Map<string, Lane>();
  /** Invocations that are not over, and the last ones that are, by their ids. */
  readonly #known = new Map<string, Item>();
  readonly #idle: (() => void)[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #aborter = new AbortController();
  #closing = false;
  #held: boolean;
  readonly #counts = {
    accepted: 0,
    succeeded: 0,
    failed: 0,
    retried: 0,
    destination_stored: 0,
    destination_failed: 0,
  };

  private constructor(options: AsyncQueueOptions, journal: EventJournal) {
    this.#options = options;
    this.#journal = journal;
    this.#held = options.hold === true;
  }

  /** Opens the queue with what an earlier run accepted and did not finish. Throws JournalDamagedError. */
  static async open(options: AsyncQueueOptions): Promise<AsyncQueue> {
    const { journal, pending } = await EventJournal.open(options.journal);
    const queue = new AsyncQueue(options, journal);
    for (const { attempts = 0, next = 0, tries = 0, failure, ...event } of pending)
      queue.#wait({ ...event, status: 'WAIT', attempts, next, tries, failure, result: undefined });
    return queue;
  }

  setTarget(key: string, target: AsyncTarget): void {
    this.#targets.set(key, target);
    this.#dispatch(key);
  }

  release(): void {
    this.#held = false;
    for (const key of this.#lanes.keys()) this.#dispatch(key);
  }

  /** Forgets a target; its waiting events stay for its next deployment. */
  removeTarget(key: string): void {
    this.#targets.delete(key);
    clearTimeout(this.#lanes.get(key)?.timer);
    this.#wakeIdle(false);
  }

  orphans(): string[] {
    return [...this.#lanes]
      .filter(([key, { items }]) => items.length > 0 && !this.#targets.has(key))
      .map(([key]) => key);
  }

  /** Accepts an event: it is in the journal when this resolves. Returns the request id. */
  async push(key: string, text: string): Promise<string> {
    if (this.#closing) throw new ClosedError();
    const event: AsyncEvent = { id: randomUUID(), function: key, event: text, accepted: this.#options.now() };
    this.#counts.accepted++;
    // The event gets in line before it is written, so that the order of acceptance is the order of execution.
    this.#wait({ ...event, status: 'WAIT', attempts: 0, next: 0, tries: 0, failure: undefined, result: undefined });
    const written = this.#journal.add(event);
    this.#dispatch(key);
    await written;
    return event.id;
  }

  /** Resolves when no event of a deployed function is waiting or running, nor on its way to a destination. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  stats(): AsyncStats {
    const lanes = [...this.#lanes.values()];
    return {
      waiting: lanes.reduce((sum, lane) => sum + lane.items.length, 0),
      running: lanes.reduce((sum, lane) => sum + lane.running, 0),
      ...this.#counts,
    };
  }

  /** Invocations of a target, newest first. */
  invocations(key: string): AsyncInvocation[] {
    return [...this.#known.values()]
      .filter((item) => item.function === key)
      .reverse()
      .map(({ id, status, accepted, ended, failure }) => ({
        id,
        status,
        started: accepted,
        ...(ended === undefined ? {} : { ended }),
        ...(failure === undefined ? {} : { error: failure.error }),
      }));
  }

  stop(): void {
    this.#closing = true;
    for (const lane of this.#lanes.values()) clearTimeout(lane.timer);
  }

  async close(): Promise<void> {
    this.stop();
    this.#aborter.abort();
    await Promise.all(this.#running);
    await this.#journal.close();
    this.#wakeIdle(true);
  }

  #lane(key: string): Lane {
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = { items: new Line(), running: 0, timer: undefined };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #wait(item: Item): void {
    if (item.status === 'RUNNING') item.status = 'WAIT';
    this.#known.set(item.id, item);
    this.#lane(item.function).items.push(item, this.#options.now());
  }

  #dispatch(key: string): void {
    const lane = this.#lane(key);
    const target = this.#targets.get(key);
    if (!target || this.#closing || this.#held) return;
    clearTimeout(lane.timer);
    while (lane.running < this.#options.concurrency) {
      const item = lane.items.take(this.#options.now());
      if (!item) break;
      lane.running++;
      const run = (item.failure ? this.#handOver(key, target, item, item.failure) : this.#run(key, target, item))
        .catch((error: unknown) => {
          this.#options.onError(error as Error);
          // The journal did not take what happened: the event stays, rather than being forgotten until the next start.
          item.next = Math.max(item.next, this.#options.now() + JOURNAL_PAUSE);
          this.#wait(item);
        })
        .finally(() => {
          lane.running--;
          this.#dispatch(key);
          this.#wakeIdle(false);
          this.#running.delete(run);
        });
      this.#running.add(run);
    }
    const next = lane.items.nextTime();
    if (next === undefined || lane.running >= this.#options.concurrency) return;
    const wait = Math.min(Math.max(1, next - this.#options.now()), MAX_WAIT);
    lane.timer = setTimeout(() => this.#dispatch(key), wait);
  }

  async #run(key: string, target: AsyncTarget, item: Item): Promise<void> {
    const { now, retryDelay } = this.#options;
    const tooOld = item.accepted + target.maxEventAge * 1000;
    if (now() > tooOld) return this.#giveUp(key, target, item, 'EventAgeExceeded');
    item.status = 'RUNNING';
    try {
      item.result = await target.execute(item.id, item.event);
    } catch (error) {
      item.result = error instanceof InvocationError ? error : new InvocationError(500, 'FSS.0500', String(error));
    }
    if (!(item.result instanceof Error) && item.result.outcome === 'success') {
      this.#counts.succeeded++;
      this.#over(item, 'SUCCESS');
      await this.#journal.done(item.id);
      return;
    }
    // Ended by the shutdown, as a killed process would have ended it: this attempt is made again at the next start.
    if (this.#closing) return;
    item.attempts++;
    if (item.attempts > Math.min(target.maxRetries, LIMITS.asyncRetries))
      return this.#giveUp(key, target, item, 'RetriesExhausted');
    const next = now() + retryDelay(item.attempts);
    // There will be no next attempt, so there is no reason to wait for it.
    if (next > tooOld) return this.#giveUp(key, target, item, 'EventAgeExceeded');
    this.#counts.retried++;
    item.next = next;
    await this.#journal.update(item.id, { attempts: item.attempts, next });
    this.#wait(item);
  }

  /** The function is done with the event from here on, also after a restart. */
  async #giveUp(key: string, target: AsyncTarget, item: Item, condition: FailureCondition): Promise<void> {
    const failure = failureOf(condition, item.result);
    item.failure = failure;
    this.#over(item, item.result === undefined ? 'DISCARD' : 'FAIL');
    if (target.destination) await this.#journal.update(item.id, { attempts: item.attempts, failure });
    this.#counts.failed++;
    this.#options.onFailure(key, this.#record(target, item, failure));
    await (target.destination ? this.#handOver(key, target, item, failure) : this.#journal.done(item.id));
  }

  #over(item: Item, status: AsyncInvocation['status']): void {
    item.status = status;
    item.ended = this.#options.now();
    if (this.#known.size <= KNOWN) return;
    for (const [id, { ended }] of this.#known)
      if (ended !== undefined) {
        this.#known.delete(id);
        return;
      }
  }

  /** Brings the record to its destination. Only then, or when it cannot be brought there, the event is over. */
  async #handOver(key: string, target: AsyncTarget, item: Item, failure: Failure): Promise<void> {
    const { now, destinationAttempts, destinationDelay, onDestinationError } = this.#options;
    try {
      if (!target.destination) throw new NoDestinationError();
      await target.destination(this.#record(target, item, failure), item.accepted, this.#aborter.signal);
      this.#counts.destination_stored++;
    } catch (error) {
      if (this.#closing) return;
      item.tries++;
      const hopeless = error instanceof EventTooLargeError || error instanceof NoDestinationError;
      const last = hopeless || item.tries >= destinationAttempts;
      onDestinationError(key, item.id, error as Error, last);
      if (!last) {
        item.next = now() + destinationDelay(item.tries);
        await this.#journal.update(item.id, { tries: item.tries, next: item.next });
        this.#wait(item);
        return;
      }
      this.#counts.destination_failed++;
    }
    await this.#journal.done(item.id);
  }

  #record(target: AsyncTarget, item: Item, failure: Failure): DestinationRecord {
    const { timeZone, payloads } = this.#options;
    return destinationRecord({
      requestId: item.id,
      urn: target.urn,
      ...(target.qualifier === undefined ? {} : { qualifier: target.qualifier }),
      event: item.event,
      attempts: item.attempts,
      failure,
      time: item.accepted,
      timeZone,
      ...(payloads ? { payloads } : {}),
    });
  }

  #isIdle(): boolean {
    for (const [key, lane] of this.#lanes) {
      if (lane.running > 0 || (lane.items.length > 0 && this.#targets.has(key))) return false;
    }
    return true;
  }

  #wakeIdle(always: boolean): void {
    if (!always && !this.#isIdle()) return;
    for (const wake of this.#idle.splice(0)) wake();
  }
}
