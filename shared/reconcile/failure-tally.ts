import type { Logger } from '#shared/logging/logger.ts';
import { namedKey } from './counts.ts';
import type { FailureCount } from './run-options.ts';
import type { FailedResult } from './settle-step.ts';

/** Keys of a code that are named. */
const NAMED_KEYS = 100;
/** Failed keys of a code that are logged one by one. */
const LOGGED_KEYS = 10;

/** Keys that no submission cures, by code, as far as this run has met them. */
export class FailureTally {
  readonly #rows = new Map<string, { code: string; remedy: string; objects: number; keys: string[] }>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  get rows(): readonly FailureCount[] {
    return [...this.#rows.values()].sort((a, b) => b.objects - a.objects || (a.code < b.code ? -1 : 1));
  }

  add(failed: readonly FailedResult[]): void {
    for (const { key, failure, error } of failed) {
      const { code, remedy } = failure;
      const row = this.#rows.get(code) ?? { code, remedy, objects: 0, keys: [] };
      this.#rows.set(code, row);
      row.objects += 1;
      if (row.keys.length < NAMED_KEYS) row.keys.push(namedKey(key));
      if (row.objects <= LOGGED_KEYS) this.#log.error('key refused', { key, failure_code: code, error });
    }
  }
}
