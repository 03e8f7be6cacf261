import { KeyEncodingError } from './errors.ts';

const PERCENT = 0x25;

/** Value of a hexadecimal digit, or -1. */
function hexValue(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** The byte of `%XX` at `index`; `undefined` where there is no `%`. Throws where the `%` is malformed. */
function byteAt(input: string, index: number): number | undefined {
  if (input.charCodeAt(index) !== PERCENT) return undefined;
  // charCodeAt past the end is NaN, which is no digit.
  const high = hexValue(input.charCodeAt(index + 1));
  const low = hexValue(input.charCodeAt(index + 2));
  if (high < 0 || low < 0) throw new KeyEncodingError('malformed_percent', index);
  return high * 16 + low;
}

/** How many bytes a lead byte announces and the range of the second (Unicode 15, table 3-7); `undefined`: no lead. */
function sequenceOf(lead: number): { bytes: number; min: number; max: number } | undefined {
  if (lead >= 0xc2 && lead <= 0xdf) return { bytes: 2, min: 0x80, max: 0xbf };
  // The narrower ranges shut out overlong forms, surrogates (CESU-8) and what is beyond U+10FFFF.
  if (lead >= 0xe0 && lead <= 0xef) {
    return { bytes: 3, min: lead === 0xe0 ? 0xa0 : 0x80, max: lead === 0xed ? 0x9f : 0xbf };
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    return { bytes: 4, min: lead === 0xf0 ? 0x90 : 0x80, max: lead === 0xf4 ? 0x8f : 0xbf };
  }
  return undefined;
}

interface Character {
  /** UTF-16 units of input. */
  readonly units: number;
  /** Bytes of UTF-8. */
  readonly bytes: number;
}

/** Reads the percent-encoded character that starts at `index` with the byte `lead`. */
function encodedCharacter(input: string, index: number, lead: number): Character {
  if (lead < 0x80) return { units: 3, bytes: 1 };
  const sequence = sequenceOf(lead);
  if (sequence === undefined) throw new KeyEncodingError('invalid_utf8', index);
  let { min, max } = sequence;
  for (let i = 1; i < sequence.bytes; i++) {
    const next = byteAt(input, index + 3 * i);
    if (next === undefined || next < min || next > max) throw new KeyEncodingError('invalid_utf8', index);
    min = 0x80;
    max = 0xbf;
  }
  return { units: 3 * sequence.bytes, bytes: sequence.bytes };
}

function literalCharacter(input: string, index: number): Character {
  const codePoint = input.codePointAt(index) ?? 0;
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) throw new KeyEncodingError('lone_surrogate', index);
  if (codePoint < 0x80) return { units: 1, bytes: 1 };
  if (codePoint < 0x800) return { units: 1, bytes: 2 };
  return codePoint > 0xffff ? { units: 2, bytes: 4 } : { units: 1, bytes: 3 };
}

/**
 * Reads an input character by character and throws for the first one that breaks a rule; returns if there is none.
 * This is the slow path, which knows positions; the callers accept what is surely right without it.
 * It stops at the 1025th byte, so its cost is bounded whatever the length of the input.
 *
 * @param percent whether `%XX` stands for a byte (form and RFC 3986 positions) or for itself (raw)
 * @throws KeyEncodingError
 */
export function inspectKey(input: string, percent: boolean): void {
  if (input.length === 0) throw new KeyEncodingError('empty', 0);
  let bytes = 0;
  let index = 0;
  while (index < input.length) {
    const byte = percent ? byteAt(input, index) : undefined;
    const character = byte === undefined ? literalCharacter(input, index) : encodedCharacter(input, index, byte);
    bytes += character.bytes;
    if (bytes > KEY_LIMITS.maxBytes) throw new KeyEncodingError('too_long', index);
    index += character.units;
  }
}

/**
 * Limits of OBS and S3 for the name of an object.
 * https://support.huaweicloud.com/intl/en-us/devg-obs/obs_06_0026.html (UTF-8, 1 to 1024 bytes)
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
 */
export const KEY_LIMITS = {
  /** Counts bytes of UTF-8, not characters. */
  maxBytes: 1024,
  /** A character of an encoded key stands for at least a third of a byte: `%XX`. */
  maxEncodedLength: 3 * 1024,
  /** A UTF-16 unit takes at most three bytes of UTF-8, so a key of this length fits without counting. */
  surelyFitsLength: Math.floor(1024 / 3),
} as const;
