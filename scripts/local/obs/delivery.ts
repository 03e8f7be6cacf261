import { setMaxListeners } from 'node:events';
import { type BucketTrigger, type NotificationDelivery, notificationOf, triggerMatches } from './notifications.ts';
import type { ObjectEvent } from './records.ts';

const MAX_ATTEMPTS = 5;
/** Milliseconds before the second attempt; doubles with each further one. */
const FIRST_DELAY = 100;

export interface DeliveryOptions {
  readonly region: string;
  /** Rejects to have the notification offered again. */
  readonly deliver: (delivery: NotificationDelivery, event: ObjectEvent) => void | Promise<void>;
  /** Every trigger's receiver has accepted the notification of this event, or refused it for good. */
  readonly onDelivered: (event: ObjectEvent) => Promise<void>;
  readonly onError: (error: Error) => void;
}

/** Hands notifications to their receiver, again when it refuses, without making the writer of the object wait. */
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

  /** Waits for deliveries under way, at most for the given milliseconds; no attempt is delayed any more. */
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
    const { deliver, onError } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        await deliver(delivery, event);
        return true;
      } catch (error) {
        if (this.#closing.signal.aborted) return false;
        if (attempt < MAX_ATTEMPTS) {
          await this.#pause(FIRST_DELAY * 2 ** (attempt - 1));
          continue;
        }
        const { id, target } = delivery.trigger;
        onError(new Error(`A notification of trigger ${id} did not reach ${target}.`, { cause: error }));
        return true;
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
