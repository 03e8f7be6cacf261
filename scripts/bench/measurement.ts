import { pairedRatio } from './statistics.ts';

export interface Measurement {
  readonly measure: string;
  readonly value: string;
  /** The same of what it is compared with. */
  readonly baseline?: string;
  /** Median of the ratios of paired rounds; the direction is the bench's own. */
  readonly ratio?: number;
  /** Smallest and largest paired ratio. */
  readonly ratioRange?: readonly [number, number];
  /** The value that `ratio` should have. Absent for a figure that is shown for information. */
  readonly target?: Target;
  /** How much the machine disturbed the baseline: {@link spread} of its rounds. */
  readonly noise?: number;
}

/** A value and what it is compared with, by the rounds that they share. */
export function compared(
  measure: string,
  show: (values: readonly number[]) => string,
  [values, baseline]: readonly [readonly number[], readonly number[]],
  more: Pick<Measurement, 'target' | 'noise'> = {},
): Measurement {
  return { measure, value: show(values), baseline: show(baseline), ...pairedRatio(values, baseline), ...more };
}

export type Target = { readonly atMost: number } | { readonly atLeast: number };

export interface BenchOptions {
  /** Fewer rounds: shows that everything runs, not how fast. */
  readonly quick: boolean;
  readonly progress: (text: string) => void;
}

export type Bench = (options: BenchOptions) => Promise<Measurement[]>;

/** Whether a measurement reaches its target, judged on the ratio as it is shown; undefined where there is none. */
export function reachesTarget({ ratio, target }: Measurement): boolean | undefined {
  if (ratio === undefined || target === undefined) return undefined;
  const shown = Number(formatRatio(ratio));
  return 'atMost' in target ? shown <= target.atMost : shown >= target.atLeast;
}

export function formatRatio(ratio: number): string {
  return ratio.toFixed(2);
}
