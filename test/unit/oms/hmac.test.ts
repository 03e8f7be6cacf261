import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hmacSha256 } from '#shared/oms/hmac.ts';

describe('hmacSha256', () => {
  it.each([
    // RFC 4231, test case 2.
    ['Jefe', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    // RFC 4231, test case 6 has a key of 131 bytes of 0xaa, which is no UTF-8; this is the same with letters.
    [
      'a'.repeat(131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      createHmac('sha256', 'a'.repeat(131))
        .update('Test Using Larger Than Block-Size Key - Hash Key First')
        .digest('hex'),
    ],
  ])('of %j and %j is known', (key, message, code) => {
    expect(hmacSha256(key, message)).toBe(code);
  });

  it.each([0, 1, 31, 32, 55, 56, 63, 64, 65, 119, 128, 1000])(
    'equals that of Node for keys and messages of %i',
    (length) => {
      for (const character of ['k', 'é', '密', '🔑']) {
        const key = character.repeat(length);
        const message = 'm'.repeat(length);
        expect(hmacSha256(key, message)).toBe(createHmac('sha256', key).update(message).digest('hex'));
      }
    },
  );
});
