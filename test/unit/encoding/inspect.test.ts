import { describe, expect, it } from 'vitest';
import { inspectKey } from '#shared/encoding/inspect.ts';
import { THOROUGH } from '../../helpers/thorough.ts';
import { thrownBy } from './thrown-by.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

function isUtf8(bytes: readonly number[]): boolean {
  try {
    utf8.decode(Uint8Array.from(bytes));
    return true;
  } catch {
    return false;
  }
}

function sequenceLength(lead: number): number {
  if (lead < 0xc0 || lead > 0xf7) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

function encoded(bytes: readonly number[]): string {
  return bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

describe('inspectKey', () => {
  it('agrees with the platform on every first and second byte of UTF-8', () => {
    for (let lead = 0; lead <= 0xff; lead++) {
      const length = sequenceLength(lead);
      for (let second = 0; second <= (length === 1 ? 0 : 0xff); second += THOROUGH ? 1 : 5) {
        const bytes = [lead, second, 0x80, 0xbf].slice(0, length);
        // The stray percent is found only where the bytes before it are right.
        const input = `${encoded(bytes)}%`;
        const [rule, position] = isUtf8(bytes) ? ['malformed_percent', 3 * length] : ['invalid_utf8', 0];

        const error = thrownBy(() => inspectKey(input, true)) as { rule: string; position: number };

        if (error.rule !== rule || error.position !== position) {
          expect([input, error.rule, error.position]).toEqual([input, rule, position]);
        }
      }
    }
  });

  it('takes percent signs as they are in a raw position', () => {
    expect(() => inspectKey('100%', false)).not.toThrow();
  });

  it.each([
    ['ASCII', 'k', 1024],
    ['two bytes', 'é', 512],
    ['three bytes', '汉', 341],
    ['four bytes', '😀', 256],
    ['the last of two bytes', '\u07ff', 512],
    ['the first of three bytes', '\u0800', 341],
    ['two bytes, encoded', '%C3%A9', 512],
    ['three bytes, encoded', '%E6%B1%89', 341],
    ['four bytes, encoded', '%F0%9F%98%80', 256],
  ])('counts characters of %s in bytes and points at the first that does not fit', (_name, character, fits) => {
    expect(() => inspectKey(character.repeat(fits), true)).not.toThrow();
    expect(thrownBy(() => inspectKey(character.repeat(fits + 1), true))).toMatchObject({
      rule: 'too_long',
      position: character.length * fits,
    });
  });
});
