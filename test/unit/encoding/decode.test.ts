import { describe, expect, it } from 'vitest';
import { decodeFormKey, decodeKey, decodeRfc3986Key } from '#shared/encoding/decode.ts';
import { thrownBy } from './thrown-by.ts';

describe('one input in three positions', () => {
  it.each([
    ['a+b', 'a b', 'a+b', 'a+b'],
    ['a%2Bb', 'a+b', 'a+b', 'a%2Bb'],
    ['a%20b', 'a b', 'a b', 'a%20b'],
    ['a/b', 'a/b', 'a/b', 'a/b'],
    ['%E2%98%83+', '☃ ', '☃+', '%E2%98%83+'],
  ])('reads %s as %j in a form, %j in a path and %j as it is', (input, form, rfc3986, raw) => {
    expect(decodeFormKey(input)).toBe(form);
    expect(decodeRfc3986Key(input)).toBe(rfc3986);
    expect(decodeKey('raw', input)).toBe(raw);
    expect(decodeKey('form', input)).toBe(form);
    expect(decodeKey('rfc3986', input)).toBe(rfc3986);
    expect(decodeKey('raw', input)).toBe(raw);
  });
});

describe('positions of errors', () => {
  it('count in the input, not in the decoded key', () => {
    expect(thrownBy(() => decodeFormKey('%E4%BD%A0+%E5%A5%BD%'))).toMatchObject({
      rule: 'malformed_percent',
      position: 19,
    });
  });

  it('are those of the first rule that is broken', () => {
    expect(thrownBy(() => decodeFormKey('\ud800%'))).toMatchObject({ rule: 'lone_surrogate', position: 0 });
    expect(thrownBy(() => decodeFormKey('%\ud800'))).toMatchObject({ rule: 'malformed_percent', position: 0 });
    expect(thrownBy(() => decodeRfc3986Key(`%FF${'k'.repeat(2000)}`))).toMatchObject({ rule: 'invalid_utf8' });
    expect(thrownBy(() => decodeRfc3986Key(`${'k'.repeat(2000)}%FF`))).toMatchObject({ rule: 'too_long' });
  });
});

describe('an endless input', () => {
  it.each(['form', 'rfc3986', 'raw'] as const)('is refused at its 1025th byte (%s)', (encoding) => {
    expect(thrownBy(() => decodeKey(encoding, `${'k'.repeat(10_000_000)}%`))).toMatchObject({
      rule: 'too_long',
      position: 1024,
    });
  });
});

describe('U+FFFD', () => {
  it('is a character of a key', () => {
    expect(decodeFormKey('a%EF%BF%BD+')).toBe('a\ufffd ');
    expect(decodeKey('raw', '\ufffd')).toBe('\ufffd');
  });
});
