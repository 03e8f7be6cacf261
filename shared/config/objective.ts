import { readDuration } from './duration.ts';
import { type Variable, VariableProblem } from './variable.ts';

/** How many objects are to arrive within which time. */
export interface Objective {
  /** Share of the objects, above 0 and below 1. */
  readonly target: number;
  /** One of {@link OBJECTIVE_SECONDS}. */
  readonly seconds: number;
}

/** Seconds that an objective may name: each is a bound of the lag histogram, so that the share within it is exact. */
export const OBJECTIVE_SECONDS: readonly number[] = [
  60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400,
];

export const DEFAULT_OBJECTIVE: Objective = { target: 0.999, seconds: 900 };

const OBJECTIVE = /^(\d{1,2}(?:\.\d{1,3})?)%\/(\w{2,10})$/;

/** An objective such as `99.9%/15m`; the default where it is left out. */
export function objectiveVariable(name: string): Variable<Objective> {
  return {
    name,
    secret: false,
    hint: 'share of the objects that are to arrive within a time, 99.9%/15m by default',
    read: (text) => {
      if (text === undefined) return DEFAULT_OBJECTIVE;
      const [, percent = '', time = ''] = OBJECTIVE.exec(text) ?? [];
      const [target, seconds] = [Math.round(Number(percent) * 1_000) / 100_000, (readDuration(time) ?? 0) / 1_000];
      if (!(target > 0)) throw new VariableProblem('format', 'must be a share and a time such as 99.9%/15m');
      if (!OBJECTIVE_SECONDS.includes(seconds))
        throw new VariableProblem('choice', 'must name 1m, 2m, 5m, 10m, 15m, 30m, 1h, 2h, 4h, 8h or 24h');
      return { target, seconds };
    },
  };
}
