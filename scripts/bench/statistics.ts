export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** A quantile, interpolated between neighbours. Throws RangeError without values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  if (low === undefined || high === undefined) throw new RangeError('there are no values');
  return low + (high - low) * (position - Math.floor(position));
}

/** Interquartile range by median: how much a machine disturbed equal runs. 0 is perfectly quiet. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}

export interface PairedRatio {
  readonly ratio: number;
  readonly ratioRange: readonly [number, number];
}

/** Compares two variants by the rounds they shared, so that a slow minute of the machine hits both sides. */
export function pairedRatio(numerators: readonly number[], denominators: readonly number[]): PairedRatio {
  if (numerators.length !== denominators.length) throw new RangeError('rounds are not paired');
  const ratios = numerators.map((value, round) => value / (denominators[round] ?? Number.NaN));
  return { ratio: median(ratios), ratioRange: [Math.min(...ratios), Math.max(...ratios)] };
}

/**
 * The half of the rounds that the machine disturbed least, judged by what all variants of a round took together, so
 * that the choice favours none of them. Fewer than 8 rounds are all kept.
 */
export function quieterHalf(costs: readonly (readonly number[])[]): number[] {
  // Each variant counts the same, whatever its size.
  const shares = costs.map((values) => values.map((value) => value / median(values)));
  const rounds = Array.from({ length: costs[0]?.length ?? 0 }, (_, round) => round);
  if (rounds.length < 8) return rounds;
  const total = (round: number): number => shares.reduce((sum, values) => sum + (values[round] ?? 0), 0);
  const quiet = rounds.toSorted((a, b) => total(a) - total(b)).slice(0, Math.ceil(rounds.length / 2));
  return quiet.sort((a, b) => a - b);
}

export function pick<T>(values: readonly T[], rounds: readonly number[]): T[] {
  return rounds.flatMap((round) => values.slice(round, round + 1));
}

/** A shuffled copy (Fisher-Yates). */
export function shuffled<T>(values: readonly T[], random: () => number = Math.random): T[] {
  const copy = [...values];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
  }
  return copy;
}
