import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoted } from '../../../scripts/cli/quoted.ts';
import { runs } from '../../helpers/thorough.ts';

describe('a name in quotes', () => {
  it.each([
    ['报告/a+b ☃.pdf', '"报告/a+b ☃.pdf"'],
    [' ends with a blank ', '" ends with a blank "'],
    ['quote " and \\', '"quote \\" and \\\\"'],
    ['\u001b[2Jcleared', '"\\u001b[2Jcleared"'],
    ['c1 \u009b', '"c1 \\u009b"'],
    ['line\nbreak\u2028', '"line\\nbreak\\u2028"'],
    ['right\u202eto left', '"right\\u202eto left"'],
    ['zero\u200bwidth', '"zero\\u200bwidth"'],
    ['tag \u{e0041}', '"tag \\udb40\\udc41"'],
    ['😀', '"😀"'],
  ])('%j is shown as %s', (name, shown) => {
    expect(quoted(name)).toBe(shown);
  });

  it('can be read back, and commands no terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const shown = quoted(name);
        expect(JSON.parse(shown)).toBe(name);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { seed: 20, numRuns: runs(300) },
    );
  });
});
