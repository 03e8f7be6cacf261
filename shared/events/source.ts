import type { KeyEncoding } from '#shared/encoding/decode.ts';
import { RecordRejection } from './fields.ts';
import type { IgnoredRecord, NormalisedEvent, ObjectChange, RejectedRecord } from './object-change.ts';
import type { Selection } from './select.ts';

/** One kind of sender of notifications. All that is known of it stands in one file, and in one line of sources.ts. */
export interface EventSource<Name extends string = string> {
  readonly name: Name;
  /** Describes the payloads to an engineer whose event no source recognises. */
  readonly shape: string;
  /** The variable that says how the source writes keys, which its events do not tell. */
  readonly keyEncoding: { readonly variable: string; readonly hint: string; readonly value: KeyEncoding };
  /** `parent.field` of texts that name a bucket or an object. Dead letters keep them as they are. */
  readonly names: ReadonlySet<string>;
  /** True for a payload that holds at least one record of this source, or a list of none. */
  readonly recognises: (event: unknown) => boolean;
  readonly read: (event: unknown, keyEncoding: KeyEncoding, into: RecordCollector) => void;
  /**
   * The smallest event of the same shape that holds just the records at these paths; reading it gives the same changes
   * and rejections. Undefined where a path is not one that `read` gives for this event.
   */
  readonly select: (event: unknown, paths: readonly string[]) => Selection | undefined;
  /** When the records were written, RFC 3339. */
  readonly times: (event: unknown) => readonly (string | undefined)[];
  /** How many records `read` would go through at the most. */
  readonly count: (event: unknown) => number;
}

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
