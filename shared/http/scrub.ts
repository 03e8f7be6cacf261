import { isDisguised } from '#shared/logging/disguise.ts';
import { CALL_LIMITS } from './retry.ts';

/** A character on which `encodeURIComponent` throws. */
const LONE_SURROGATE = /\p{Surrogate}/gu;
export const REDACTED = '[redacted]';
/** The gateway's APIGW.0301 repeats the canonical request, with every signed header and its value. */
const ECHO = /(?:canonical[ _-]?request|string[ _-]?to[ _-]?sign)[\s\S]*/i;
/** Matches the whole header, because its value has spaces. */
const AUTHORIZATION = /(authorization["']?\s*[:=])[^\r\n]*/gi;
/** A header or field that holds a secret, as `name: value`, `name=value` or `"name":"value"`. */
const NAMED_SECRET =
  /(x-security-token|x-auth-token|signature|access(?==)|credential|(?:src|dst)_[as]k|authentication_key|secret[_-]?key)(["']?\s*[:=]\s*["']?)[^\s"',;]+/gi;
const SPECIAL = /[.*+?^${}()|[\]\\]/g;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/** Characters of a secret by which its remainder is recognised where the text was cut. */
const TELLING_PREFIX = 8;
/** Characters of the shortest secret; a shorter text would blank out innocent ones. */
const SHORTEST_SECRET = 4;

/**
 * Makes a service's message fit for errors and logs: one line, cut, without our credentials, whole or cut off, and
 * without the echo of what was signed. A text with disguised credentials is replaced as a whole.
 *
 * @param secrets of this call
 */
export function scrub(text: string, secrets: readonly string[]): string {
  const long = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  let clean = redact(text.slice(0, 16 * CALL_LIMITS.errorMessage), long);
  clean = clean.replace(ECHO, REDACTED).replace(AUTHORIZATION, `$1 ${REDACTED}`);
  for (const form of long.flatMap(spellings)) clean = clean.replace(cutPatternOf(form), REDACTED);
  // Nobody can say where in the text a disguised secret begins and ends.
  if (isDisguised(clean, secrets)) return REDACTED;
  clean = clean.replace(NAMED_SECRET, `$1$2${REDACTED}`).replace(CONTROL, ' ').trim();
  return clean.length > CALL_LIMITS.errorMessage ? `${clean.slice(0, CALL_LIMITS.errorMessage)}...` : clean;
}

/** Replaces every secret that stands in a text as it is, percent-encoded, or in other capitals. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const form of secrets.flatMap(spellings))
    clean = clean.replace(new RegExp(form.replace(SPECIAL, '\\$&'), 'gi'), REDACTED);
  return clean;
}

function spellings(secret: string): string[] {
  return [secret, encodeURIComponent(secret.replace(LONE_SURROGATE, ''))];
}

/** Matches the beginning of a secret and what follows it where the text was cut; nothing for a short secret. */
function cutPatternOf(secret: string): RegExp {
  if (secret.length < 2 * TELLING_PREFIX) return /(?!)/;
  return new RegExp(`${secret.slice(0, TELLING_PREFIX).replace(SPECIAL, '\\$&')}[^\\s"',;]*(?![^\\s])`, 'gi');
}

/** Whether a short text, for example an error code, holds a secret: whole, cut off, or disguised. */
export function hasSecret(text: string, secrets: readonly string[]): boolean {
  // Every success passes here, so the regular expressions of scrub would cost too much.
  const isPlain = (secret: string): boolean =>
    secret.length >= SHORTEST_SECRET && text.includes(secret.slice(0, TELLING_PREFIX));
  return secrets.some(isPlain) || isDisguised(text, secrets);
}

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** @returns the request id where it looks like one, and has no secret in it */
export function readRequestId(value: unknown, secrets: readonly string[]): string | undefined {
  return typeof value === 'string' && REQUEST_ID.test(value) && !hasSecret(value, secrets) ? value : undefined;
}
