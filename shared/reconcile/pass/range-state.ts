import {
  addCounts,
  addRefusedByCode,
  type Counts,
  type DiffStep,
  detached,
  NAMED_KEYS,
  noCounts,
  type RefusedByCode,
  type RefusedKey,
  submittable,
  type VerdictCount,
  withRefused,
} from '../compare/counts.ts';
import { VERDICTS, type Verdict } from '../compare/verdict.ts';

/**
 * Keys of a range that wait for another try. Where there would be more, the range is not to go on: submitting fails.
 */
export const MAX_PENDING = 100;

/** How far one range of a pass has come. It stands for itself: whatever is not done after `cursor` says is in `pending`. */
export interface RangeState {
  /** Exclusive; absent: from the beginning. */
  readonly after?: string;
  /** Inclusive; absent: to the end. */
  readonly until?: string;
  /** Every key up to this one has been judged, and everything to submit is accounted for. Absent: none. */
  readonly cursor?: string;
  /** Judged to its end. Keys may be pending still. */
  readonly done: boolean;
  readonly counts: Counts;
  readonly accepted: number;
  /** Objects that no further try would cure. The next pass finds them again. */
  readonly failed: number;
  /** Why, and the first of them. */
  readonly refused: RefusedByCode;
  /** Objects that are to be tried again, by key. */
  readonly pending: readonly string[];
  readonly list_calls: number;
  readonly event_calls: number;
}

/** How many of some objects were accepted, and what became of the others. */
export interface Tally {
  readonly accepted: number;
  readonly failed: number;
  readonly pending: readonly string[];
  readonly calls: number;
  /** Those that failed, where it is known why. */
  readonly refused?: readonly RefusedKey[];
}

export function newRange({
  after,
  until,
}: {
  readonly after?: string | undefined;
  readonly until?: string | undefined;
}): RangeState {
  return {
    ...(after !== undefined && { after }),
    ...(until !== undefined && { until }),
    done: false,
    counts: noCounts(),
    accepted: 0,
    failed: 0,
    refused: {},
    pending: [],
    list_calls: 0,
    event_calls: 0,
  };
}

/**
 * A range one step further, once it is known what became of everything that the step found.
 *
 * @param listCalls made for the step, on both sides
 * @throws RangeError where an object that was to be submitted is neither accepted, nor failed, nor pending: to go on
 *   would be to skip it
 */
export function advance(range: RangeState, step: DiffStep, tally: Tally, listCalls: number): RangeState {
  const found = submittable(step.counts).objects;
  const { accepted, failed, pending, calls, refused = [] } = tally;
  if (accepted + failed + pending.length !== found)
    throw new RangeError(`${found} objects to submit, ${accepted + failed + pending.length} accounted for`);
  return {
    ...range,
    cursor: detached(step.cursor),
    counts: addCounts(range.counts, step.counts),
    accepted: range.accepted + accepted,
    failed: range.failed + failed,
    refused: withRefused(range.refused, refused),
    pending: [...range.pending, ...pending.map(detached)],
    list_calls: range.list_calls + listCalls,
    event_calls: range.event_calls + calls,
  };
}

/**
 * A range that the diff has walked through to its end.
 *
 * @param listCalls made since the last step
 */
export function finish(range: RangeState, listCalls: number): RangeState {
  return { ...range, done: true, list_calls: range.list_calls + listCalls };
}

/**
 * A range whose pending objects have been tried again.
 *
 * @throws RangeError as {@link advance}
 */
export function retried(range: RangeState, tally: Tally): RangeState {
  const { accepted, failed, pending, calls, refused = [] } = tally;
  if (accepted + failed + pending.length !== range.pending.length)
    throw new RangeError(
      `${range.pending.length} objects were pending, ${accepted + failed + pending.length} accounted for`,
    );
  return {
    ...range,
    accepted: range.accepted + accepted,
    failed: range.failed + failed,
    refused: withRefused(range.refused, refused),
    pending,
    event_calls: range.event_calls + calls,
  };
}

/** Whether everything that was to be submitted is accounted for. */
export function isAccountedFor({ counts, accepted, failed, pending }: RangeState): boolean {
  return submittable(counts).objects === accepted + failed + pending.length;
}

/** Whether nothing is left to do in a range. */
export function isFinished({ done, pending }: RangeState): boolean {
  return done && pending.length === 0;
}

export function joined(first: RangeState, second: RangeState): RangeState {
  const { until: _, cursor: __, ...rest } = first;
  const cursor = second.cursor ?? first.cursor;
  return {
    ...rest,
    ...(second.until !== undefined && { until: second.until }),
    ...(cursor !== undefined && { cursor }),
    counts: addCounts(first.counts, second.counts),
    accepted: first.accepted + second.accepted,
    failed: first.failed + second.failed,
    refused: addRefusedByCode([first.refused, second.refused]),
    list_calls: first.list_calls + second.list_calls,
    event_calls: first.event_calls + second.event_calls,
  };
}

/**
 * Ranges without the keys that no report will name: a report has the first keys of all ranges together, and what the
 * ranges before have named already comes first. A checkpoint so is as small as a report, however many ranges there are.
 *
 * @param ranges in order
 */
export function withoutSparedKeys(ranges: readonly RangeState[]): RangeState[] {
  const named = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  return ranges.map((range) => {
    const verdicts = { ...range.counts.verdicts };
    for (const verdict of VERDICTS) {
      const count = verdicts[verdict];
      const room = Math.max(0, NAMED_KEYS - named[verdict]);
      if (count.keys.length > room) verdicts[verdict] = withKeys(count, room);
      named[verdict] += count.keys.length;
    }
    const counts: Counts = { ...range.counts, verdicts };
    return { ...range, counts };
  });
}

/** Ranges with other named keys, which nothing but a report shows. */
export function withNames(ranges: readonly RangeState[], change: (keys: readonly string[]) => string[]): RangeState[] {
  return ranges.map((range) => {
    const verdicts = { ...range.counts.verdicts };
    for (const verdict of VERDICTS) verdicts[verdict] = { ...verdicts[verdict], keys: change(verdicts[verdict].keys) };
    const refused = Object.fromEntries(
      Object.entries(range.refused).map(([code, row]) => [code, { ...row, keys: change(row.keys) }]),
    );
    return { ...range, counts: { ...range.counts, verdicts }, refused };
  });
}

function withKeys(count: VerdictCount, room: number): VerdictCount {
  return { ...count, keys: count.keys.slice(0, room) };
}
