import type { FaultInjector } from '../faults/injector.ts';
import type { PendingObject } from './store.ts';

interface PlannedCopy {
  readonly fail: boolean;
  /** The copy is written once more when it is done. */
  readonly duplicate: boolean;
  readonly delay: number;
  readonly again: boolean;
}

const AS_USUAL: PlannedCopy = { fail: false, duplicate: false, delay: 0, again: false };

/** Decides what becomes of objects when they are accepted, so that the order of copying has no influence. */
export class ObjectFaults {
  readonly #injector: FaultInjector;
  readonly #planned = new WeakMap<PendingObject, PlannedCopy>();

  constructor(injector: FaultInjector) {
    this.#injector = injector;
  }

  /** @returns false for an object that is not to be copied before the next start */
  plan(object: PendingObject, bucket = ''): boolean {
    const fired = this.#injector.pick({ scope: 'object', bucket, keys: [object.key] });
    if (fired.length === 0) return true;
    const has = (name: string): boolean => fired.some(({ fault }) => fault === name);
    const delay = fired.reduce((sum, { fault, ms = 0 }) => (fault === 'delay' ? sum + ms : sum), 0);
    this.#planned.set(object, { fail: has('fail'), duplicate: has('duplicate'), delay, again: false });
    return !has('lose');
  }

  take(object: PendingObject): PlannedCopy {
    return this.#planned.get(object) ?? AS_USUAL;
  }

  again(object: PendingObject): PendingObject {
    const second = { ...object };
    this.#planned.set(second, { ...AS_USUAL, again: true });
    return second;
  }
}
