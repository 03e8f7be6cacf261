import { describe, expect, it } from 'vitest';
import { isLoopbackHost } from '#shared/config/names.ts';

describe('isLoopbackHost', () => {
  it.each(['localhost', 'oms.localhost', '127.0.0.1', '127.255.255.254', '[::1]'])('knows %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each([
    'localhost.example.com',
    'mylocalhost',
    '127.0.0.1.example.com',
    '128.0.0.1',
    '10.0.0.1',
    '0.0.0.0',
    '[::2]',
    '',
  ])('does not take %j for this machine', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});
