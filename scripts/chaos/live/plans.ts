import type { FaultPlan, FaultRule } from '../../local/faults/plan.ts';
import type { Random } from '../kernel/random.ts';
import { drawKey } from '../world/keys.ts';

/** Uploads and faults of one live run. */
export interface LivePlan {
  readonly seed: number;
  readonly keys: readonly string[];
  /** Keys that OMS refuses as long as the run lasts. */
  readonly refused: readonly string[];
  /** Keys of which no notification arrives. */
  readonly lost: readonly string[];
  readonly oms: FaultPlan;
  readonly obs: FaultPlan;
  /** Milliseconds between two kills. */
  readonly kills: readonly number[];
}

/** The rules that stay when the faults are over: what OMS refuses, it refuses always. */
export function refusals(keys: readonly string[]): FaultRule[] {
  return keys.map((key) => ({ fault: 'status', status: 400, operation: 'CreateSyncEvents', key, probability: 1 }));
}

/** @param stateBucket the only bucket whose requests are disturbed: uploads are ours, copies are OMS's own affair */
export function drawLivePlan(random: Random, seed: number, stateBucket: string): LivePlan {
  const keys = [...new Set(Array.from({ length: random.int(8, 20) }, () => drawKey(random, `run ${seed}/`)))];
  const some = (probability: number): string[] => keys.filter(() => random.chance(probability));
  const refused = random.chance(0.5) ? some(0.15) : [];
  const lost = random.chance(0.4) ? some(0.1) : [];
  const probability = (): number => random.next() * 0.4;
  const when = (): 'before' | 'after' => random.pick(['before', 'after']);
  const omsFaults: readonly (() => FaultRule)[] = [
    () => ({
      fault: 'status',
      status: random.pick([401, 403, 429, 500, 502, 503, 504]),
      when: when(),
      probability: probability(),
    }),
    () => ({ fault: 'reset', when: when(), probability: probability() }),
    () => ({
      fault: 'body',
      body: random.pick(['html', 'truncated', 'cut']),
      status: random.pick([500, 502, 503]),
      probability: probability(),
    }),
    () => ({ fault: 'slow', ms: random.int(10, 400), when: when(), probability: probability() }),
    () => ({ fault: 'clock_skew', ms: 3_600_000, probability: probability() }),
  ];
  const obsFaults: readonly (() => FaultRule)[] = [
    () => ({ fault: 'duplicate', times: random.int(2, 3), probability: probability() }),
    () => ({ fault: 'delay', ms: random.int(10, 500), probability: probability() }),
    () => ({ fault: 'reorder', ms: 300, probability: probability() }),
    () => ({ fault: 'status', status: random.pick([403, 500, 503]), bucket: stateBucket, probability: probability() }),
    () => ({ fault: 'reset', when: when(), bucket: stateBucket, probability: probability() }),
    () => ({ fault: 'slow', ms: random.int(10, 300), bucket: stateBucket, probability: probability() }),
  ];
  const draw = (from: readonly (() => FaultRule)[]): FaultRule[] =>
    Array.from({ length: random.int(1, 3) }, () => ({ ...random.pick(from)() }));
  return {
    seed,
    keys,
    refused,
    lost,
    oms: {
      seed,
      rules: [...refusals(refused), ...draw(omsFaults).map((rule) => ({ operation: OPERATIONS, ...rule }))],
    },
    obs: { seed, rules: [...lost.map((key): FaultRule => ({ fault: 'drop', key, every: 1 })), ...draw(obsFaults)] },
    kills: Array.from({ length: random.int(1, 6) }, () => random.int(20, 250)),
  };
}

/** Operations that the functions call; the tasks themselves are made and shown without faults. */
const OPERATIONS = ['CreateSyncEvents', 'ShowSyncTask'];
