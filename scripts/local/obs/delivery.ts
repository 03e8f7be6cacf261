import {
  type BucketTrigger,
  type NotificationDelivery,
  notificationOf,
  type ObjectEvent,
  triggerMatches,
} from './notifications.ts';

const MAX_ATTEMPTS = 5;
/** Milliseconds before the second attempt; doubles with each further one. */
const FIRST_DELAY = 100;

/** Hands notifications to their receiver, again when it refuses, without making the writer of the object wait. */
export class DeliveryQueue {
  triggers: readonly BucketTrigger[] = [];
  readonly #deliver: (delivery: NotificationDelivery) => void | Promise<void>;
  readonly #onError: (error: Error) => void;
  readonly #underway = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(deliver: (delivery: NotificationDelivery) => void | Promise<void>, onError: (error: Error) => void) {
    this.#deliver = deliver;
    this.#onError = onError;
  }

  /** Starts the delivery to every trigger that matches, in the order of the calls. */
  add(event: ObjectEvent): void {
    for (const trigger of this.triggers) {
      if (!triggerMatches(trigger, event)) continue;
      const work = this.#attempt({ trigger, event: notificationOf(trigger, event) }).finally(() =>
        this.#underway.delete(work),
      );
      this.#underway.add(work);
    }
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

  async #attempt(delivery: NotificationDelivery): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#deliver(delivery);
        return;
      } catch (error) {
        if (attempt < MAX_ATTEMPTS) {
          await this.#pause(FIRST_DELAY * 2 ** (attempt - 1));
          continue;
        }
        const { id, target } = delivery.trigger;
        this.#onError(new Error(`A notification of trigger ${id} did not reach ${target}.`, { cause: error }));
        return;
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
