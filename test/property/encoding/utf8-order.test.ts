import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import { runs } from '../../helpers/thorough.ts';

/** Characters on both sides of every border where UTF-16 and UTF-8 could part, so that random texts meet there often. */
const unit = fc.constantFrom(
  ...['a', 'b', '/', '\0', '\u007f', '\u0080', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\uff5e', '\uffff'],
  ...['\u{10000}', '\u{1f600}', '\u{1f601}', '\u{2f800}', '\u{10ffff}'],
);
const text = fc.oneof(
  fc.string({ unit, maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
);
/** Any code units, lone surrogates included. */
const codeUnits = fc.array(fc.constantFrom(0x61, 0xd7ff, 0xd83d, 0xde00, 0xe000, 0xffff), { maxLength: 4 });
const parameters = { seed: 20261121, numRuns: runs(5000) };

describe('compareUtf8', () => {
  it('orders like the bytes of UTF-8', () => {
    fc.assert(
      fc.property(text, text, text, (start, a, b) => {
        const [first, second] = [start + a, start + b];
        expect(Math.sign(compareUtf8(first, second))).toBe(Buffer.compare(Buffer.from(first), Buffer.from(second)));
      }),
      parameters,
    );
  });

  it('is a total order also on texts that are no Unicode', () => {
    fc.assert(
      fc.property(codeUnits, codeUnits, codeUnits, (...units) => {
        const [a, b, c] = units.map((codes) => String.fromCharCode(...codes)) as [string, string, string];
        expect(Math.sign(compareUtf8(a, b))).toBe(-Math.sign(compareUtf8(b, a)) + 0);
        expect(compareUtf8(a, b) === 0).toBe(a === b);
        if (compareUtf8(a, b) <= 0 && compareUtf8(b, c) <= 0) expect(compareUtf8(a, c)).toBeLessThanOrEqual(0);
      }),
      parameters,
    );
  });
});
