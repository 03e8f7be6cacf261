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
