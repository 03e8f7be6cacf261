import { describe, expect, it } from 'vitest';
import { decodeObjectKey } from '../../../../scripts/local/oms/keys.ts';

describe('decodeObjectKey', () => {
  it.each([
    ['a', 'a', 'a'],
    ['a+b', 'a b', 'a+b'],
    ['a%2Bb', 'a+b', 'a+b'],
    ['a%20b', 'a b', 'a b'],
    ['%E6%8A%A5%e5%91%8a%2Fa', '报告/a', '报告/a'],
    ['a/b', 'a/b', 'a/b'],
    ['%2e%2e%2Fx', '../x', '../x'],
    ['%252F', '%2F', '%2F'],
    ["!'()*~", "!'()*~", "!'()*~"],
    ['%00%0D%0A', '\0\r\n', '\0\r\n'],
  ])('decodes %s', (encoded, form, rfc3986) => {
    expect(decodeObjectKey(encoded, 'form')).toBe(form);
    expect(decodeObjectKey(encoded, 'rfc3986')).toBe(rfc3986);
  });

  it.each(['', ' ', 'a b', '%', '%2', '%2G', 'ä', '%FF', '%C0%80', '%ED%A0%80', 'a\n'])('refuses %j', (encoded) => {
    expect(decodeObjectKey(encoded, 'form')).toBeUndefined();
    expect(decodeObjectKey(encoded, 'rfc3986')).toBeUndefined();
  });
});
