import * as z from 'zod/mini';
import { OBJECTIVE_SECONDS } from '#shared/config/objective.ts';
import type { ObjectFacts } from './verdict.ts';

/** Seconds: upper bounds of the histogram, inclusive. A last bucket holds what took longer. */
export const LAG_BOUNDS: readonly number[] = [1, 2, 5, 10, 15, 30, ...OBJECTIVE_SECONDS, 604_800];

/** Lag of objects of a part of a listing, in whole seconds. Adds up as counts do; plain JSON of a fixed size. */
export interface LagCounts {
  /** Objects by {@link LAG_BOUNDS}. */
  readonly buckets: number[];
  max: number;
  /** Objects of the histogram that have not arrived; their lag is their age. */
  waiting: number;
  /** Age of the oldest object that has not arrived, whether it is in the histogram or not. */
  oldest: number;
  /** How far the destination's clock is ahead of the source's: the sum of so many samples, in milliseconds. */
  offset: { ms: number; samples: number };
}

/**
 * The changes that a pass measures. Each is counted by one pass alone: by the first that begins after its arrival, or
 * after the objective's time has gone by without it.
 */
export interface LagWindow {
  /** Milliseconds since the epoch: when the pass before began. */
  readonly since: number;
  /** Milliseconds since the epoch: when this pass began. What happened later is the next one's. */
  readonly asOf: number;
  /** The objective's time, in milliseconds. */
  readonly within: number;
}

export function noLag(): LagCounts {
  return {
    buckets: LAG_BOUNDS.map(() => 0).concat(0),
    max: 0,
    waiting: 0,
    oldest: 0,
    offset: { ms: 0, samples: 0 },
  };
}

/** Counts an object that is the same on both sides. */
export function countArrival(counts: { lag?: LagCounts }, source: ObjectFacts, copy: ObjectFacts, window: LagWindow) {
  const { since, asOf, within } = window;
  const [changed, arrived] = [source.lastModified, copy.lastModified];
  if (arrived >= asOf) return countWaiting(counts, source, window);
  // A copy whose time had gone by was counted while it was waiting.
  if (arrived < since || changed < since - within) return;
  counts.lag ??= noLag();
  // Below zero where the clock of the destination is behind.
  add(counts.lag, Math.max(0, Math.floor((arrived - changed) / 1000)));
}

/** Counts an object that had not arrived when the pass began. */
export function countWaiting(counts: { lag?: LagCounts }, source: ObjectFacts, { since, asOf, within }: LagWindow) {
  const age = asOf - source.lastModified;
  if (age <= 0) return;
  counts.lag ??= noLag();
  const { lag } = counts;
  lag.oldest = Math.max(lag.oldest, Math.floor(age / 1000));
  if (age <= within || source.lastModified < since - within) return;
  lag.waiting += 1;
  add(lag, Math.ceil(age / 1000));
}

/** @param ms how far the destination's clock is ahead of the source's */
export function countOffset(counts: { lag?: LagCounts }, ms: number): void {
  counts.lag ??= noLag();
  counts.lag.offset.ms += Math.trunc(ms);
  counts.lag.offset.samples += 1;
}

function add(lag: LagCounts, seconds: number): void {
  const index = LAG_BOUNDS.findIndex((bound) => seconds <= bound);
  const bucket = index < 0 ? LAG_BOUNDS.length : index;
  lag.buckets[bucket] = (lag.buckets[bucket] ?? 0) + 1;
  lag.max = Math.max(lag.max, seconds);
}

export function addLag(a: LagCounts | undefined, b: LagCounts | undefined): LagCounts | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    buckets: a.buckets.map((count, index) => count + (b.buckets[index] ?? 0)),
    max: Math.max(a.max, b.max),
    waiting: a.waiting + b.waiting,
    oldest: Math.max(a.oldest, b.oldest),
    offset: { ms: a.offset.ms + b.offset.ms, samples: a.offset.samples + b.offset.samples },
  };
}

/** So large that the sum of all ranges of a checkpoint is a number still. */
const MOST = 1e12;
const amount = z.int().check(z.gte(0), z.lte(MOST));

/** Lag as a checkpoint keeps it. That of other bounds, or of a wrong form, is forgotten: the pass goes on without. */
export const lagSchema = z.catch(
  z.optional(
    z.object({
      buckets: z.array(amount).check(z.length(LAG_BOUNDS.length + 1)),
      max: amount,
      waiting: amount,
      oldest: amount,
      offset: z.object({ ms: z.int().check(z.gte(-MOST), z.lte(MOST)), samples: amount }),
    }),
  ),
  undefined,
);
