import { describe, expect, it } from 'vitest';
import { checkEncodedOmsKey, encodeOmsKey } from '#shared/encoding/encode.ts';
import { KeyEncodingError } from '#shared/encoding/errors.ts';
import { thrownBy } from './thrown-by.ts';

describe('encodeOmsKey', () => {
  it.each([
    ['a/b/c.txt', 'a%2Fb%2Fc.txt'],
    ['/', '%2F'],
    ['//a//', '%2F%2Fa%2F%2F'],
    ['no-slash_at.all~', 'no-slash_at.all~'],
    ["!'()*", '%21%27%28%29%2A'],
    ['a (1)/b.txt', 'a%20%281%29%2Fb.txt'],
    ['a+b c', 'a%2Bb%20c'],
    ['报告/☃.txt', '%E6%8A%A5%E5%91%8A%2F%E2%98%83.txt'],
  ])('encodes %j as %s', (key, encoded) => {
    expect(encodeOmsKey(key)).toBe(encoded);
  });

  it('leaves the unreserved characters of ASCII alone and encodes every other one', () => {
    for (let code = 0; code < 0x80; code++) {
      const character = String.fromCharCode(code);
      const unreserved = /[A-Za-z0-9\-_.~]/.test(character);
      const encoded = unreserved ? character : `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
      expect(encodeOmsKey(character)).toBe(encoded);
      expect(encodeOmsKey(`é${character}`)).toBe(`%C3%A9${encoded}`);
    }
  });

  it.each([
    ['', 'empty', 0],
    ['k'.repeat(1025), 'too_long', 1024],
    [`${'/'.repeat(1024)}k`, 'too_long', 1024],
    ['汉'.repeat(342), 'too_long', 341],
    ['ab\ud83d', 'lone_surrogate', 2],
    ['\ude00b', 'lone_surrogate', 0],
  ])('refuses a name that is no key (%#)', (key, rule, position) => {
    const error = thrownBy(() => encodeOmsKey(key));

    expect(error).toBeInstanceOf(KeyEncodingError);
    expect(error).toMatchObject({ rule, position });
  });

  it('encodes a key of exactly 1024 bytes', () => {
    expect(encodeOmsKey('/'.repeat(1024))).toHaveLength(3072);
    expect(encodeOmsKey('😀'.repeat(256))).toHaveLength(3072);
  });
});

describe('checkEncodedOmsKey', () => {
  it.each([
    'test%2F001.txt',
    'test%2B001.txt',
    'test+001.txt',
    'dir/file',
    'a b',
    '%e4%BD%a0',
    '%00',
    "!'()*;:@&=$,?#[]",
    'k'.repeat(1024),
    '%2F'.repeat(1024),
    '+'.repeat(1024),
  ])('accepts %s', (value) => {
    expect(() => checkEncodedOmsKey(value)).not.toThrow();
  });

  it.each([
    ['', 'empty', 0],
    ['a\u00e9', 'not_ascii', 1],
    ['汉', 'not_ascii', 0],
    ['ab\ud83d', 'not_ascii', 2],
    ['a\tb', 'not_ascii', 1],
    ['a\u007f', 'not_ascii', 1],
    ['%', 'malformed_percent', 0],
    ['a%2', 'malformed_percent', 1],
    ['a%2gb', 'malformed_percent', 1],
    ['%E4%BD', 'invalid_utf8', 0],
    ['x%C0%AF', 'invalid_utf8', 1],
    ['%ED%A0%80', 'invalid_utf8', 0],
    ['k'.repeat(1025), 'too_long', 1024],
    ['%2F'.repeat(1025), 'too_long', 3072],
    ['+'.repeat(16_385), 'too_long', 1024],
  ])('refuses a key that OMS could not read (%#)', (value, rule, position) => {
    const error = thrownBy(() => checkEncodedOmsKey(value));

    expect(error).toBeInstanceOf(KeyEncodingError);
    expect(error).toMatchObject({ rule, position });
  });
});
