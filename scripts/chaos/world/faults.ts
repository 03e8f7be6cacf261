import type { FaultPlan, FaultRule } from '../../local/faults/plan.ts';
import type { ListingLie } from '../cloud/listing.ts';
import type { WrongSuccess } from '../cloud/oms.ts';
import type { Random } from '../kernel/random.ts';

/** A time in which something of the cloud does not work. */
export interface FaultWindow {
  readonly from: number;
  readonly to: number;
  readonly oms?: FaultPlan;
  readonly obs?: FaultPlan;
  /** Pages of buckets whose names begin so are wrong, with a probability. */
  readonly listings?: { readonly of: string; readonly lie: ListingLie; readonly probability: number };
  /** Requests to OMS are answered as if they had succeeded, with a probability, by something in between. */
  readonly wrongSuccess?: { readonly answer: WrongSuccess; readonly probability: number };
  /** Nobody listens, or packets vanish. */
  readonly omsReach?: 'refused' | 'silent';
  readonly obsReach?: 'refused' | 'silent';
  /** The platform cannot write to its failure destination. */
  readonly destinationDown?: true;
}

const MINUTE = 60_000;
const STATUSES = [400, 401, 403, 404, 429, 500, 502, 503, 504];

/** One rule per kind of fault that OMS's vocabulary has for requests, at a rate of its own. */
function omsRules(random: Random): FaultRule[] {
  const probability = (): number => random.next() ** 2 * 0.5;
  const when = (): 'before' | 'after' => random.pick(['before', 'after']);
  const makers: readonly (() => FaultRule)[] = [
    () => ({ fault: 'status', status: random.pick(STATUSES), when: when(), probability: probability() }),
    () => ({ fault: 'status', status: 429, retry_after: random.pick([0, 1, 5, 90]), probability: probability() }),
    () => ({ fault: 'status', status: random.pick([500, 502, 503, 504]), when: when(), probability: probability() }),
    () => ({ fault: 'reset', when: when(), probability: probability() }),
    () => ({ fault: 'body', body: random.pick(['html', 'empty', 'truncated', 'cut']), probability: probability() }),
    () => ({
      fault: 'body',
      body: random.pick(['html', 'empty', 'truncated', 'cut']),
      status: random.pick([200, 500, 502, 503]),
      probability: probability(),
    }),
    () => ({ fault: 'slow', ms: random.pick([500, 5_000, 15_000, 70_000]), when: when(), probability: probability() }),
    () => ({
      fault: 'clock_skew',
      ms: random.pick([-1, 1]) * random.pick([60_000, 3_600_000]),
      probability: probability(),
    }),
  ];
  return Array.from({ length: random.int(1, 4) }, () => random.pick(makers)());
}

function obsRules(random: Random): FaultRule[] {
  const probability = (): number => random.next() ** 2 * 0.5;
  const makers: readonly (() => FaultRule)[] = [
    () => ({ fault: 'status', status: random.pick([403, 429, 500, 503]), probability: probability() }),
    () => ({ fault: 'reset', when: random.pick(['before', 'after']), probability: probability() }),
    () => ({ fault: 'slow', ms: random.pick([500, 5_000, 15_000, 70_000]), probability: probability() }),
    () => ({ fault: random.pick(['truncated_page', 'cut_page']), probability: probability() }),
    () => ({
      fault: 'status',
      status: 403,
      operation: random.pick(['PutObject', 'DeleteObject', 'GetObject']),
      probability: probability(),
    }),
  ];
  return Array.from({ length: random.int(1, 3) }, () => random.pick(makers)());
}

/** Draws when which faults happen: in some runs none, in most a few windows that may overlap. */
export function drawFaults(random: Random, start: number, length: number, reconciles: boolean): FaultWindow[] {
  const windows: FaultWindow[] = [];
  const window = (): { from: number; to: number } => {
    const from = start + random.int(0, length);
    return { from, to: Math.min(start + length, from + random.pick([1, 3, 10, 40]) * MINUTE) };
  };
  const seed = (): number => random.int(0, 1_000_000);
  if (random.chance(0.7))
    windows.push({
      ...(random.chance(0.5) ? { from: start, to: start + length } : window()),
      oms: { seed: seed(), rules: omsRules(random) },
    });
  if (random.chance(0.5))
    windows.push({
      ...(random.chance(0.5) ? { from: start, to: start + length } : window()),
      obs: { seed: seed(), rules: obsRules(random) },
    });
  if (random.chance(0.2)) windows.push({ ...window(), omsReach: random.pick(['refused', 'silent']) });
  if (random.chance(0.15)) windows.push({ ...window(), obsReach: random.pick(['refused', 'silent']) });
  if (random.chance(0.08)) windows.push({ ...window(), destinationDown: true });
  if (random.chance(0.12))
    windows.push({
      ...window(),
      wrongSuccess: {
        answer: random.pick(['error body', 'no content', 'accepted', 'page']),
        probability: random.pick([0.1, 0.5, 1]),
      },
    });
  // Reconcile lives by listings; for redrive a page that is wrong is a delay.
  if (random.chance(reconciles ? 0.5 : 0.06)) {
    const lie = random.pick<ListingLie>(['ends early', 'ends early', 'ends early', 'repeats', 'alternates', 'drops']);
    const of = reconciles
      ? random.pick(['source', 'source', 'source', 'destination', 'oms-sync-state'])
      : 'oms-sync-state';
    windows.push({
      // Pages without an entry take a thousand requests each time.
      ...(reconciles && lie !== 'alternates' ? { from: start, to: start + length } : window()),
      listings: { of, lie, probability: lie === 'alternates' ? 1 : random.pick([0.1, 0.5, 1]) },
    });
  }
  return windows;
}
