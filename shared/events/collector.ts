import { RecordRejection } from './fields.ts';
import type { IgnoredRecord, NormalisedEvent, ObjectChange, RejectedRecord } from './object-change.ts';

/** Result of reading one record; a record that cannot be read throws `RecordRejection`. */
export type RecordOutcome = { readonly change: ObjectChange } | { readonly ignored: IgnoredRecord };

/** Collects records one by one: a mistake in one does not touch its neighbours. */
export class RecordCollector {
  readonly #changes: ObjectChange[] = [];
  readonly #ignored: IgnoredRecord[] = [];
  readonly #rejected: RejectedRecord[] = [];

  add(path: string, read: () => RecordOutcome): void {
    try {
      const outcome = read();
      if ('change' in outcome) this.#changes.push(outcome.change);
      else this.#ignored.push(outcome.ignored);
    } catch (error) {
      if (!(error instanceof RecordRejection)) throw error;
      this.#rejected.push({ path, problem: error.problem, error: error.error });
    }
  }

  result(): NormalisedEvent {
    return {
      changes: this.#changes,
      ignored: this.#ignored,
      rejected: this.#rejected,
      records: this.#changes.length + this.#ignored.length + this.#rejected.length,
    };
  }
}
