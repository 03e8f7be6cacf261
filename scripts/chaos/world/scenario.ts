import { Random } from '../kernel/random.ts';
import { drawFaults, type FaultWindow } from './faults.ts';
import { drawPlants, type Plant } from './hostile.ts';
import { drawChanges, drawMistake } from './operations.ts';
import { type Delivery, type Deployment, serves, type TaskChange, type Upload, type Wish } from './parts.ts';
import { drawReconciling, type ReconcilePlan } from './reconciling.ts';
import { drawDeliveries, drawSources, drawTimers, drawUploads, drawWishes, isMisread } from './traffic.ts';

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
  /** Deployments in order; the first exists from the start. */
  readonly deployments: readonly Deployment[];
  readonly taskChanges: readonly TaskChange[];
  /** `task/key` that OMS refuses whenever it is asked. */
  readonly refused: ReadonlySet<string>;
  /** `bucket/key` that the first deployments cannot read, for their variables have the wrong encoding. */
  readonly misread: ReadonlySet<string>;
  readonly windows: readonly FaultWindow[];
  /** Documents that somebody puts into the state bucket. */
  readonly plants: readonly Plant[];
  /** Moments from which on the functions' clocks are off by so many milliseconds. */
  readonly clockSteps: readonly { readonly at: number; readonly offset: number }[];
  /** When the temporary credentials are replaced. */
  readonly rotations: readonly number[];
  readonly decoding: 'form' | 'rfc3986';
  readonly platform: PlatformPlan;
  readonly store: { readonly conditions: boolean; readonly pageSize: number; readonly checksClock: boolean };
  /** Undefined where reconcile is not deployed. */
  readonly reconciling: ReconcilePlan | undefined;
  readonly redriveTimers: readonly number[];
  /** When somebody runs redrive by hand, which takes documents that are not due as well. */
  readonly redriveByHand: readonly number[];
  /** Who runs redrive when the faults are over. A timer leaves documents that are not due, and goes on where it was. */
  readonly healsBy: 'hand' | 'timer';
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
  /** Probability of a kill at each point where a process may be killed. */
  readonly killProbability: number;
  /** Milliseconds before the first retry; each further one takes twice as long. */
  readonly retryDelay: number;
}

const MINUTE = 60_000;
const CLOCK_STEPS = [-24 * 60, -60, -45, -30, -20, -12, 12, 60, 24 * 60];

/** Draws a run. Everything depends on the seed alone. */
export function drawScenario(seed: number): Scenario {
  const root = new Random(seed);
  const random = root.stream('world');
  const start = Date.UTC(2026, 0, 1) + random.int(0, 300) * 86_400_000;
  const length = random.int(5, 40) * MINUTE;
  const sources = drawSources(random);
  const wishes = drawWishes(random, sources);
  const misreads = sources.some(({ encoding }) => encoding === 'raw') && random.chance(0.5);
  const large = root.stream('large').chance(0.015);
  const traffic = { sources, wishes, start, length, misreads, large };
  const uploads = drawUploads(random, traffic);
  const { deliveries, lost } = drawDeliveries(root.stream('notifications'), uploads, traffic);
  const reconciling = large ? undefined : drawReconciling(root.stream('reconcile'), { wishes, uploads, start, length });
  const poisonous = random.chance(0.4) ? random.next() * 0.3 : 0;
  const refused = new Set<string>();
  for (const { bucket, key } of uploads)
    if (random.chance(poisonous))
      for (const wish of wishes)
        if (serves(wish, bucket, key)) for (const task of wish.tasks) refused.add(`${task}/${key}`);
  const maxAttempts = random.chance(0.3) ? random.int(1, 3) : 10;
  const callsPerSecond = large || root.stream('rate').chance(0.06) ? root.stream('rate').int(2, 5) : undefined;
  const mistake = drawMistake(root.stream('mistake'), wishes, start, length);
  const { deployments, taskChanges } = drawChanges(root.stream('operations'), {
    misreads,
    wishes,
    sources,
    start,
    length,
    maxAttempts,
    mistake,
    reconciles: reconciling !== undefined,
    common: {
      ...(reconciling && { RECONCILE_GRACE_PERIOD: `${reconciling.grace / 1000}s` }),
      // Level `debug` writes every line, which takes time.
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
    windows: drawFaults(root.stream('faults'), start, length, reconciling !== undefined),
    plants: drawPlants(root.stream('plants'), { start, length, routes: reconciling ? wishes.length : 0 }),
    clockSteps: drawClockSteps(root.stream('clocks'), start, length, reconciling ? 0.3 : 0.08),
    rotations: random.chance(0.3) ? [start + random.int(0, length)] : [],
    decoding: random.pick(['form', 'rfc3986']),
    platform: {
      // A mistake in the routes matters for events of which nothing tells how many objects they were for.
      maxRetries: random.int(0, mistake ? 1 : 3),
      maxEventAge: random.pick([60, 600, 3600, 86_400]),
      timeout: random.pick([3, 10, 30, 60, 60, 60, 300]),
      redriveTimeout: redriveTimeoutOf(random.pick([10, 60, 300, 900]), callsPerSecond !== undefined, large),
      redriveDestination: random.chance(0.1),
      instances: random.int(1, 4),
      killProbability: killing || mistake ? random.pick([0.002, 0.01, 0.05, 0.15]) : 0,
      retryDelay: random.pick([1_000, 10_000, 60_000]),
    },
    store: {
      conditions: random.chance(0.5),
      pageSize: random.pick([2, 3, 10, 1000]),
      checksClock: root.stream('clocks').chance(0.5),
    },
    reconciling,
    redriveTimers: drawTimers(random, start, length),
    redriveByHand: mistake ? [mistake.to - 1_000] : [],
    healsBy: root.stream('healing').chance(0.5) ? 'timer' : 'hand',
    maxAttempts,
    callsPerSecond,
  };
}

/** Seconds. Where calls are few, redrive must have the time for all of them; save where that is what is tried. */
function redriveTimeoutOf(drawn: number, isSlow: boolean, large: boolean): number {
  if (large) return 30;
  return isSlow ? Math.max(drawn, 300) : drawn;
}

function drawClockSteps(random: Random, start: number, length: number, runs: number): Scenario['clockSteps'] {
  if (!random.chance(runs)) return [];
  const steps = Array.from({ length: random.int(1, 2) }, () => ({
    at: start + random.int(0, length),
    offset: random.pick(CLOCK_STEPS) * MINUTE,
  }));
  return steps.sort((a, b) => a.at - b.at);
}
