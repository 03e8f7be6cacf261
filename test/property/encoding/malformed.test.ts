import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeKey, type KeyEncoding } from '#shared/encoding/decode.ts';
import { checkEncodedOmsKey, encodeOmsKey } from '#shared/encoding/encode.ts';
import { KeyEncodingError } from '#shared/encoding/errors.ts';
import { anyText, RUN } from './arbitraries.ts';

/** The error of a call, which must be a KeyEncodingError that points into the input; `undefined` if there is none. */
function keyErrorOf(input: string, call: () => unknown): KeyEncodingError | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (!(error instanceof KeyEncodingError)) throw error;
    expect(Number.isInteger(error.position)).toBe(true);
    expect(error.position).toBeGreaterThanOrEqual(0);
    expect(error.position).toBeLessThan(Math.max(1, input.length));
    return error;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The meaning of a text, by way of bytes and the platform's own UTF-8 decoder; `undefined` if it has none. */
function meaningOf(encoding: KeyEncoding, text: string): string | undefined {
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)) return undefined;
  if (encoding !== 'raw' && /%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const plain = encoding === 'form' ? text.replaceAll('+', ' ') : text;
  const parts = encoding === 'raw' ? [plain] : plain.split(/((?:%[0-9A-Fa-f]{2})+)/);
  let key = '';
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 0) key += part;
    else {
      try {
        key += utf8.decode(Buffer.from(part.replaceAll('%', ''), 'hex'));
      } catch {
        return undefined;
      }
    }
  }
  const bytes = Buffer.byteLength(key);
  return bytes >= 1 && bytes <= 1024 ? key : undefined;
}

describe.each(['form', 'rfc3986', 'raw'] as const)('any text in a position of encoding %s', (encoding) => {
  it('is either a key or a KeyEncodingError that points into it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        keyErrorOf(text, () => decodeKey(encoding, text));
      }),
      RUN,
    );
  });

  it('is a key exactly where the platform reads one, and the same', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const meaning = meaningOf(encoding, text);
        if (meaning === undefined) expect(keyErrorOf(text, () => decodeKey(encoding, text))).toBeDefined();
        else expect(decodeKey(encoding, text)).toBe(meaning);
      }),
      RUN,
    );
  });

  it('is wrong at the position that is named, and right before it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const error = keyErrorOf(text, () => decodeKey(encoding, text));
        if (error === undefined || error.position === 0) return;
        const before = text.slice(0, error.position);
        const earlier = keyErrorOf(before, () => decodeKey(encoding, before));
        // Half a `%` is the more telling of two errors where it also cuts a UTF-8 sequence.
        if (error.rule === 'malformed_percent') expect([undefined, 'invalid_utf8']).toContain(earlier?.rule);
        else expect(earlier).toBeUndefined();
        const percent = error.rule === 'malformed_percent' || error.rule === 'invalid_utf8';
        if (percent) expect(text[error.position]).toBe('%');
      }),
      RUN,
    );
  });
});

describe('any text', () => {
  it('is encoded, or is a KeyEncodingError: never an error of the platform', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const error = keyErrorOf(text, () => encodeOmsKey(text));
        expect(error === undefined).toBe(meaningOf('raw', text) !== undefined);
      }),
      RUN,
    );
  });

  it('is an encoded key for OMS exactly if it is printable ASCII that means a key, form-style or RFC 3986-style', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const error = keyErrorOf(text, () => checkEncodedOmsKey(text));
        const readable = /^[ -~]*$/.test(text) && meaningOf('form', text) !== undefined;
        expect(error === undefined).toBe(readable);
        if (readable) expect(meaningOf('rfc3986', text)).toBeDefined();
      }),
      RUN,
    );
  });
});
