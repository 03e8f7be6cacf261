import type { ObjectKey } from '#shared/encoding/object-key.ts';
import type { AppError, Problem } from '#shared/errors/base.ts';

export interface ObjectChange {
  /** Name of the source that notified of it (sources.ts). */
  readonly source: string;
  readonly bucket: string;
  /** Decoded and checked. */
  readonly key: ObjectKey;
  /** Spelt as in the allow-list, for example `ObjectCreated:Put`, however the source wrote it. */
  readonly eventName: string;
  /** Why it may be no creation; absent where it is one. */
  readonly doubt?: Doubt;
  /** RFC 3339, as the source wrote it; absent where it is missing or not a time. For reports, not for ordering. */
  readonly time?: string;
  /** Bytes; absent where it is missing or not a size. */
  readonly size?: number;
  readonly etag?: string;
  /** Absent in buckets without versioning. */
  readonly versionId?: string;
  /** Orders events of one key. Absent for EventGrid, which always writes `1`. */
  readonly sequencer?: string;
  /** The request that changed the object: the same for a repeated delivery. */
  readonly eventId?: string;
  readonly region?: string;
  /** Leads to the record in the event, for example `Records[2]`; empty where the event is the record. */
  readonly path: string;
}

/** The reason why a change may be no creation. It is submitted all the same. */
export type Doubt = 'unknown_event_name' | 'unknown_source';

export type IgnoreReason = 'object_removed' | 'not_an_object_creation' | 'audit_record' | 'test_event';

export interface IgnoredRecord {
  readonly path: string;
  readonly reason: IgnoreReason;
  /** The event name as the source wrote it, cut at 128 characters. */
  readonly eventName?: string;
}

export interface RejectedRecord {
  readonly path: string;
  /** Its path leads from the event to the value, for example `Records[2].s3.object.key`; never holds the value. */
  readonly problem: Problem;
  readonly error: AppError;
}

/** A notification that was read. Every record is in exactly one of the three lists. */
export interface NormalisedEvent {
  readonly changes: readonly ObjectChange[];
  readonly ignored: readonly IgnoredRecord[];
  readonly rejected: readonly RejectedRecord[];
  readonly records: number;
}
