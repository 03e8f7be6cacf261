import * as z from 'zod/mini';
import type { Objective } from '#shared/config/objective.ts';
import { LAG_BOUNDS, type LagCounts, noLag } from '../compare/lag.ts';
import { STATE_LIMITS, storedNumber } from '../document-limits.ts';

const quantity = z.int().check(z.gte(0));
const share = z.number().check(z.gte(0), z.lte(1));

/** Lag that a pass measured. Times are whole seconds; a percentile is the upper bound of its bucket of the histogram. */
export const lagSchema = z.object({
  since: z.string(),
  count: quantity,
  waiting: quantity,
  oldest_waiting: quantity,
  p50: z.optional(quantity),
  p95: z.optional(quantity),
  p99: z.optional(quantity),
  max: quantity,
  within_objective: z.optional(share),
  clock_offset_seconds: z.optional(z.int()),
});

const daySchema = z.object({ day: z.string(), objects: quantity, late: quantity });

/** The objective, and what the passes of thirty days tell of it. */
export const sloSchema = z.object({
  target: share,
  seconds: quantity,
  objects: quantity,
  late: quantity,
  needed: quantity,
  share: z.optional(share),
  budget_left: z.optional(z.number()),
  days: z.array(daySchema),
});

/** Days whose sums are kept, today's among them. */
export const SLO_DAYS = 30;
const DAY = 86_400_000;

/** Bounds on the sums that the next report is made of. */
export const storedSloSchema = z.extend(sloSchema, {
  days: z
    .array(
      z.extend(daySchema, {
        day: z.string().check(z.regex(/^\d{4}-\d\d-\d\d$/)),
        objects: storedNumber,
        late: storedNumber,
      }),
    )
    .check(z.maxLength(STATE_LIMITS.trend)),
});

export type Lag = z.infer<typeof lagSchema>;
export type Slo = z.infer<typeof sloSchema>;

/** Objects behind a share of which one alone does not decide: 1,000 for 99.9 %. */
export function objectsNeeded(target: number): number {
  return Math.round(1 / (1 - target));
}

/** @param since milliseconds since the epoch: when the pass before began */
export function lagOf(counts: LagCounts | undefined, since: number, { target, seconds }: Objective): Lag {
  const { buckets, max, waiting, oldest, offset } = counts ?? noLag();
  const count = sum(buckets);
  const percentile = (rank: number): number | undefined => {
    if (count < objectsNeeded(rank)) return undefined;
    let seen = 0;
    const bucket = buckets.findIndex((objects) => {
      seen += objects;
      return seen >= rank * count;
    });
    return Math.min(max, LAG_BOUNDS[bucket] ?? max);
  };
  const [p50, p95, p99] = [percentile(0.5), percentile(0.95), percentile(0.99)];
  return {
    since: new Date(since).toISOString(),
    count,
    waiting,
    oldest_waiting: oldest,
    ...(p50 !== undefined && { p50 }),
    ...(p95 !== undefined && { p95 }),
    ...(p99 !== undefined && { p99 }),
    max,
    ...(count >= objectsNeeded(target) && { within_objective: rounded((count - lateOf(buckets, seconds)) / count) }),
    ...(offset.samples > 0 && { clock_offset_seconds: Math.round(offset.ms / offset.samples / 1000) || 0 }),
  };
}

export interface SloInput {
  readonly objective: Objective;
  /** Objective of the last complete pass, with its sums by day. */
  readonly previous: Slo | undefined;
  readonly counts: LagCounts | undefined;
  /** Milliseconds since the epoch: when the pass began. */
  readonly started: number;
  /** The pass is complete and not the first: its objects belong to the sums. */
  readonly counted: boolean;
}

/**
 * Adds the pass to the sum of its day. A pass that is not complete adds nothing, for the next one measures the same
 * changes. Another time of the objective begins new sums; another target does not.
 */
export function sloOf({ objective, previous, counts, started, counted }: SloInput): Slo {
  const { target, seconds } = objective;
  const today = new Date(started).toISOString().slice(0, 10);
  const first = new Date(started - (SLO_DAYS - 1) * DAY).toISOString().slice(0, 10);
  const buckets = counted ? (counts?.buckets ?? []) : [];
  const before = previous?.seconds === seconds ? previous.days : [];
  const days = before.filter(({ day }) => day >= first && day < today);
  const same = before.find(({ day }) => day === today) ?? { objects: 0, late: 0 };
  days.push({ day: today, objects: same.objects + sum(buckets), late: same.late + lateOf(buckets, seconds) });
  const [all, late] = [sum(days.map(({ objects }) => objects)), sum(days.map((each) => each.late))];
  const needed = objectsNeeded(target);
  return {
    target,
    seconds,
    objects: all,
    late,
    needed,
    ...(all >= needed && {
      share: rounded((all - late) / all),
      budget_left: rounded(1 - late / (all * (1 - target))),
    }),
    days: days.slice(-SLO_DAYS),
  };
}

function lateOf(buckets: readonly number[], seconds: number): number {
  return sum(buckets.filter((_, index) => (LAG_BOUNDS[index] ?? Number.POSITIVE_INFINITY) > seconds));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Downwards, so that 99.9999 % never reads as all. */
function rounded(value: number): number {
  return Math.floor(value * 1e6 + 1e-6) / 1e6;
}
