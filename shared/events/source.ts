import type { KeyEncoding } from '#shared/encoding/decode.ts';
import type { RecordCollector } from './collector.ts';
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
