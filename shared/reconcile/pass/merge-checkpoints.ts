import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import { Submissions } from '../submit/submissions.ts';
import type { Checkpoint } from './checkpoint.ts';
import { isAccountedFor, newRange, type RangeState } from './range-state.ts';

/**
 * Merges the checkpoints of two runs that worked at the same route at once.
 *
 * Nothing is added up, for both have judged the same objects. Of each range one run's state is taken as a whole: the
 * one that came further, with its own counts and its own pending keys, provided that it accounts for every object that
 * it found. Then everything up to its cursor has been accepted, has its dead letter, or is pending in the very state
 * that is taken, and nothing is skipped whatever the other run did. A state that does not account for everything
 * proves nothing: the less advanced one is taken if it does, else the range begins anew. What the run that is not taken
 * has submitted is submitted once more at worst, and OMS skips it.
 *
 * Runs that began the pass separately, or have cut it differently, have nothing in common that could be compared: one
 * of the documents is taken as it is.
 *
 * The order and grouping of merging make no difference, nor does merging one document twice.
 */
export function mergeCheckpoints(a: Checkpoint, b: Checkpoint): Checkpoint {
  const order = compareIdentities(a, b);
  if (order !== 0) return settled(order < 0 ? a : b);
  return {
    ...a,
    runs: Math.max(a.runs, b.runs),
    ...submissionsOf(a, b),
    ranges: a.ranges.map((range, index) => further(range, b.ranges[index] ?? range)),
  };
}

function settled(checkpoint: Checkpoint): Checkpoint {
  return {
    ...checkpoint,
    ...submissionsOf(checkpoint, checkpoint),
    ranges: checkpoint.ranges.map((range) => (isAccountedFor(range) ? range : newRange(range))),
  };
}

function submissionsOf(a: Checkpoint, b: Checkpoint): Pick<Checkpoint, 'submissions'> {
  const submissions = Submissions.merged(a.submissions ?? '', b.submissions ?? '');
  return submissions === '' ? {} : { submissions };
}

/** Negative where `a` goes first: the later pass, then whatever both orders of merging agree on. */
function compareIdentities(a: Checkpoint, b: Checkpoint): number {
  if (a.pass !== b.pass) return b.pass - a.pass;
  return compareUtf8(identity(a), identity(b));
}

function identity({ route, id, started, ranges }: Checkpoint): string {
  return JSON.stringify([id, route, started, ranges.map(({ after, until }) => [after, until])]);
}

function further(a: RangeState, b: RangeState): RangeState {
  const [first, second] = [a, b].map((range) => (isAccountedFor(range) ? range : newRange(range))) as [
    RangeState,
    RangeState,
  ];
  return compareProgress(first, second) >= 0 ? first : second;
}

function compareProgress(a: RangeState, b: RangeState): number {
  if (a.done !== b.done) return a.done ? 1 : -1;
  if (a.cursor !== b.cursor) {
    if (a.cursor === undefined) return -1;
    return b.cursor === undefined ? 1 : compareUtf8(a.cursor, b.cursor);
  }
  // Equally far: the one that has less to do, then any rule that does not depend on the order of merging.
  if (a.pending.length !== b.pending.length) return b.pending.length - a.pending.length;
  return compareUtf8(JSON.stringify(a), JSON.stringify(b));
}
