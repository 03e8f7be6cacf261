import { describe, expect, it } from 'vitest';
import { scrub } from '#shared/http/scrub.ts';

const TOKEN = 'gQpjbi1ub3J0aC00/abc+DEF==0123456789';

describe('scrub', () => {
  it.each([
    ['an innocent text', 'The number of tasks exceeds the limit.', 'The number of tasks exceeds the limit.'],
    ['a secret', `token ${TOKEN} expired`, 'token [redacted] expired'],
    ['a secret that is cut off', `token ${TOKEN.slice(0, 20)}`, 'token [redacted]'],
    ['a percent-encoded secret', `t=${encodeURIComponent(TOKEN)}&x`, 't=[redacted]&x'],
    ['a percent-encoded secret in small letters', `t=${encodeURIComponent(TOKEN).toLowerCase()}`, 't=[redacted]'],
    ['a secret in base64', `t: ${Buffer.from(`x:${TOKEN}`).toString('base64')}`, '[redacted]'],
    ['a secret in JSON', `t: ${JSON.stringify(TOKEN).replaceAll('/', '\\\\/')}`, '[redacted]'],
    ['a short secret', 'password abcd1 wrong', 'password [redacted] wrong'],
    ['a secret with separators in it', 'with "pa;ss wor,d" and', 'with "[redacted]" and'],
    [
      'the canonical request of APIGW.0301',
      'Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:POST|/v2/|x-security-token:other',
      'Incorrect IAM authentication information: verify aksk signature fail, [redacted]',
    ],
    ['a string to sign', 'mismatch, StringToSign: SDK-HMAC-SHA256\n2026', 'mismatch, [redacted]'],
    [
      'an authorization header of someone else',
      'authorization: SDK-HMAC-SHA256 Access=AKX, SignedHeaders=host, Signature=00ff\nnext',
      'authorization: [redacted] next',
    ],
    ['a header with a token', '{"x-auth-token":"MIIabc","a":1}', '{"x-auth-token":"[redacted]","a":1}'],
    ['a field with a key pair', 'src_sk=abc; dst_ak: def', 'src_sk=[redacted]; dst_ak: [redacted]'],
    ['line breaks', 'one\r\ntwo\u2028three\u0000', 'one two three'],
  ])('keeps %s fit for a log', (_name, text, expected) => {
    expect(scrub(text, [TOKEN, 'abcd1', 'pa;ss wor,d', 'xy'])).toBe(expected);
  });

  it('cuts a long text, and the secret at the cut with it', () => {
    const clean = scrub(`${'x'.repeat(495)} ${TOKEN} ${'y'.repeat(20_000)}`, [TOKEN]);
    expect(clean.length).toBeLessThanOrEqual(503);
    expect(clean).not.toContain(TOKEN.slice(0, 4));
  });

  it('copes with secrets that no regular expression or URL likes', () => {
    expect(scrub('a $&.*(\ud800 b', ['$&.*(', '\ud800\ud800xx'])).toContain('[redacted]');
  });
});
