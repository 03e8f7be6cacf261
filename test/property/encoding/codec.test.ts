import querystring from 'node:querystring';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFormKey, decodeKey, decodeRfc3986Key } from '#shared/encoding/decode.ts';
import { checkEncodedOmsKey, encodeOmsKey } from '#shared/encoding/encode.ts';
import { checkObjectKey } from '#shared/encoding/object-key.ts';
import { formEncodedKey, objectKey, RUN } from './arbitraries.ts';

/** RFC 3986 by the letter, byte by byte: the oracle of the encoder. */
function encodeByTheBook(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9\-_.~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

describe('any key', () => {
  it('comes back from its encoded form, read form-style and RFC 3986-style alike', () => {
    fc.assert(
      fc.property(objectKey, (key) => {
        const encoded = encodeOmsKey(key);
        expect(decodeFormKey(encoded)).toBe(key);
        expect(decodeRfc3986Key(encoded)).toBe(key);
      }),
      RUN,
    );
  });

  it('comes back from its encoded form through decoders that are not ours', () => {
    fc.assert(
      fc.property(objectKey, (key) => {
        const encoded = encodeOmsKey(key);
        expect(decodeURIComponent(encoded)).toBe(key);
        expect(new URLSearchParams(`k=${encoded}`).get('k')).toBe(key);
        expect(querystring.parse(`k=${encoded}`)['k']).toBe(key);
      }),
      RUN,
    );
  });

  it('is encoded in unreserved characters and capital %XX only', () => {
    fc.assert(
      fc.property(objectKey, (key) => {
        expect(encodeOmsKey(key)).toMatch(/^(?:[A-Za-z0-9\-_.~]|%[0-9A-F]{2})+$/);
      }),
      RUN,
    );
  });

  it('is encoded as RFC 3986 says, byte by byte', () => {
    fc.assert(
      fc.property(objectKey, (key) => {
        expect(encodeOmsKey(key)).toBe(encodeByTheBook(key));
      }),
      RUN,
    );
  });

  it('is accepted as it is, and its encoded form as an encoded one', () => {
    fc.assert(
      fc.property(objectKey, (key) => {
        expect(checkObjectKey(key)).toBe(key);
        expect(decodeKey('raw', key)).toBe(key);
        expect(() => checkEncodedOmsKey(encodeOmsKey(key))).not.toThrow();
      }),
      RUN,
    );
  });

  it('has an encoded form of its own', () => {
    fc.assert(
      fc.property(objectKey, objectKey, (one, other) => {
        expect(encodeOmsKey(one) === encodeOmsKey(other)).toBe(one === other);
      }),
      RUN,
    );
  });
});

describe('any form encoding of a key', () => {
  it('is read as URLSearchParams and querystring read it', () => {
    fc.assert(
      fc.property(formEncodedKey, ({ key, encoded }) => {
        // `&`, `=` and `#` mean nothing in a key but something in a query.
        const quoted = encoded.replace(/[&=#]/g, encodeURIComponent);
        expect(new URLSearchParams(`k=${quoted}`).get('k')).toBe(key);
        expect(querystring.unescape(encoded.replaceAll('+', ' '))).toBe(key);
        expect(decodeFormKey(encoded)).toBe(key);
        expect(decodeKey('form', encoded)).toBe(key);
      }),
      RUN,
    );
  });
});
