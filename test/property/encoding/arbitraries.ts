import fc from 'fast-check';
import { runs } from '../../helpers/thorough.ts';

/** Fixed, so that a failure is the same for everybody; fast-check prints it with the counterexample. */
export const RUN = { seed: 20_261_121, numRuns: runs(2000) } as const;

/** One character of a key: mostly those that break codecs, sometimes any Unicode scalar value. */
const character = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...'ab0/+% .-_~!\'()*#?&=:;,@$"<>|\\^`{}[]') },
  { weight: 1, arbitrary: fc.constantFrom('%2F', '%2B', '%20', '%', '%E4', '\r', '\n', '\t', '\0', '\u007f') },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.constantFrom('é', 'e\u0301', '汉', '😀', '\ufffd', '\ufeff', '\u2028', '\uffff') },
);

/** Any key: scalar values, 1 to 1024 bytes of UTF-8. */
export const objectKey = fc
  .oneof(
    { weight: 9, arbitrary: fc.string({ unit: character, minLength: 1, maxLength: 40 }) },
    { weight: 1, arbitrary: fc.string({ unit: character, minLength: 1, maxLength: 1024 }) },
  )
  .filter((key) => Buffer.byteLength(key) <= 1024);

/** Text that may be no key in any encoding: stray percents, broken UTF-8, lone surrogates, too long, empty. */
export const anyText = fc.string({
  unit: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 255 }).map((byte) => `%${byte.toString(16).padStart(2, '0')}`) },
    { weight: 1, arbitrary: fc.constantFrom('%', '%4', '%zz', '%E4%BD', '%ED%A0%80', '%C0%AF', '%EF%BF%BD', '+', '/') },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) },
    { weight: 1, arbitrary: fc.constantFrom('k'.repeat(900), '汉'.repeat(300), '%2F'.repeat(1000)) },
    { weight: 2, arbitrary: character },
  ),
  maxLength: 12,
});

/** Writes a key as a form does, each character in one of the spellings that mean the same there. */
export const formEncodedKey = fc
  .tuple(objectKey, fc.infiniteStream(fc.integer({ min: 0, max: 3 })))
  .map(([key, choices]) => {
    let encoded = '';
    for (const char of key) {
      const choice = choices.next().value;
      const bytes = [...Buffer.from(char)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
      if (char === ' ' && choice < 2) encoded += '+';
      else if (char === '+' || char === '%' || choice === 3) encoded += bytes;
      else if (choice === 2) encoded += bytes.toUpperCase();
      else encoded += char;
    }
    return { key, encoded };
  });
