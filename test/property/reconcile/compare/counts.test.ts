import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import {
  addCounts,
  type Counts,
  countFinding,
  countSame,
  namedKey,
  noCounts,
} from '#shared/reconcile/compare/counts.ts';
import { REASONS, VERDICTS } from '#shared/reconcile/compare/verdict.ts';
import { runs } from '../../../helpers/thorough.ts';

const parameters = { seed: 20_261_121, numRuns: runs(200) };
/** Few keys, so that the same come twice; up to more than are named. */
const entries = fc.array(
  fc.record({
    key: fc.oneof(
      fc.nat(150).map(String),
      fc.constantFrom(
        '\uff5e',
        '\u{1f600}',
        'k'.repeat(300),
        'k'.repeat(301),
        'k'.repeat(199),
        'k'.repeat(200),
        `${'k'.repeat(200)}\u{1f600}`,
      ),
    ),
    verdict: fc.constantFrom(...VERDICTS),
    reason: fc.constantFrom(undefined, ...REASONS),
    size: fc.nat(1000),
  }),
  { maxLength: 400 },
);

/** Counts as a diff makes them: in the order of the keys. */
const counts: fc.Arbitrary<Counts> = entries.map((given) => {
  const total = noCounts();
  const inOrder = [...given].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  for (const { key, verdict, reason, size } of inOrder) {
    const source = { key, size, lastModified: 0 };
    if (verdict === 'same') countSame(total, key, size, size);
    else countFinding(total, { key, verdict, source, submit: false, ...(reason && { reason }) });
  }
  total.changed.objects = given.length;
  return total;
});

describe('addCounts', () => {
  it('does not mind the order', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        expect(addCounts(a, b)).toEqual(addCounts(b, a));
      }),
      parameters,
    );
  });

  it('does not mind the grouping', () => {
    fc.assert(
      fc.property(counts, counts, counts, (a, b, c) => {
        expect(addCounts(addCounts(a, b), c)).toEqual(addCounts(a, addCounts(b, c)));
      }),
      parameters,
    );
  });

  it('adds nothing where there is nothing', () => {
    fc.assert(
      fc.property(counts, (a) => {
        const named = addCounts(a, a);
        expect(addCounts(named, noCounts())).toEqual(named);
        expect(addCounts(noCounts(), named)).toEqual(named);
      }),
      parameters,
    );
  });

  it('gives plain JSON', () => {
    fc.assert(
      fc.property(counts, (a) => {
        expect(JSON.parse(JSON.stringify(a))).toEqual(a);
      }),
      parameters,
    );
  });
});

describe('namedKey', () => {
  it('keeps the order of keys', () => {
    const unit = fc.constantFrom('a', '\uff5e', '\u{1f600}', '…', '\uffff');
    const end = fc.string({ unit, maxLength: 4 });
    fc.assert(
      fc.property(fc.integer({ min: 197, max: 201 }), end, end, (length, a, b) => {
        const keys = [a, b].map((each) => 'k'.repeat(length) + each) as [string, string];
        const named = keys.map(namedKey) as [string, string];
        if (compareUtf8(...keys) <= 0) expect(compareUtf8(...named)).toBeLessThanOrEqual(0);
      }),
      { seed: 20_261_121, numRuns: runs(2000) },
    );
  });
});
