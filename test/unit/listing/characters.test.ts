import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEYOND, characterBetween, LAST_CHARACTER } from '#shared/listing/characters.ts';
import { runs } from '../../helpers/thorough.ts';

/** No control character, no surrogate, no noncharacter: what XML 1.0 has and stores are seen with. */
const isUsable = (codePoint: number): boolean =>
  codePoint >= 0x20 &&
  !(codePoint >= 0x7f && codePoint <= 0x9f) &&
  !(codePoint >= 0xd800 && codePoint <= 0xdfff) &&
  !(codePoint >= 0xfdd0 && codePoint <= 0xfdef) &&
  (codePoint & 0xfffe) !== 0xfffe;

const edge = fc
  .tuple(
    fc.constantFrom(
      -1,
      0x1f,
      0x2f,
      0x3a,
      0x60,
      0x7e,
      0xa0,
      0x2fff,
      0x9fff,
      0xd7ff,
      0xe000,
      0xfdd0,
      0xfffd,
      0x1_fffe,
      0x3_ffff,
      0x7_fffe,
      0x10_fffd,
      BEYOND,
    ),
    fc.integer({ min: -3, max: 3 }),
  )
  .map(([codePoint, by]) => Math.min(BEYOND, Math.max(-1, codePoint + by)));
const bound = fc.oneof(edge, fc.integer({ min: -1, max: BEYOND }), fc.integer({ min: -1, max: 0x80 }));

describe('a character between two others', () => {
  it('is between them and usable, and is there wherever there is one', () => {
    fc.assert(
      fc.property(bound, bound, (one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        const between = characterBetween(low, high);
        if (between !== undefined) {
          expect(between > low && between < high && isUsable(between)).toBe(true);
          return;
        }
        // The loop passes at most the noncharacters and the surrogates in a row.
        for (let codePoint = low + 1; codePoint < high; codePoint++) expect(isUsable(codePoint)).toBe(false);
      }),
      { seed: 20_261_123, numRuns: runs(5000) },
    );
  });

  it('is found by halving in few steps, wherever it is', () => {
    for (const wanted of ['0', '9', 'a', 'z', 'Z', '~', ' ', 'é', '汉', '～', '😀', LAST_CHARACTER]) {
      const target = wanted.codePointAt(0) ?? 0;
      for (const up of [true, false]) {
        let [low, high] = [-1, BEYOND];
        let steps = 0;
        for (let between = characterBetween(low, high); between !== undefined; between = characterBetween(low, high)) {
          steps += 1;
          if (up ? between <= target : between < target) low = between;
          else high = between;
        }
        expect(steps, wanted).toBeLessThan(32);
        if (target < 0x80) expect(steps, wanted).toBeLessThan(20);
      }
    }
  });

  it('is in the middle of the digits between digits, and among letters for a bucket of anything', () => {
    expect(String.fromCodePoint(characterBetween(0x30, 0x3a) ?? 0)).toMatch(/[4-6]/);
    expect(String.fromCodePoint(characterBetween(-1, BEYOND) ?? 0)).toMatch(/[A-Za-z]/);
    expect(characterBetween(0x61, 0x62)).toBeUndefined();
    expect(characterBetween(0x61, 0x61)).toBeUndefined();
    expect(characterBetween(0x7e, 0xa0)).toBeUndefined();
  });
});
