import type { IgnoreReason } from './object-change.ts';

/**
 * The events after which a whole new object stands under the key. An explicit list, because other sources write
 * metadata changes and parts of uploads under `ObjectCreated:` too.
 * https://support.huaweicloud.com/intl/en-us/usermanual-obs/obs_41_0045.html
 */
const CREATIONS = [
  'ObjectCreated:Put',
  'ObjectCreated:Post',
  'ObjectCreated:Copy',
  'ObjectCreated:CompleteMultipartUpload',
];

/** Keys are lower case: EventGrid writes `PUT`, the native trigger `Put`. */
const CREATION_BY_LOWER_CASE = new Map(CREATIONS.map((name) => [name.toLowerCase(), name]));

/** `s3:` in trigger settings and some emitters, `OBS:DWR:` in EventGrid's types; lower case. */
const PREFIXES = ['s3:', 'obs:dwr:'];

/**
 * The names that are known to leave no new object under the key, with why. Also by exact name: an ending that nobody has
 * documented may mean anything, such as a removal that is taken back.
 * https://support.huaweicloud.com/intl/en-us/usermanual-obs/obs_41_0045.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 */
const HARMLESS: Readonly<Record<Exclude<IgnoreReason, 'audit_record'>, readonly string[]>> = {
  object_removed: [
    'ObjectRemoved:Delete',
    'ObjectRemoved:DeleteMarkerCreated',
    'LifecycleExpiration:Delete',
    'LifecycleExpiration:DeleteMarkerCreated',
  ],
  not_an_object_creation: [
    // Metadata (MinIO) and parts of uploads (OSS), which other sources write under the family of creations.
    'ObjectCreated:PutTagging',
    'ObjectCreated:DeleteTagging',
    'ObjectCreated:PutRetention',
    'ObjectCreated:PutLegalHold',
    'ObjectCreated:InitiateMultipartUpload',
    'ObjectCreated:UploadPart',
    'ObjectCreated:UploadPartCopy',
    'ObjectRestore:Post',
    'ObjectRestore:Completed',
    'ObjectRestore:Delete',
    'ObjectTagging:Put',
    'ObjectTagging:Delete',
    'ObjectAcl:Put',
    'ObjectAccessed:Get',
    'ObjectAccessed:Head',
    'LifecycleTransition',
    'IntelligentTiering',
    'ReducedRedundancyLostObject',
    'Replication:OperationFailedReplication',
    'Replication:OperationMissedThreshold',
    'Replication:OperationNotTracked',
    'Replication:OperationReplicatedAfterThreshold',
  ],
  test_event: ['TestEvent'],
};
const REASON_BY_NAME: ReadonlyMap<string, IgnoreReason> = new Map(
  Object.entries(HARMLESS).flatMap(([reason, names]) =>
    names.map((name) => [name.toLowerCase(), reason as IgnoreReason] as const),
  ),
);

/** Longer than any name of the lists, so that a hostile one costs nothing. */
const MAX_NAME_LENGTH = 128;

export type EventKind =
  | { readonly created: true; readonly eventName: string; readonly doubt?: 'unknown_event_name' }
  | { readonly created: false; readonly reason: IgnoreReason; readonly eventName: string };

/** An event name as it was written, for reports: cut where it is endless. */
export function reportedEventName(written: string): string {
  return written.length > MAX_NAME_LENGTH ? written.slice(0, MAX_NAME_LENGTH) : written;
}

/**
 * Classifies an event name, whatever its prefix, case and blanks around it. A name that is in no list is taken for a
 * creation, with a doubt: to submit an object that did not change costs a call, since OMS reads it as it is then, and to
 * drop one that did loses it. A dead letter would keep it from the destination until an engineer has read it.
 */
export function classifyEventName(written: string): EventKind {
  const eventName = reportedEventName(written);
  let name = eventName.trim().toLowerCase();
  for (const prefix of PREFIXES) {
    if (name.startsWith(prefix)) {
      name = name.slice(prefix.length);
      break;
    }
  }
  const creation = CREATION_BY_LOWER_CASE.get(name);
  if (creation !== undefined) return { created: true, eventName: creation };
  const reason = REASON_BY_NAME.get(name);
  if (reason !== undefined) return { created: false, reason, eventName };
  return { created: true, eventName, doubt: 'unknown_event_name' };
}
