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

/** By lower case: EventGrid writes `PUT`, the native trigger `Put`. */
const CREATION_BY_LOWER_CASE = new Map(CREATIONS.map((name) => [name.toLowerCase(), name]));

/** `s3:` in trigger settings and some emitters, `OBS:DWR:` in EventGrid's types; lower case. */
const PREFIXES = ['s3:', 'obs:dwr:'];

/** First parts of names that are known and never a creation; lower case. */
const REASON_BY_FAMILY: ReadonlyMap<string, IgnoreReason> = new Map<string, IgnoreReason>([
  ['objectremoved', 'object_removed'],
  ['lifecycleexpiration', 'object_removed'],
  ['objectcreated', 'unknown_object_creation'],
  ['objectrestore', 'not_an_object_creation'],
  ['objecttagging', 'not_an_object_creation'],
  ['objectacl', 'not_an_object_creation'],
  ['objectaccessed', 'not_an_object_creation'],
  ['lifecycletransition', 'not_an_object_creation'],
  ['intelligenttiering', 'not_an_object_creation'],
  ['reducedredundancylostobject', 'not_an_object_creation'],
  ['replication', 'not_an_object_creation'],
  ['testevent', 'test_event'],
]);

/** Longer than any name of the lists, so that a hostile one costs nothing. */
const MAX_NAME_LENGTH = 128;

export type EventKind =
  | { readonly created: true; readonly eventName: string }
  | { readonly created: false; readonly reason: IgnoreReason; readonly eventName: string };

/** An event name as it was written, for reports: cut where it is endless. */
export function reportedEventName(written: string): string {
  return written.length > MAX_NAME_LENGTH ? written.slice(0, MAX_NAME_LENGTH) : written;
}

/** What an event name means, whatever its prefix and case. */
export function classifyEventName(written: string): EventKind {
  const eventName = reportedEventName(written);
  let name = eventName.toLowerCase();
  for (const prefix of PREFIXES) {
    if (name.startsWith(prefix)) {
      name = name.slice(prefix.length);
      break;
    }
  }
  const creation = CREATION_BY_LOWER_CASE.get(name);
  if (creation !== undefined) return { created: true, eventName: creation };
  const colon = name.indexOf(':');
  const family = colon < 0 ? name : name.slice(0, colon);
  return { created: false, reason: REASON_BY_FAMILY.get(family) ?? 'unknown_event_name', eventName };
}
