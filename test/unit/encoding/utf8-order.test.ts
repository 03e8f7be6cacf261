import { describe, expect, it } from 'vitest';
import { compareUtf8 } from '#shared/encoding/utf8-order.ts';

describe('compareUtf8', () => {
  it('puts U+FF5E before an emoji, which JavaScript puts after it', () => {
    expect(compareUtf8('\uff5e', '\u{1f600}')).toBeLessThan(0);
    expect(compareUtf8('\u{1f600}', '\uff5e')).toBeGreaterThan(0);
    expect('\uff5e' < '\u{1f600}').toBe(false);
  });

  it.each([
    ['', 'a'],
    ['A', 'a'],
    ['a', 'a/'],
    ['a!', 'a/'],
    ['a\u{1f600}', 'a\u{1f600}\0'],
    ['\u007f', '\u0080'],
    ['\u07ff', '\u0800'],
    ['\ud7ff', '\ue000'],
    ['\ud7ff', '\u{10000}'],
    ['\ue000', '\u{10000}'],
    ['\uffff', '\u{10000}'],
    ['\uffff', '\u{10ffff}'],
    ['\u{1f600}', '\u{1f601}'],
    ['\u{103fe}', '\u{103ff}'],
    ['\u{10ffff}a', '\u{10ffff}b'],
    ['\u{1f3ff}', '\u{1f400}'],
    ['\u{1f600}\uff5e', '\u{1f600}\u{1f600}'],
    ['e\u0301', '\u00e9'],
  ])('puts %j before %j', (first, second) => {
    expect(Buffer.compare(Buffer.from(first), Buffer.from(second))).toBe(-1);
    expect(compareUtf8(first, second)).toBeLessThan(0);
    expect(compareUtf8(second, first)).toBeGreaterThan(0);
    expect(compareUtf8(first, first)).toBe(0);
  });
});
