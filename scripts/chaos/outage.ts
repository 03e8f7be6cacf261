import { formatTable } from '../cli/table.ts';
import { Random } from './kernel/random.ts';
import { type Observed, type Programs, type RunResult, simulateScenario } from './simulate.ts';
import { newMarker } from './world/notifications.ts';
import type { Delivery, Source, Upload } from './world/parts.ts';
import type { Scenario } from './world/scenario.ts';

export interface OutageOptions {
  readonly uploads: number;
  /** Minutes of uploads: before, during and after the outage. */
  readonly minutes: readonly [before: number, outage: number, after: number];
  /** Objects that one notification tells of. */
  readonly perEvent: number;
  /** Behaviour of OMS meanwhile. */
  readonly manner: 'answers 503' | 'refuses connections';
}

export interface Outage {
  readonly run: RunResult;
  /** Observations, one entry for five minutes of virtual time. */
  readonly windows: readonly Readonly<Record<Observed, number>>[];
  readonly options: OutageOptions;
}

const MINUTE = 60_000;
const WINDOW = 5 * MINUTE;
const OBSERVED: readonly Observed[] = [
  'uploaded',
  'accepted',
  'given up',
  'dead-lettered',
  'redriven',
  'documents deleted',
];

/** An hour and more in the life of a bucket, with an OMS that is away for a part of it. Everything else works. */
export async function simulateOutage(programs: Programs, options: OutageOptions): Promise<Outage> {
  const scenario = drawOutage(options);
  const windows: Record<Observed, number>[] = [];
  const run = await simulateScenario(scenario, programs, {
    observe: (what, at, count) => {
      const index = Math.floor((at - scenario.start) / WINDOW);
      while (windows.length <= index)
        windows.push(Object.fromEntries(OBSERVED.map((name) => [name, 0])) as Record<Observed, number>);
      const window = windows[index];
      if (window) window[what] += count;
    },
  });
  return { run, windows, options };
}

function drawOutage({ uploads: count, minutes: [before, outage, after], perEvent, manner }: OutageOptions): Scenario {
  const random = new Random(count, 'outage');
  const start = Date.UTC(2026, 0, 1);
  const length = (before + outage + after) * MINUTE;
  const source: Source = { bucket: 'source', shapes: ['events'], encoding: 'form' };
  const uploads = Array.from({ length: count }, (_, index): Upload => {
    const time = start + Math.floor((index * length) / count);
    const key = `2026/${String(index % 100).padStart(2, '0')}/object ${index}.bin`;
    return { marker: newMarker(random), bucket: source.bucket, key, time, eventName: 'ObjectCreated:Put', source };
  });
  const deliveries: Delivery[] = [];
  for (let index = 0; index < count; index += perEvent) {
    const mentions = uploads.slice(index, index + perEvent);
    const last = mentions.at(-1)?.time ?? start;
    deliveries.push({ times: [last + random.int(20, 2_000)], shape: 'events', encoding: 'form', mentions });
  }
  const task = 'task-of-the-outage';
  const route = { name: 'all', source: { bucket: source.bucket }, sync_task_id: task };
  const from = start + before * MINUTE;
  const window = { from, to: from + outage * MINUTE };
  return {
    seed: count,
    start,
    healed: start + length + 60 * MINUTE,
    wishes: [{ bucket: source.bucket, prefix: '', tasks: [task] }],
    uploads,
    deliveries,
    lostNotifications: 0,
    deployments: [{ at: start, variables: { ROUTES: JSON.stringify([route]), LOG_LEVEL: 'error' } }],
    taskChanges: [],
    refused: new Set(),
    misread: new Set(),
    windows: [
      manner === 'answers 503'
        ? { ...window, oms: { seed: 1, rules: [{ fault: 'status', status: 503, probability: 1 }] } }
        : { ...window, omsReach: 'refused' },
    ],
    rotations: [],
    decoding: 'form',
    // The settings of serverless.yml, and the account's limit of concurrent executions.
    platform: {
      maxRetries: 3,
      maxEventAge: 86_400,
      timeout: 60,
      redriveTimeout: 300,
      redriveDestination: false,
      instances: 100,
      killProbability: 0,
      retryDelay: MINUTE,
    },
    store: { conditions: false, pageSize: 1000, checksClock: true },
    reconciling: undefined,
    plants: [],
    clockSteps: [],
    healsBy: 'hand',
    redriveTimers: Array.from(
      { length: Math.ceil(length / MINUTE / 15) + 4 },
      (_, index) => start + (index + 1) * 15 * MINUTE,
    ),
    redriveByHand: [],
    maxAttempts: 10,
    callsPerSecond: undefined,
  };
}

/** Events of the outage, five minutes a row. */
export function formatOutage({ run, windows, options }: Outage): string {
  const [before, outage] = options.minutes;
  const number = (value: number): string => value.toLocaleString('en-US');
  let waiting = 0;
  const rows = windows.map((window, index) => {
    waiting += window.uploaded - window.accepted - window.redriven;
    const minute = index * 5;
    const away = minute < before + outage && minute + 5 > before;
    const figures = OBSERVED.map((name) => number(window[name]));
    return [`${minute}..${minute + 5} min${away ? ', OMS away' : ''}`, ...figures, number(waiting)];
  });
  const sum = (name: Observed): number => windows.reduce((total, window) => total + window[name], 0);
  rows.push(['all', ...OBSERVED.map((name) => number(sum(name))), number(waiting)]);
  const arrived = sum('accepted') + sum('redriven');
  return [
    formatTable([['time', ...OBSERVED, 'not yet at OMS'], ...rows]),
    '',
    `${number(options.uploads)} uploaded; ${number(arrived)} accepted: ${number(sum('accepted'))} by the function and its ` +
      `retries, ${number(sum('redriven'))} by redrive; lost: ${number(options.uploads - arrived)}; ` +
      `broken promises: ${run.violations.length}`,
  ].join('\n');
}
