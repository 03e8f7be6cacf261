import { isDisguised } from '#shared/logging/disguise.ts';
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
 * Makes a text of OMS fit for errors and logs: one line, cut, without our credentials, whole or cut off, and without
 * the echo of what was signed. Of a text with credentials in a spelling that is not theirs nothing is left.
 *
 * @param secrets of this call
 */
export function scrub(text: string, secrets: readonly string[]): string {
  let clean = text.slice(0, 16 * CLIENT_LIMITS.errorMessage);
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret.replace(LONE_SURROGATE, ''))]);
  for (const form of forms) clean = clean.replace(patternOf(form), REDACTED);
  clean = clean.replace(ECHO, REDACTED).replace(AUTHORIZATION, `$1 ${REDACTED}`);
  for (const form of forms) clean = clean.replace(cutPatternOf(form), REDACTED);
  // Where in the text it begins and ends cannot be said.
  if (isDisguised(clean, secrets)) return REDACTED;
  clean = clean.replace(NAMED_SECRET, `$1$2${REDACTED}`).replace(CONTROL, ' ').trim();
  return clean.length > CLIENT_LIMITS.errorMessage ? `${clean.slice(0, CLIENT_LIMITS.errorMessage)}...` : clean;
}

/** The secret as a whole; escapes in either case of letters. */
function patternOf(secret: string): RegExp {
  return new RegExp(secret.replace(SPECIAL, '\\$&'), 'gi');
}

/** Its beginning, and what follows where the text was cut; of a short secret nothing that is in a text. */
function cutPatternOf(secret: string): RegExp {
  if (secret.length < 2 * TELLING_PREFIX) return /(?!)/;
  return new RegExp(`${secret.slice(0, TELLING_PREFIX).replace(SPECIAL, '\\$&')}[^\\s"',;]*(?![^\\s])`, 'gi');
}
