import { setMaxListeners } from 'node:events';
import { type BucketTrigger, type NotificationDelivery, notificationOf, triggerMatches } from './notifications.ts';
import type { ObjectEvent } from './records.ts';

const FIRST_DELAY = 100;
const LONGEST_DELAY = 30_000;
/** Attempts in vain after which the receiver is reported: after a second and a half. */
const LOUD_ATTEMPT = 5;
/**
 * Milliseconds after the upload until which a notification is offered: a guess, as neither OBS nor EventGrid documents
 * how often or how long a silent target is tried. One that outlives it is lost on the platform, too, and only a
 * comparison of the buckets finds its object.
 */
const MAX_AGE = 24 * 3600_000;

interface DeliveryOptions {
  readonly region: string;
  readonly now: () => number;
  readonly maxAge?: number;
  /** Rejects to have the notification offered again. */
  readonly deliver: (delivery: NotificationDelivery, event: ObjectEvent) => void | Promise<void>;
  /** Every trigger's receiver has accepted the notification of this event, or it has become too old. */
  readonly onDelivered: (event: ObjectEvent) => Promise<void>;
  readonly onError: (error: Error) => void;
}

/**
 * Hands notifications to their receiver, again when it refuses, without making the writer of the object wait. The store
 * keeps an event until `onDelivered`, so what is under way when it stops, or is killed, is offered after the next
 * start, to all triggers of the event: at least once.
 */
export class DeliveryQueue {
  triggers: readonly BucketTrigger[] = [];
  readonly #options: DeliveryOptions;
  readonly #underway = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(options: DeliveryOptions) {
    this.#options = options;
    // One listener for each delivery that waits for its next attempt.
    setMaxListeners(0, this.#closing.signal);
  }

  wants(event: Pick<ObjectEvent, 'bucket' | 'key' | 'name'>): boolean {
    return this.triggers.some((trigger) => triggerMatches(trigger, event));
  }

  /** Starts the delivery to every trigger that matches, in the order of the calls. */
  add(event: ObjectEvent): void {
    const { region, onDelivered } = this.#options;
    const attempts = this.triggers
      .filter((trigger) => triggerMatches(trigger, event))
      .map((trigger) => this.#attempt({ trigger, event: notificationOf(trigger, event, region) }, event));
    const work = Promise.all(attempts)
      .then((settled) => (settled.every(Boolean) ? onDelivered(event) : undefined))
      .finally(() => this.#underway.delete(work));
    this.#underway.add(work);
  }

  async close(graceMs: number): Promise<void> {
    this.#closing.abort();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([Promise.all(this.#underway), patience]);
    clearTimeout(timer);
  }

  /** @returns false when the store closes before the receiver has accepted */
  async #attempt(delivery: NotificationDelivery, event: ObjectEvent): Promise<boolean> {
    const { deliver, onError, now, maxAge = MAX_AGE } = this.#options;
    const { id, target } = delivery.trigger;
    for (let attempt = 1; ; attempt++) {
      try {
        await deliver(delivery, event);
        return true;
      } catch (error) {
        if (this.#closing.signal.aborted) return false;
        const delay = Math.min(FIRST_DELAY * 2 ** (attempt - 1), LONGEST_DELAY);
        if (now() + delay > event.time + maxAge) {
          onError(new Error(`A notification of trigger ${id} did not reach ${target} and is lost.`, { cause: error }));
          return true;
        }
        // Once, when it is no passing trouble any more; a line for each attempt would hide everything else.
        if (attempt === LOUD_ATTEMPT)
          onError(new Error(`A notification of trigger ${id} does not reach ${target}; it is kept.`, { cause: error }));
        await this.#pause(delay);
      }
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#closing;
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done);
    });
  }
}
