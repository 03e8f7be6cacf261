export interface Trend {
  readonly pass: number;
  /** ISO 8601, UTC. */
  readonly finished: string;
  readonly source_objects: number;
  readonly differences: number;
  readonly submitted: number;
  readonly loss_rate?: number | undefined;
  readonly converged: boolean;
}

export const TREND_LENGTH = 10;

export type Direction = 'converged' | 'converging' | 'steady' | 'diverging' | 'unknown';

/**
 * The last passes, oldest first, with this one at the end, and where they lead: this pass against the one before.
 *
 * @param before of the last report
 */
export function trendOf(before: readonly Trend[], now: Trend): { trend: Trend[]; direction: Direction } {
  // The report of a pass may be written twice.
  const earlier = before.filter(({ pass }) => pass < now.pass);
  const last = earlier.at(-1);
  return { trend: [...earlier, now].slice(-TREND_LENGTH), direction: directionOf(last, now) };
}

function directionOf(last: Trend | undefined, now: Trend): Direction {
  if (now.converged) return 'converged';
  if (!last) return 'unknown';
  if (now.differences === last.differences) return 'steady';
  return now.differences < last.differences ? 'converging' : 'diverging';
}
