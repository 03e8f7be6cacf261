import type { Random } from '../kernel/random.ts';
import { drawKey } from './keys.ts';
import { type Defect, type Encoding, type Mention, newMarker, type Shape } from './notifications.ts';
import type { Delivery, Source, Upload, Wish } from './parts.ts';

const MINUTE = 60_000;
const CREATIONS = [
  'ObjectCreated:Put',
  'ObjectCreated:Post',
  'ObjectCreated:Copy',
  'ObjectCreated:CompleteMultipartUpload',
];
/** Names that are on no list, of what may be a creation. */
const UNKNOWN = ['ObjectCreated:Append', 'ObjectCreated:Put ', 'ObjectRestored:Undelete'];
const DEFECTS: readonly Defect[] = ['malformed key', 'no bucket', 'key too long', 'key of another type'];

/** When objects are uploaded, and what there is to know of it. */
export interface Traffic {
  readonly sources: readonly Source[];
  readonly wishes: readonly Wish[];
  readonly start: number;
  readonly length: number;
  readonly misreads: boolean;
  /** Many objects at once, told of by few events: more than one run of redrive can submit. */
  readonly large: boolean;
}

export function drawSources(random: Random): Source[] {
  const eventGrid: readonly Shape[] = ['cloudevent', 'cloudevent', 'cloudevent list', 'cloudevents', 'events'];
  const native: readonly Shape[] = ['native', 'native', 'v3'];
  const eventGridEncoding = random.chance(0.25) ? 'raw' : 'form';
  return Array.from({ length: random.int(1, 3) }, (_, index) => {
    const viaEventGrid = random.chance(0.6);
    return {
      bucket: `source-${index}`,
      shapes: viaEventGrid ? eventGrid : native,
      encoding: viaEventGrid ? eventGridEncoding : 'form',
    };
  });
}

export function drawWishes(random: Random, sources: readonly Source[]): Wish[] {
  const wishes: Wish[] = [];
  const task = (): string => `${random.pick(['task', 'Task~1', 'a b', 'é', 'x:y'])}-${random.hex(8)}`;
  for (const { bucket } of sources) {
    const prefixes = random.pick([[''], [''], ['in/'], ['in/', 'out put/'], ['', 'in/'], ['in/', 'in/a+']]);
    for (const prefix of prefixes)
      wishes.push({ bucket, prefix, tasks: random.chance(0.12) ? [task(), task()] : [task()] });
  }
  return wishes;
}

export function drawUploads(random: Random, { sources, wishes, start, length, misreads, large }: Traffic): Upload[] {
  const uploads: Upload[] = [];
  const count = large ? random.int(90, 130) : random.chance(0.08) ? random.int(30, 50) : random.int(3, 16);
  const bursts = large || random.chance(0.5);
  let time = start;
  for (let index = 0; index < count; index += 1) {
    if (!bursts || random.chance(large ? 0.01 : 0.15)) time = start + random.int(0, length);
    const source = random.pick(sources);
    const again = random.chance(0.12)
      ? uploads.filter(({ bucket }) => bucket === source.bucket).at(-1)?.key
      : undefined;
    const prefix = random.pick(wishes.filter(({ bucket }) => bucket === source.bucket)).prefix;
    const drawn = again ?? drawKey(random, random.chance(0.05) ? 'elsewhere/' : prefix);
    // A key that the wrong encoding turns into another one is beyond help; one that it cannot read is not.
    const key = misreads && source.encoding === 'raw' && readAsForm(drawn) === 'another' ? `${prefix}100%` : drawn;
    uploads.push({
      marker: newMarker(random),
      bucket: source.bucket,
      key,
      time,
      eventName: random.pick(random.chance(0.03) ? UNKNOWN : CREATIONS),
      source,
    });
  }
  return uploads.sort((a, b) => a.time - b.time);
}

/** The name that a reader makes of an unencoded key when it expects the form encoding. */
function readAsForm(key: string): 'itself' | 'another' | 'nothing' {
  try {
    return decodeURIComponent(key.replaceAll('+', ' ')) === key ? 'itself' : 'another';
  } catch {
    return 'nothing';
  }
}

export function isMisread({ key, source }: Upload): boolean {
  return source.encoding === 'raw' && readAsForm(key) === 'nothing';
}

export function drawDeliveries(
  random: Random,
  uploads: readonly Upload[],
  { start, length, large }: Traffic,
): { deliveries: Delivery[]; lost: number } {
  const faulty = random.chance(0.6);
  const [losing, doubling, delaying] = [0.06, 0.12, 0.12].map((most) => (faulty ? random.next() * most * 2 : 0)) as [
    number,
    number,
    number,
  ];
  const reordering = faulty && random.chance(0.5);
  const defective = random.chance(0.3) ? 0.15 : 0;
  const deliveries: Delivery[] = [];
  let lost = 0;
  const send = (
    shape: Delivery['shape'],
    encoding: Encoding,
    mentions: readonly Mention[],
    at: number,
    canBeLost: boolean,
  ): void => {
    const times: number[] = [];
    const late = (): number =>
      at +
      random.int(5, 500) +
      (random.chance(delaying) ? random.int(0, 45) * MINUTE : 0) +
      (reordering ? random.int(0, 90_000) : 0);
    if (canBeLost && random.chance(losing)) lost += 1;
    else {
      times.push(late());
      while (random.chance(doubling)) times.push(late() + random.int(0, 20) * MINUTE);
    }
    deliveries.push({ times, shape, encoding, mentions });
  };
  const waiting = [...uploads];
  while (waiting.length > 0) {
    const first = waiting.shift() as Upload;
    const shapes = first.source.shapes.filter((each) => !large || each !== 'cloudevent');
    const shape = random.pick(shapes);
    const mentions: Mention[] = [first];
    const most = shape === 'cloudevent' ? 1 : large ? uploads.length : random.pick([1, 3, 12, 25]);
    for (let index = 0; index < waiting.length && mentions.length < most; )
      if (waiting[index]?.source === first.source && (waiting[index]?.time ?? 0) - first.time < 2 * MINUTE)
        mentions.push(...waiting.splice(index, 1));
      else index += 1;
    const at = mentions.at(-1)?.time ?? first.time;
    while (shape !== 'cloudevent' && random.chance(defective))
      mentions.splice(random.int(0, mentions.length), 0, defect(random, first.bucket, at));
    if (shape === 'native' && random.chance(0.1))
      mentions.push({
        marker: newMarker(random),
        bucket: first.bucket,
        key: 'gone',
        time: at,
        eventName: 'ObjectRemoved:Delete',
      });
    send(shape, first.source.encoding, mentions, at, true);
    // Some channels tell of the same object in an event of another shape.
    if (random.chance(doubling / 2))
      send(random.pick(first.source.shapes), first.source.encoding, mentions.slice(0, 1), at, false);
  }
  if (random.chance(0.1)) {
    const at = start + random.int(0, length);
    send('foreign', 'raw', [{ marker: newMarker(random), bucket: '', key: '', time: at, eventName: '' }], at, false);
  }
  return { deliveries, lost };
}

function defect(random: Random, bucket: string, time: number): Mention {
  const kind = random.pick(DEFECTS);
  return {
    marker: newMarker(random),
    bucket,
    key: `defect-${random.hex(4)}`,
    time,
    eventName: 'ObjectCreated:Put',
    defect: kind,
  };
}

export function drawTimers(random: Random, start: number, length: number): number[] {
  const timers: number[] = [];
  const period = random.pick([7, 15, 30]) * MINUTE;
  for (let at = start + random.int(0, period); at < start + length + 10 * MINUTE; at += period) {
    timers.push(at);
    // The platform may fire twice, and somebody may start another by hand.
    if (random.chance(0.25)) timers.push(at + random.int(0, 3_000));
  }
  return timers;
}
