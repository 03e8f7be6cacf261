import { describe, expect, it } from 'vitest';
import { KeyEncodingError } from '#shared/encoding/errors.ts';
import { checkObjectKey } from '#shared/encoding/object-key.ts';
import { thrownBy } from './thrown-by.ts';

describe('checkObjectKey', () => {
  it.each([
    ['one byte', 'k'],
    ['1024 bytes of ASCII', 'k'.repeat(1024)],
    ['1024 bytes of two each', 'é'.repeat(512)],
    ['1023 bytes of three each', '汉'.repeat(341)],
    ['1024 bytes of four each', '😀'.repeat(256)],
    ['a null character', 'a\0'],
    ['path segments that URL parsers eat', '../a/./b/..'],
    ['a byte order mark', '\ufeffkey'],
  ])('accepts %s and returns it unchanged', (_name, key) => {
    expect(checkObjectKey(key)).toBe(key);
  });

  it.each([
    ['the empty string', '', 'empty', 0],
    ['1025 bytes of ASCII', 'k'.repeat(1025), 'too_long', 1024],
    ['1026 bytes of two each', 'é'.repeat(513), 'too_long', 512],
    ['1026 bytes of three each', '汉'.repeat(342), 'too_long', 341],
    ['1028 bytes of four each', '😀'.repeat(257), 'too_long', 512],
    ['1025 bytes of which the last is a third of a character', `${'k'.repeat(1022)}汉`, 'too_long', 1022],
    ['a high surrogate at the end', 'abc\ud83d', 'lone_surrogate', 3],
    ['a low surrogate between pairs', '😀\ude00😀', 'lone_surrogate', 2],
  ])('refuses %s', (_name, key, rule, position) => {
    expect(thrownBy(() => checkObjectKey(key))).toMatchObject({ rule, position });
  });

  it('never normalises', () => {
    expect(checkObjectKey('e\u0301')).not.toBe(checkObjectKey('\u00e9'));
  });
});

describe('KeyEncodingError', () => {
  it('answers 400 with a stable code, the rule and the position, and without the key', () => {
    const error = thrownBy(() => checkObjectKey('confidential\ud800'));

    if (!(error instanceof KeyEncodingError)) throw error;
    expect(error).toMatchObject({
      name: 'KeyEncodingError',
      status: 400,
      code: 'OmsSync.InvalidObjectKey',
      rule: 'lone_surrogate',
      position: 12,
      publicMessage: 'The object key has an unpaired surrogate, at index 12.',
    });
    expect(error.toProblem('object_keys[3]')).toEqual({
      path: 'object_keys[3]',
      rule: 'lone_surrogate',
      message: 'The object key has an unpaired surrogate, at index 12.',
    });
    expect(`${JSON.stringify(error)} ${error.stack}`).not.toContain('confidential');
  });
});
