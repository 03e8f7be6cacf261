import { addCounts, type Counts, NAMED_KEYS, type VerdictCount } from '../compare/counts.ts';
import { VERDICTS, type Verdict } from '../compare/verdict.ts';
import { addRefusedByCode } from '../submit/refused-objects.ts';
import type { RangeState } from './range-state.ts';

/** Whether nothing is left to do in a range. */
export function isFinished({ done, pending }: RangeState): boolean {
  return done && pending.length === 0;
}

/** Two settled ranges, the second of which begins where the first ends, as one. */
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
