import type { Logger } from '#shared/logging/logger.ts';
import type { FailedKey } from './submitter.ts';

/** Keys of a code that are logged one by one: a bucket may have millions. */
const LOGGED_KEYS = 10;

/** Logs keys that no submission cures. All of them are counted in the report. */
export class FailureLog {
  readonly #counts = new Map<string, number>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(failed: readonly FailedKey[]): void {
    for (const { key, failure, error } of failed) {
      const count = (this.#counts.get(failure.code) ?? 0) + 1;
      this.#counts.set(failure.code, count);
      if (count <= LOGGED_KEYS) this.#log.error('key refused', { key, failure_code: failure.code, error });
    }
  }
}
