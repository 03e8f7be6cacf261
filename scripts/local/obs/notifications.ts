/**
 * The notifications that OBS sends when an object was stored or removed.
 * Native shape: https://support.huaweicloud.com/intl/en-us/ugobs-obs/obs_41_0045.html
 * EventGrid: CloudEvents of source HC.OBS.DWR, https://support.huaweicloud.com/intl/en-us/usermanual-eg/eg_01_0018.html
 */
import type { EventName, ObjectEvent } from './records.ts';

export interface BucketTrigger {
  readonly id: string;
  readonly type: 'OBS' | 'EVENTGRID';
  readonly bucket: string;
  readonly prefix?: string;
  readonly suffix?: string;
  /** `s3:ObjectCreated:*`, `ObjectCreated:Put`, `OBS:DWR:ObjectCreated:PUT`, … */
  readonly events: readonly string[];
  /** EventGrid only: whether OBS encodes the object name (`Key_encode`); the native shape always does. */
  readonly keyEncode?: boolean;
  /** The function's name. */
  readonly target: string;
}

export interface NotificationDelivery {
  readonly trigger: BucketTrigger;
  readonly event: unknown;
}

/** Event names as they appear in a record, with the spelling of EventGrid's `type`. */
export const EVENT_TYPES = {
  'ObjectCreated:Put': 'ObjectCreated:PUT',
  'ObjectCreated:Post': 'ObjectCreated:POST',
  'ObjectCreated:Copy': 'ObjectCreated:COPY',
  'ObjectCreated:CompleteMultipartUpload': 'ObjectCreated:CompleteMultipartUpload',
  'ObjectRemoved:Delete': 'ObjectRemoved:Delete',
  'ObjectRemoved:DeleteMarkerCreated': 'ObjectRemoved:DeleteMarkerCreated',
} as const satisfies Record<EventName, string>;

export const EVENT_NAMES = Object.keys(EVENT_TYPES) as EventName[];

/** The owner of every bucket of the local cloud. */
export const OWNER_ID = '0123456789abcdef0123456789abcdef';

/** The events that a configured name stands for. Throws Error for a name that OBS does not document. */
export function eventNamesOf(configured: string): readonly EventName[] {
  const name = configured.replace(/^(?:s3:|OBS:DWR:)/i, '').toLowerCase();
  const names = EVENT_NAMES.filter((known) => {
    const [group = '', action = ''] = known.toLowerCase().split(':');
    return [`${group}:${action}`, `${group}:*`, group, action, '*'].includes(name);
  });
  if (names.length === 0) throw new Error(`"${configured}" is no event of OBS; known are ${EVENT_NAMES.join(', ')}`);
  return names;
}

export function triggerMatches(trigger: BucketTrigger, event: Pick<ObjectEvent, 'bucket' | 'key' | 'name'>): boolean {
  return (
    trigger.bucket === event.bucket &&
    event.key.startsWith(trigger.prefix ?? '') &&
    event.key.endsWith(trigger.suffix ?? '') &&
    trigger.events.some((configured) => eventNamesOf(configured).includes(event.name))
  );
}

export function notificationOf(trigger: BucketTrigger, event: ObjectEvent, region: string): unknown {
  return trigger.type === 'OBS'
    ? nativeNotification(trigger, event, region)
    : eventGridNotification(trigger, event, region);
}

/** The object name as OBS encodes it, by Java's URLEncoder: `TEST/中 文.jpg` is `TEST%2F%E4%B8%AD+%E6%96%87.jpg`. */
export function formEncodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

function nativeNotification(trigger: BucketTrigger, event: ObjectEvent, region: string): unknown {
  const { object, bucket } = event;
  return {
    Records: [
      {
        eventVersion: '2.0',
        eventTime: new Date(event.time).toISOString(),
        requestParameters: { sourceIPAddress: event.sourceAddress },
        s3: {
          configurationId: trigger.id,
          object: {
            ...(event.name.startsWith('ObjectCreated') ? { eTag: object.etag, size: object.size } : {}),
            sequencer: sequencerOf(event),
            key: formEncodeKey(event.key),
          },
          bucket: { arn: `arn:fss:s3:::${bucket}`, name: bucket, ownerIdentity: { PrincipalId: OWNER_ID } },
        },
        awsRegion: region,
        eventName: event.name,
        userIdentity: { principalId: OWNER_ID },
      },
    ],
  };
}

function eventGridNotification(trigger: BucketTrigger, event: ObjectEvent, region: string): unknown {
  const { object, bucket } = event;
  // One request may delete many objects; the id of an event is its own.
  const id = event.part === undefined ? event.requestId : `${event.requestId}-${event.part}`;
  const key = trigger.keyEncode ? formEncodeKey(event.key) : event.key;
  return {
    datacontenttype: 'application/json',
    data: {
      obs: {
        bucket: { bucket, name: bucket, arn: '', ownerIdentity: { ID: OWNER_ID } },
        Version: '1.0',
        configurationId: trigger.id,
        object: {
          versionId: `G001${sequencerOf(event).slice(5)}null`,
          oldpsxpth: '',
          ...(event.name.startsWith('ObjectCreated') ? { size: object.size, eTag: object.etag } : {}),
          key,
          sequencer: '1',
        },
      },
      eventVersion: '3.0',
      responseElements: {
        'x-obs-id-2': '',
        'x-obs-request-id': event.requestId,
        'x-amz-request-id': '',
        'x-amz-id-2': '',
      },
      eventSource: 'OBS',
      // Captured events have Beijing time labelled as UTC here. The envelope's time is right.
      eventTime: new Date(event.time + 8 * 3600_000).toISOString(),
      requestParameters: { sourceIPAddress: event.sourceAddress },
      eventName: event.name,
      eventRegion: region,
      userIdentity: { ID: OWNER_ID },
    },
    subject: key,
    specversion: '1.0',
    id,
    source: 'HC.OBS.DWR',
    time: new Date(event.time).toISOString().replace('Z', '000000Z'),
    type: `OBS:DWR:${EVENT_TYPES[event.name]}`,
    ttl: '4000',
    dataschema: '',
  };
}

function sequencerOf(event: ObjectEvent): string {
  return event.sequence.toString(16).toUpperCase().padStart(32, '0');
}
