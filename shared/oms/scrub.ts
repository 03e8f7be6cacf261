import { CLIENT_LIMITS } from './limits.ts';

/** `encodeURIComponent` throws on one. */
const LONE_SURROGATE = /\p{Surrogate}/gu;
const REDACTED = '[redacted]';
/** The gateway's APIGW.0301 repeats the canonical request, with every signed header and its value. */
const ECHO = /(?:canonical[ _-]?request|string[ _-]?to[ _-]?sign)[\s\S]*/i;
/** The header as a whole, for its value has spaces. */
const AUTHORIZATION = /(authorization["']?\s*[:=])[^\r\n]*/gi;
/** A header or field that holds a secret, as `name: value`, `name=value` or `"name":"value"`. */
const NAMED_SECRET =
  /(x-security-token|x-auth-token|signature|access(?==)|credential|(?:src|dst)_[as]k|authentication_key|secret[_-]?key)(["']?\s*[:=]\s*["']?)[^\s"',;]+/gi;
const SPECIAL = /[.*+?^${}()|[\]\\]/g;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/** Characters of a secret by which its remainder is recognised where the text was cut. */
const TELLING_PREFIX = 8;
/** A shorter text would blank out innocent ones. */
const SHORTEST_SECRET = 4;

/**
 * Makes a text of OMS fit for errors and logs: one line, cut, without our credentials, whole or cut off, plain or
 * percent-encoded, and without the echo of what was signed.
 *
 * @param secrets of this call
 */
export function scrub(text: string, secrets: readonly string[]): string {
  let clean = text.slice(0, 16 * CLIENT_LIMITS.errorMessage);
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue;
    for (const form of new Set([secret, encodeURIComponent(secret.replace(LONE_SURROGATE, ''))]))
      clean = clean.replace(patternOf(form), REDACTED);
  }
  clean = clean
    .replace(ECHO, REDACTED)
    .replace(AUTHORIZATION, `$1 ${REDACTED}`)
    .replace(NAMED_SECRET, `$1$2${REDACTED}`)
    .replace(CONTROL, ' ')
    .trim();
  return clean.length > CLIENT_LIMITS.errorMessage ? `${clean.slice(0, CLIENT_LIMITS.errorMessage)}...` : clean;
}

/** The secret as a whole, or its beginning and what follows where the text was cut; escapes in either case of letters. */
function patternOf(secret: string): RegExp {
  const literal = (part: string): string => part.replace(SPECIAL, '\\$&');
  const cut = secret.length < 2 * TELLING_PREFIX ? '' : `|${literal(secret.slice(0, TELLING_PREFIX))}[^\\s"',;]*`;
  return new RegExp(`${literal(secret)}${cut}`, 'gi');
}
