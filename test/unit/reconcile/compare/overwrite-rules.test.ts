import { describe, expect, it } from 'vitest';
import {
  type ConsistencyCheck,
  comparePair,
  DEFAULT_RULES,
  type OverwriteMode,
  type OverwriteRules,
  omsDecision,
  type Pair,
  rulesOf,
  submission,
} from '#shared/reconcile/compare/overwrite-rules.ts';
import { mustCopy, type ObjectFacts } from '../../../../scripts/local/oms/overwrite.ts';

const MODES: OverwriteMode[] = [
  'NO_OVERWRITE',
  'SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE',
  'CRC64_COMPARISON_OVERWRITE',
  'FULL_OVERWRITE',
];
const CHECKS: ConsistencyCheck[] = ['size_last_modified', 'crc64', 'transmission'];
const RULES: OverwriteRules[] = MODES.flatMap((mode) => CHECKS.map((consistencyCheck) => ({ mode, consistencyCheck })));
const SIZES: Pair['size'][] = ['same', 'differs'];
const TIMES: Pair['time'][] = ['older', 'same_second', 'newer'];
const SUMS: Pair['contents'][] = ['equal', 'different', 'unknown'];
const PAIRS: Pair[] = SIZES.flatMap((size) =>
  TIMES.flatMap((time) => SUMS.flatMap((contents) => SUMS.map((crc64) => ({ size, time, contents, crc64 })))),
);
const [NO, SIZE_TIME, CRC64, FULL] = MODES as [OverwriteMode, OverwriteMode, OverwriteMode, OverwriteMode];
const any = undefined;

interface Row extends Partial<Pair> {
  readonly mode?: OverwriteMode | undefined;
  readonly comparesCrc64?: boolean;
  readonly copies: boolean;
  readonly by: string;
}

/** The table of the docstring, line by line; the first line that fits decides. */
const TABLE: readonly Row[] = [
  { mode: FULL, copies: true, by: 'full_overwrite' },
  { mode: NO, copies: false, by: 'no_overwrite' },
  { mode: any, comparesCrc64: true, crc64: 'different', copies: true, by: 'crc64' },
  { mode: any, comparesCrc64: true, crc64: 'equal', copies: false, by: 'crc64' },
  { mode: any, size: 'differs', copies: true, by: 'size' },
  { mode: any, time: 'older', copies: true, by: 'older' },
  { mode: any, time: 'same_second', contents: 'different', copies: true, by: 'same_second' },
  { mode: any, time: 'same_second', copies: false, by: 'same_second' },
  { mode: any, time: 'newer', copies: false, by: 'newer' },
];

function rowOf(rules: OverwriteRules, pair: Pair): Row | undefined {
  const comparesCrc64 = rules.mode === CRC64 || rules.consistencyCheck === 'crc64';
  const facts: Record<string, unknown> = { ...pair, comparesCrc64, mode: rules.mode };
  return TABLE.find(({ copies: _, by: __, ...row }) =>
    Object.entries(row).every(([name, value]) => value === undefined || facts[name] === value),
  );
}

const combinations = RULES.flatMap((rules) => PAIRS.map((pair) => ({ rules, pair })));

describe('omsDecision', () => {
  it('follows its table in all 648 combinations', () => {
    expect(combinations).toHaveLength(4 * 3 * 2 * 3 * 3 * 3);
    for (const { rules, pair } of combinations) {
      const row = rowOf(rules, pair);

      expect(omsDecision(rules, pair), JSON.stringify({ rules, pair })).toEqual({ copies: row?.copies, by: row?.by });
    }
  });

  it.each(RULES)('copies what is not there, with $mode and $consistencyCheck', (rules) => {
    expect(omsDecision(rules, undefined)).toEqual({ copies: true, by: 'absent' });
  });

  it('decides like the independent implementation of the local OMS, in every combination', () => {
    for (const { rules, pair } of combinations) {
      const [source, destination] = objectsLike(pair);
      const sameContent = pair.contents !== 'different';
      const local = mustCopy(rules, source, destination, { timesProveNothing: false, sameContent });

      expect(omsDecision(rules, pair).copies, JSON.stringify({ rules, pair })).toBe(local);
    }
    for (const rules of RULES) {
      const [source] = objectsLike({ size: 'same', time: 'newer', contents: 'equal', crc64: 'equal' });
      expect(mustCopy(rules, source, undefined, { timesProveNothing: false, sameContent: false })).toBe(true);
    }
  });

  it('decides like the local OMS also where only one side has a CRC64 checksum', () => {
    for (const { rules, pair } of combinations.filter(({ pair: { crc64 } }) => crc64 === 'unknown')) {
      const [source, destination] = objectsLike(pair);
      const sameContent = pair.contents !== 'different';
      const local = mustCopy(rules, { ...source, crc64: '1' }, destination, { timesProveNothing: false, sameContent });

      expect(omsDecision(rules, pair).copies, JSON.stringify({ rules, pair })).toBe(local);
    }
  });

  it('decides like the local OMS on times with milliseconds, of which HTTP dates keep the whole seconds', () => {
    const times = [-1000, -999, -501, -1, 0, 1, 499, 999, 1000].map((offset) => 1_700_000_000_500 + offset);
    for (const rules of RULES)
      for (const sourceTime of times)
        for (const destinationTime of times) {
          const listed = (lastModified: number, etag: string) => ({ key: 'k', size: 1, lastModified, etag });
          const [from, to] = [listed(sourceTime, 'a'.repeat(32)), listed(destinationTime, 'b'.repeat(32))];
          const headers = ({ lastModified, etag }: typeof from): ObjectFacts => ({
            size: 1,
            lastModified: Date.parse(new Date(lastModified).toUTCString()),
            etag,
            crc64: undefined,
          });
          const local = mustCopy(rules, headers(from), headers(to), { timesProveNothing: false, sameContent: false });

          expect(omsDecision(rules, comparePair(from, to, { compareETags: true })).copies).toBe(local);
        }
  });
});

/** Headers that say of two objects what the pair says. */
function objectsLike(pair: Pair): [ObjectFacts, ObjectFacts] {
  const time = 1_700_000_000_000;
  const source: ObjectFacts = { size: 5, lastModified: time, etag: 'a', crc64: pair.crc64 === 'unknown' ? any : '1' };
  const offsets = { older: -1000, same_second: 0, newer: 1000 };
  return [
    source,
    {
      size: pair.size === 'same' ? 5 : 6,
      lastModified: time + offsets[pair.time],
      etag: pair.contents === 'different' ? 'b' : 'a',
      crc64: pair.crc64 === 'unknown' ? any : pair.crc64 === 'equal' ? '1' : '2',
    },
  ];
}

describe('submission', () => {
  const pair: Pair = { size: 'same', time: 'newer', contents: 'different', crc64: 'unknown' };
  const byCrc64: OverwriteRules = { mode: CRC64, consistencyCheck: 'size_last_modified' };

  it('is what OMS decides, and doubtful only in the same second and where a CRC64 is not listed', () => {
    for (const each of combinations.filter(({ pair: { crc64 } }) => crc64 === 'unknown')) {
      const { copies, by } = omsDecision(each.rules, each.pair);
      const got = submission(each.rules, each.pair);
      if (got !== 'doubtful') expect(got, JSON.stringify(each)).toBe(copies ? 'copied' : 'skipped');
      const crc64NotListed = each.rules.mode === CRC64 || each.rules.consistencyCheck === 'crc64';
      if (got === 'doubtful') expect((by === 'same_second' && copies) || crc64NotListed).toBe(true);
      if (by === 'same_second' && copies) expect(got).toBe('doubtful');
      if (by === 'no_overwrite' || by === 'full_overwrite') expect(got).not.toBe('doubtful');
    }
    expect(submission(DEFAULT_RULES, undefined)).toBe('copied');
  });

  it.each<[string, Partial<Pair>, OverwriteRules, string]>([
    ['skips different contents under a newer time', {}, DEFAULT_RULES, 'skipped'],
    ['doubts different contents under a newer time where CRC64 may be compared', {}, byCrc64, 'doubtful'],
    ['copies another size by CRC64, too', { size: 'differs', contents: 'unknown' }, byCrc64, 'copied'],
    ['copies different contents of an older destination by CRC64, too', { time: 'older' }, byCrc64, 'copied'],
    ['doubts an older destination of equal contents', { time: 'older', contents: 'equal' }, byCrc64, 'doubtful'],
    ['doubts an older destination of unknown contents', { time: 'older', contents: 'unknown' }, byCrc64, 'doubtful'],
    ['skips equal contents under a newer time', { contents: 'equal' }, byCrc64, 'skipped'],
    ['looks at the consistency check, too', {}, { mode: SIZE_TIME, consistencyCheck: 'crc64' }, 'doubtful'],
    ['never doubts NO_OVERWRITE', {}, { mode: NO, consistencyCheck: 'crc64' }, 'skipped'],
    ['never doubts FULL_OVERWRITE', {}, { mode: FULL, consistencyCheck: 'crc64' }, 'copied'],
  ])('%s', (_name, facts, rules, expected) => {
    expect(submission(rules, { ...pair, ...facts })).toBe(expected);
  });
});

describe('rulesOf', () => {
  it('reads what ShowSyncTask answers', () => {
    for (const { mode, consistencyCheck } of RULES)
      expect(rulesOf({ object_overwrite_mode: mode, consistency_check: consistencyCheck })).toEqual({
        mode,
        consistencyCheck,
      });
    expect(rulesOf({ consistency_check: 'no_check' }).consistencyCheck).toBe('transmission');
  });

  it.each([undefined, null, '', 'A_MODE_TO_COME', '__proto__', 'constructor'])('takes %j for the default', (value) => {
    expect(rulesOf({ object_overwrite_mode: value, consistency_check: value })).toEqual(DEFAULT_RULES);
  });
});
