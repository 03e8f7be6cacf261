import { type Fields, given } from '../fields.ts';

export interface ObsData {
  readonly bucket: string;
  readonly events: readonly string[];
  readonly name?: string;
  readonly prefix?: string;
  readonly suffix?: string;
}

/** "ObjectCreated: all operations that create an object" and so on; each stands for the names behind it. */
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  ObjectCreated: ['Put', 'Post', 'Copy', 'CompleteMultipartUpload'],
  ObjectRemoved: ['Delete', 'DeleteMarkerCreated'],
};
const GROUPS = Object.keys(EVENTS);
export const BUCKET = { max: 63, pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, says: 'be the name of a bucket' };

/**
 * Reads event_data of a native OBS trigger. Events are spelled as in the API's description (`ObjectCreated`, `Put`), as
 * in the vendor's tools (`s3:ObjectCreated:*`) or without their prefix (`ObjectCreated:Put`): sources differ, and all
 * of them are in use.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0122.html
 */
export function readObs(fields: Fields): ObsData {
  const data = {
    bucket: fields.text('bucket', BUCKET),
    events: fields.texts('events'),
    ...given({
      name: fields.text('name', { optional: true, max: 128 }),
      prefix: fields.text('prefix', { optional: true }),
      suffix: fields.text('suffix', { optional: true }),
    }),
  };
  const seen = new Set<string>();
  for (const event of data.events) {
    const names = eventNames(event);
    if (names.length === 0) fields.problem('events', 'names an event that OBS does not have');
    // "ObjectCreated" and "Put" exclude each other.
    if (names.some((name) => seen.has(name))) fields.problem('events', 'names an event twice');
    for (const name of names) seen.add(name);
  }
  return data;
}

/**
 * Whether an upload could reach both triggers. OBS refuses such a pair: nothing would say to whom the notification goes.
 */
export function overlaps(one: ObsData, other: ObsData): boolean {
  const nested = (a = '', b = '', fits: (long: string, short: string) => boolean): boolean => fits(a, b) || fits(b, a);
  const names = new Set(one.events.flatMap(eventNames));
  return (
    one.bucket === other.bucket &&
    other.events.flatMap(eventNames).some((name) => names.has(name)) &&
    nested(one.prefix, other.prefix, (long, short) => long.startsWith(short)) &&
    nested(one.suffix, other.suffix, (long, short) => long.endsWith(short))
  );
}

/** `Put`, `Post` … of one configured event; empty when OBS has none of the name. */
function eventNames(configured: string): readonly string[] {
  const text = configured.replace(/^s3:/, '');
  const [group = '', action] = text.split(':');
  if (!Object.hasOwn(EVENTS, group)) return GROUPS.flatMap((key) => EVENTS[key] ?? []).filter((name) => name === text);
  const names = EVENTS[group] ?? [];
  return action === undefined || action === '*' ? names : names.filter((name) => name === action);
}
