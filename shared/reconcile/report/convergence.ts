import type { Counts } from '../compare/counts.ts';
import type { Verdict } from '../compare/verdict.ts';

export const DIFFERENCES = [
  'missing',
  'size_differs',
  'destination_older',
  'checksum_differs',
  'deferred',
  'submitted_in_vain',
  'ignored_by_oms',
  'unmigratable',
] as const satisfies readonly Verdict[];

export type Obstacle =
  | (typeof DIFFERENCES)[number]
  /** Everything that the source lists is in flight: there is nothing yet by which anything could be proved. */
  | 'all_in_flight'
  /** A range was stopped or not reached: nothing is known of the rest. */
  | 'incomplete'
  /** The source has listed no object at all, and nobody has confirmed that it has none. */
  | 'empty_source'
  /** The source has listed less than half of the objects of the last pass: a proof must not rest on such a listing. */
  | 'source_shrank';

export interface PassOutcome {
  readonly counts: Counts;
  readonly complete: boolean;
  readonly emptySourceConfirmed: boolean;
  readonly previousSourceObjects?: number | undefined;
}

export interface Convergence {
  readonly converged: boolean;
  readonly obstacles: readonly Obstacle[];
  readonly differences: number;
}

/** A smaller source may lose half of its objects in the ordinary course of things. */
const SHRINKING_FROM = 100;

/**
 * Whether a pass has proved that the destination holds what the source holds: every object that the source listed is
 * the same at the destination, save for those that are in flight, being younger than the grace period. Where all of
 * them are, nothing is proved. Objects that only the destination has are no obstacle: OMS does not synchronize deletions.
 *
 * What a pass has submitted does not count as repaired. It is the next pass that proves it.
 */
export function convergenceOf(outcome: PassOutcome): Convergence {
  const { counts, complete, emptySourceConfirmed, previousSourceObjects = 0 } = outcome;
  const found = DIFFERENCES.filter((verdict) => counts.verdicts[verdict].objects > 0);
  const obstacles: Obstacle[] = [...found];
  if (!complete) obstacles.push('incomplete');
  else if (counts.source.objects === 0) {
    if (!emptySourceConfirmed) obstacles.push('empty_source');
  } else if (previousSourceObjects >= SHRINKING_FROM && counts.source.objects < previousSourceObjects / 2)
    obstacles.push('source_shrank');
  const { same, in_flight } = counts.verdicts;
  if (found.length === 0 && same.objects === 0 && in_flight.objects > 0) obstacles.push('all_in_flight');
  const differences = found.reduce((sum, verdict) => sum + counts.verdicts[verdict].objects, 0);
  return { converged: obstacles.length === 0, obstacles, differences };
}

export interface Loss {
  /** Source objects that were modified since the last pass began, those in flight left out. */
  readonly changed: number;
  /** Those of them that this pass had to find. */
  readonly lost: number;
  /** Lost ones that are known failures: refused by OMS, with a dead letter or in OMS's own list. */
  readonly explained: number;
  /** Lost without a trace: the notification never came, or what came of it was lost. */
  readonly unexplained: number;
  /** `unexplained` by `changed`, 0 to 1; absent where nothing changed, or where there was no pass before. */
  readonly rate?: number;
}

/**
 * An estimate: an object that changed several times counts once, and one that a later notification repaired is not
 * counted. So the true number of lost notifications is this or more.
 *
 * @param changed as counted by the diff
 * @param knownFailures objects that are known to have failed since the last pass began
 */
export function estimateLoss(
  changed: { readonly objects: number; readonly lost: number },
  knownFailures: number,
): Loss {
  const explained = Math.min(changed.lost, knownFailures);
  const unexplained = changed.lost - explained;
  return {
    changed: changed.objects,
    lost: changed.lost,
    explained,
    unexplained,
    ...(changed.objects > 0 && { rate: unexplained / changed.objects }),
  };
}

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
