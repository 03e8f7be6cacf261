import type { Random } from '../kernel/random.ts';

/** How a channel writes keys. */
export type Encoding = 'form' | 'raw';

/** An object as an event names it. */
export interface Mention {
  /** 32 hexadecimal digits that no other mention has, written as the ETag: by it a record is found again anywhere. */
  readonly marker: string;
  readonly bucket: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** A name of the native trigger; `ObjectCreated:Put` for most. */
  readonly eventName: string;
  /** The defect of the record, if it has one. */
  readonly defect?: Defect;
}

export type Defect = 'malformed key' | 'no bucket' | 'key too long' | 'key of another type';

const SHAPES = ['cloudevent', 'cloudevent list', 'cloudevents', 'events', 'native', 'v3'] as const;
export type Shape = (typeof SHAPES)[number];

const MARKER = /a55e7[0-9a-f]{27}/g;

export function newMarker(random: Random): string {
  return `a55e7${random.hex(27)}`;
}

/** The markers in any text, each once. */
export function markersIn(text: string): string[] {
  return [...new Set(text.match(MARKER))];
}

/** Bytes that URLEncoder and its relatives leave alone; several do so with more. */
const PLAIN = /[A-Za-z0-9._-]/;

/**
 * A key as a channel writes it: byte by byte, with what real emitters differ in (case of the digits, whether `/`, `*`
 * and `~` stay, whether a space is `+`) drawn anew for each key.
 */
function writeKey(key: string, encoding: Encoding, random: Random): string {
  if (encoding === 'raw') return key;
  const upper = random.chance(0.8);
  const literal = random.pick(['', '/', '*', '/*~']);
  const plus = random.chance(0.8);
  let text = '';
  for (const byte of Buffer.from(key)) {
    const char = String.fromCharCode(byte);
    if (byte < 0x80 && (PLAIN.test(char) || literal.includes(char))) text += char;
    else if (char === ' ' && plus) text += '+';
    else {
      const digits = byte.toString(16).padStart(2, '0');
      text += `%${upper ? digits.toUpperCase() : digits}`;
    }
  }
  return text;
}

function objectOf(mention: Mention, encoding: Encoding, random: Random): Record<string, unknown> {
  const { key, marker, defect } = mention;
  const text: unknown = {
    // Where keys are not encoded, only the empty one is malformed.
    'malformed key': () => (encoding === 'raw' ? '' : `${writeKey(key, 'form', random)}%E4%B`),
    'key too long': () => 'k'.repeat(1025),
    'key of another type': () => 17,
    'no bucket': () => writeKey(key, encoding, random),
  }[defect ?? 'no bucket']();
  return { key: text, eTag: marker, size: random.int(0, 1_000_000), sequencer: random.hex(32).toUpperCase() };
}

function nativeRecord(mention: Mention, encoding: Encoding, random: Random): object {
  const { bucket, time, eventName, defect } = mention;
  return {
    eventVersion: '2.0',
    eventTime: new Date(time).toISOString(),
    requestParameters: { sourceIPAddress: '192.0.2.7' },
    s3: {
      configurationId: 'chaos',
      object: objectOf(mention, encoding, random),
      ...(defect === 'no bucket' ? {} : { bucket: { arn: `arn:fss:s3:::${bucket}`, name: bucket } }),
    },
    awsRegion: 'cn-north-4',
    eventName,
    userIdentity: { principalId: '0' },
  };
}

function obsPart(mention: Mention, encoding: Encoding, random: Random): Record<string, unknown> {
  const { bucket, time, eventName, defect } = mention;
  return {
    obs: {
      Version: '1.0',
      configurationId: 'chaos',
      ...(defect === 'no bucket' ? {} : { bucket: { bucket, name: bucket, ownerIdentity: { ID: '0' } } }),
      object: { ...objectOf(mention, encoding, random), sequencer: '1', versionId: 'null', oldpsxpth: '' },
    },
    eventVersion: '3.0',
    eventSource: 'OBS',
    // Beijing time labelled as UTC, as captured.
    eventTime: new Date(time + 8 * 3_600_000).toISOString(),
    eventName,
    eventRegion: 'cn-north-4',
  };
}

function cloudEvent(mentions: readonly Mention[], list: boolean, encoding: Encoding, random: Random): object {
  const [first] = mentions;
  const data = mentions.map((mention) => obsPart(mention, encoding, random));
  const [group = '', name = ''] = (first?.eventName ?? '').split(':');
  return {
    specversion: '1.0',
    id: random.hex(32),
    // A copy of the channel's event, by somebody's own source.
    source: random.chance(0.02) ? 'forwarded' : 'HC.OBS.DWR',
    type: `OBS:DWR:${group}:${name.length === 3 ? name.toUpperCase() : name}`,
    time: new Date(first?.time ?? 0).toISOString().replace('Z', '000000Z'),
    datacontenttype: 'application/json',
    ttl: '4000',
    dataschema: '',
    data: list ? data : data[0],
  };
}

/** An event with one record per mention; shapes that hold one object only take the first. */
export function eventOf(shape: Shape, mentions: readonly Mention[], encoding: Encoding, random: Random): object {
  switch (shape) {
    case 'cloudevent':
      return cloudEvent(mentions.slice(0, 1), false, encoding, random);
    case 'cloudevent list':
      return cloudEvent(mentions, true, encoding, random);
    case 'cloudevents':
      return mentions.map((mention) => cloudEvent([mention], random.chance(0.3), encoding, random));
    case 'events':
      return { events: mentions.map((mention) => cloudEvent([mention], false, encoding, random)) };
    case 'native':
      return { Records: mentions.map((mention) => nativeRecord(mention, encoding, random)) };
    case 'v3':
      return { Records: mentions.map((mention) => obsPart(mention, encoding, random)) };
  }
}
