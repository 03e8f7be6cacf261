import fc from 'fast-check';
import { describe, it } from 'vitest';
import { ValidationError } from '#shared/validation/errors.ts';
import { parseJson, parseJsonLossless, stringifyJson } from '#shared/validation/json.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20260102;

/** Integers that a number cannot hold. */
const big = fc.oneof(
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
);
const hostileText = fc
  .array(fc.constantFrom('\0', '"', '\\', '1234567890123456', ',', ':', '[', '-', 'e', '\u2028', '😀'), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    big,
    fc.maxSafeInteger().filter((number) => !Object.is(number, -0)),
    hostileText,
    fc.constantFrom(null, true, false, 1.5, 1e300),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      hostileText.filter((name) => name !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));

describe('lossless JSON', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(value, (original) => {
        const again = parseJsonLossless(stringifyJson(original));
        return stringifyJson(again) === stringifyJson(original) && sameTypes(original, again);
      }),
      { seed: SEED, numRuns: runs(1000) },
    );
  });

  it('is JSON without bigints as the engine reads and writes it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (original) => stringifyJson(original) === JSON.stringify(original)),
      { seed: SEED, numRuns: runs(500) },
    );
  });
});

describe('parseJson', () => {
  it('refuses what the engine refuses, at a position within the text, and nothing else', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(60), fc.constantFrom('', ',', '"', '}', ']', '{', '\\', '0', '\t', ':', 'x'))
      .map(([text, at, insert]) => text.slice(0, at) + insert + text.slice(at + 1));
    fc.assert(
      fc.property(damaged, (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        try {
          parseJson(text);
          return valid;
        } catch (error) {
          if (!(error instanceof ValidationError)) throw error;
          if (error.details[0]?.rule === 'duplicate') return valid;
          const index = /index (\d+)/.exec(error.message)?.[1];
          // The text up to the position can still be continued, so the engine complains about its end or nothing.
          return !valid && (index === undefined || Number(index) < text.length);
        }
      }),
      { seed: SEED, numRuns: runs(2000) },
    );
  });
});

function sameTypes(one: unknown, other: unknown): boolean {
  if (typeof one !== typeof other) return false;
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return one === other;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => sameTypes(Reflect.get(one, name), Reflect.get(other, name)))
  );
}
