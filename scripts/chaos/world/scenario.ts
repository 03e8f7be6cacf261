import type { FaultPlan } from '../../local/faults/plan.ts';
import { Random } from '../kernel/random.ts';
import { drawFaults, type FaultWindow } from './faults.ts';
import { drawKey } from './keys.ts';
import { type Defect, type Encoding, type Mention, newMarker, type Shape } from './notifications.ts';

/** Where objects are uploaded, and how it tells of them. */
export interface Source {
  readonly bucket: string;
  readonly shapes: readonly Shape[];
  readonly encoding: Encoding;
}

/** What the engineer wants: the objects of a bucket below a prefix in one destination. */
export interface Wish {
  readonly bucket: string;
  readonly prefix: string;
  /** Sync tasks that have served it one after the other. */
  readonly tasks: readonly string[];
}

/** An object that was stored. */
export interface Upload extends Mention {
  readonly source: Source;
}

/** One event on its way to the function. */
export interface Delivery {
  /** When it reaches the platform; several where it is duplicated, none where it is lost. */
  readonly times: readonly number[];
  readonly shape: Shape | 'foreign';
  readonly encoding: Encoding;
  readonly mentions: readonly Mention[];
}

/** The function's variables from a moment on. */
export interface Deployment {
  readonly at: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Those of redrive that differ, for somebody made a mistake or runs it from another place. */
  readonly redriveVariables?: Readonly<Record<string, string>>;
}

export interface TaskChange {
  readonly at: number;
  readonly task: string;
  readonly state: 'SYNCHRONIZING' | 'STOPPED' | 'DELETED';
}

/** All that will happen in one run, whatever the functions do. */
export interface Scenario {
  readonly seed: number;
  readonly start: number;
  /** When the last fault ends and everything that can be cured is cured. */
  readonly healed: number;
  readonly wishes: readonly Wish[];
  readonly uploads: readonly Upload[];
  readonly deliveries: readonly Delivery[];
  readonly lostNotifications: number;
  /** In order; the first is there from the start. */
  readonly deployments: readonly Deployment[];
  readonly taskChanges: readonly TaskChange[];
  /** `task/key` that OMS refuses whenever it is asked. */
  readonly refused: ReadonlySet<string>;
  /** `bucket/key` that the first deployments cannot read, for their variables have the wrong encoding. */
  readonly misread: ReadonlySet<string>;
  readonly windows: readonly FaultWindow[];
  /** When the temporary credentials are replaced. */
  readonly rotations: readonly number[];
  readonly decoding: 'form' | 'rfc3986';
  readonly platform: PlatformPlan;
  readonly store: { readonly conditions: boolean; readonly pageSize: number };
  readonly redriveTimers: readonly number[];
  /** When somebody runs redrive by hand, which takes documents that are not due as well. */
  readonly redriveByHand: readonly number[];
  /** Times after which a document is given up. */
  readonly maxAttempts: number;
  /** Calls per second of one instance; then each of its requests is a call of one key. */
  readonly callsPerSecond: number | undefined;
}

export interface PlatformPlan {
  /** 0 to 3. */
  readonly maxRetries: number;
  /** Seconds. */
  readonly maxEventAge: number;
  /** Seconds. */
  readonly timeout: number;
  readonly redriveTimeout: number;
  /** Whether redrive has a failure destination of its own; serverless.yml gives it none. */
  readonly redriveDestination: boolean;
  readonly instances: number;
  /** At each point where a process may be killed. */
  readonly killProbability: number;
  /** Milliseconds before the first retry; each further one takes twice as long. */
  readonly retryDelay: number;
}

export type { FaultPlan };

const MINUTE = 60_000;
const CREATIONS = [
  'ObjectCreated:Put',
  'ObjectCreated:Post',
  'ObjectCreated:Copy',
  'ObjectCreated:CompleteMultipartUpload',
];
const DEFECTS: readonly Defect[] = ['malformed key', 'no bucket', 'key too long', 'key of another type'];

/** Draws a run. Everything depends on the seed alone. */
export function drawScenario(seed: number): Scenario {
  const root = new Random(seed);
  const random = root.stream('world');
  const start = Date.UTC(2026, 0, 1) + random.int(0, 300) * 86_400_000;
  const length = random.int(5, 40) * MINUTE;
  const sources = drawSources(random);
  const wishes = drawWishes(random, sources);
  const misreads = sources.some(({ encoding }) => encoding === 'raw') && random.chance(0.5);
  const uploads = drawUploads(random, { sources, wishes, start, length, misreads });
  const { deliveries, lost } = drawDeliveries(root.stream('notifications'), uploads, start, length);
  const poisonous = random.chance(0.4) ? random.next() * 0.3 : 0;
  const refused = new Set<string>();
  for (const { bucket, key } of uploads)
    if (random.chance(poisonous))
      for (const wish of wishes)
        if (serves(wish, bucket, key)) for (const task of wish.tasks) refused.add(`${task}/${key}`);
  const maxAttempts = random.chance(0.3) ? random.int(1, 3) : 10;
  const callsPerSecond = root.stream('rate').chance(0.06) ? root.stream('rate').int(2, 5) : undefined;
  const mistake = drawMistake(root.stream('mistake'), wishes, start, length);
  const { deployments, taskChanges } = drawChanges(root.stream('operations'), {
    misreads,
    wishes,
    sources,
    start,
    length,
    maxAttempts,
    mistake,
    common: {
      // At this level every line is written that there is; it takes its time.
      LOG_LEVEL: root.stream('log').chance(0.1) ? 'debug' : 'error',
      ...(callsPerSecond !== undefined && {
        OMS_CALLS_PER_SECOND: `${callsPerSecond}`,
        OMS_MAX_KEYS_PER_CALL: '1',
        OMS_MAX_ATTEMPTS: '1',
      }),
    },
  });
  const killing = random.chance(0.5);
  const moments = [
    start + length,
    ...deliveries.flatMap(({ times }) => times),
    ...[...deployments, ...taskChanges].map(({ at }) => at),
  ];
  const healed = Math.max(...moments) + 10 * MINUTE;
  return {
    seed,
    start,
    healed,
    wishes,
    uploads,
    deliveries,
    lostNotifications: lost,
    deployments,
    taskChanges,
    refused,
    misread: new Set(misreads ? uploads.filter(isMisread).map(({ bucket, key }) => `${bucket}/${key}`) : []),
    windows: drawFaults(root.stream('faults'), start, length),
    rotations: random.chance(0.3) ? [start + random.int(0, length)] : [],
    decoding: random.pick(['form', 'rfc3986']),
    platform: {
      maxRetries: random.int(0, 3),
      maxEventAge: random.pick([60, 600, 3600, 86_400]),
      timeout: random.pick([3, 10, 30, 60, 60, 60, 300]),
      redriveTimeout: Math.max(random.pick([10, 60, 300, 900]), callsPerSecond === undefined ? 0 : 300),
      redriveDestination: random.chance(0.1),
      instances: random.int(1, 4),
      killProbability: killing ? random.pick([0.002, 0.01, 0.05, 0.15]) : 0,
      retryDelay: random.pick([1_000, 10_000, 60_000]),
    },
    store: { conditions: random.chance(0.5), pageSize: random.pick([2, 3, 10, 1000]) },
    redriveTimers: drawTimers(random, start, length),
    redriveByHand: mistake ? [mistake.to - 1_000] : [],
    maxAttempts,
    callsPerSecond,
  };
}

/** Whether the objects of a wish include this one. */
export function serves(wish: Wish, bucket: string, key: string): boolean {
  return wish.bucket === bucket && key.startsWith(wish.prefix);
}

function drawSources(random: Random): Source[] {
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

function drawWishes(random: Random, sources: readonly Source[]): Wish[] {
  const wishes: Wish[] = [];
  const task = (): string => `${random.pick(['task', 'Task~1', 'a b', 'é', 'x:y'])}-${random.hex(8)}`;
  for (const { bucket } of sources) {
    const prefixes = random.pick([[''], [''], ['in/'], ['in/', 'out put/'], ['', 'in/'], ['in/', 'in/a+']]);
    for (const prefix of prefixes)
      wishes.push({ bucket, prefix, tasks: random.chance(0.12) ? [task(), task()] : [task()] });
  }
  return wishes;
}

function drawUploads(
  random: Random,
  { sources, wishes, start, length, misreads }: Pick<World, 'sources' | 'wishes' | 'start' | 'length' | 'misreads'>,
): Upload[] {
  const uploads: Upload[] = [];
  const count = random.chance(0.15) ? random.int(30, 70) : random.int(3, 24);
  const bursts = random.chance(0.5);
  let time = start;
  for (let index = 0; index < count; index += 1) {
    if (!bursts || random.chance(0.15)) time = start + random.int(0, length);
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
      eventName: random.pick(CREATIONS),
      source,
    });
  }
  return uploads.sort((a, b) => a.time - b.time);
}

/** What a reader that expects the form encoding makes of a key that is not encoded. */
function readAsForm(key: string): 'itself' | 'another' | 'nothing' {
  try {
    return decodeURIComponent(key.replaceAll('+', ' ')) === key ? 'itself' : 'another';
  } catch {
    return 'nothing';
  }
}

function isMisread({ key, source }: Upload): boolean {
  return source.encoding === 'raw' && readAsForm(key) === 'nothing';
}

function drawDeliveries(
  random: Random,
  uploads: readonly Upload[],
  start: number,
  length: number,
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
    const shape = random.pick(first.source.shapes);
    const mentions: Mention[] = [first];
    const most = shape === 'cloudevent' ? 1 : random.pick([1, 3, 12, 25]);
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

function drawTimers(random: Random, start: number, length: number): number[] {
  const timers: number[] = [];
  const period = random.pick([7, 15, 30]) * MINUTE;
  for (let at = start + random.int(0, period); at < start + length + 10 * MINUTE; at += period) {
    timers.push(at);
    // The platform may fire twice, and somebody may start another by hand.
    if (random.chance(0.25)) timers.push(at + random.int(0, 3_000));
  }
  return timers;
}

interface World {
  readonly wishes: readonly Wish[];
  readonly sources: readonly Source[];
  readonly start: number;
  readonly length: number;
  readonly maxAttempts: number;
  readonly misreads: boolean;
  readonly mistake: Mistake | undefined;
  /** Variables of every deployment. */
  readonly common: Readonly<Record<string, string>>;
}

/** For a time redrive has no route for a wish, or one with a prefix that nothing begins with. */
interface Mistake {
  readonly from: number;
  readonly to: number;
  readonly wish: Wish;
  readonly prefix: string | undefined;
}

function drawMistake(random: Random, wishes: readonly Wish[], start: number, length: number): Mistake | undefined {
  if (!random.chance(0.15)) return undefined;
  const wish = random.pick(wishes);
  // Where an object has another task in the same bucket, that no route leads to this one is what the routes say.
  const isShared = wishes.some((other) => other !== wish && other.bucket === wish.bucket && overlap(other, wish));
  if (isShared) return undefined;
  const from = start + random.int(0, length);
  const prefix = random.chance(0.3) ? undefined : `mistaken/${wish.prefix}`;
  return { from, to: from + random.int(1, 40) * MINUTE, wish, prefix };
}

function overlap(a: Wish, b: Wish): boolean {
  return a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
}

function drawChanges(
  random: Random,
  { wishes, sources, start, length, maxAttempts, misreads, mistake, common }: World,
): { deployments: Deployment[]; taskChanges: TaskChange[] } {
  const taskChanges: TaskChange[] = [];
  const moment = (): number => start + random.int(0, length);
  /** Which of its tasks each wish is routed to, from when on. */
  const switches: { at: number; wish: Wish; task: string | undefined }[] = [];
  for (const wish of wishes) {
    const [first = '', second] = wish.tasks;
    if (second !== undefined) {
      const deleted = moment();
      taskChanges.push({ at: deleted, task: first, state: 'DELETED' });
      switches.push({ at: deleted + random.int(0, 20 * MINUTE), wish, task: second });
    } else if (random.chance(0.12)) {
      const stopped = moment();
      taskChanges.push({ at: stopped, task: first, state: 'STOPPED' });
      taskChanges.push({ at: stopped + random.int(5_000, 20 * MINUTE), task: first, state: 'SYNCHRONIZING' });
    }
  }
  // A bucket that no route names until somebody notices.
  const buckets = [...new Set(wishes.map(({ bucket }) => bucket))];
  const forgotten = buckets.length > 1 && random.chance(0.12) ? random.pick(buckets) : undefined;
  const noticed = moment();
  const times = [
    start,
    ...switches.map(({ at }) => at),
    ...(forgotten || misreads ? [noticed] : []),
    ...(random.chance(0.4) ? [moment()] : []),
    ...(mistake ? [mistake.from, mistake.to] : []),
  ];
  const deployments = [...new Set(times)]
    .sort((a, b) => a - b)
    .map((at): Deployment => {
      const routes = (mistaken?: Mistake): string => {
        const all = wishes.flatMap((wish, index) => {
          if (wish.bucket === forgotten && at < noticed) return [];
          const prefix = wish === mistaken?.wish ? mistaken.prefix : wish.prefix;
          if (prefix === undefined) return [];
          const task =
            switches.filter((change) => change.wish === wish && change.at <= at).at(-1)?.task ?? wish.tasks[0];
          return [
            {
              name: `route-${index}`,
              source: { bucket: wish.bucket, ...(prefix === '' ? {} : { prefix }) },
              sync_task_id: task,
            },
          ];
        });
        return JSON.stringify(all);
      };
      return {
        at,
        ...(mistake && at >= mistake.from && at < mistake.to && { redriveVariables: { ROUTES: routes(mistake) } }),
        variables: {
          ROUTES: routes(),
          EVENTGRID_KEY_ENCODING:
            sources.some(({ encoding }) => encoding === 'raw') && !(misreads && at < noticed) ? 'raw' : 'form',
          OMS_MAX_KEYS_PER_CALL: `${random.pick([10, 10, 10, 3, 1])}`,
          OMS_CONCURRENCY: `${random.pick([1, 4, 8])}`,
          OMS_TIMEOUT_MS: `${random.pick([10_000, 2_000])}`,
          OMS_MAX_ATTEMPTS: `${random.pick([1, 2, 4])}`,
          REDRIVE_MAX_ATTEMPTS: `${maxAttempts}`,
          ...common,
        },
      };
    });
  return { deployments, taskChanges };
}
