import { REDACTED, redact } from '#shared/http/scrub.ts';
import { isDisguised } from '#shared/logging/disguise.ts';

/** Characters of the shortest secret: innocent text would match a shorter one. Real credentials have 20 and more. */
const SHORTEST = 8;

/**
 * Removes credentials from a service's text. A credential that stands as it is, percent-encoded or in other capitals is
 * replaced; a text that holds one in another spelling is replaced as a whole.
 *
 * @param secrets texts of fewer than 8 characters are ignored
 */
export function conceal(text: string, secrets: readonly string[]): string {
  const long = secrets.filter((secret) => secret.length >= SHORTEST);
  const clean = redact(text, long);
  return isDisguised(clean, long) ? REDACTED : clean;
}

/** @returns whether a text holds a credential in any spelling */
export function holdsSecret(text: string, secrets: readonly string[]): boolean {
  return conceal(text, secrets) !== text;
}

/** Line breaks of base64 within JSON. */
const ESCAPED_BREAK = /\\[nrt]/g;

/**
 * Parses a service's JSON and removes credentials from all its names and texts.
 *
 * The values in `user_data` stay: they are compared with what serverless.yml says, and nobody prints them. Its names
 * are printed.
 *
 * @returns undefined for what is not JSON
 */
export function readConcealed(text: string, secrets: readonly string[]): unknown {
  const value = parse(text);
  // A document rarely holds a credential, and a list has ten thousands of texts.
  return holdsSecret(text.replace(ESCAPED_BREAK, ' '), secrets) ? concealAll(value, secrets, '') : value;
}

function concealAll(value: unknown, secrets: readonly string[], field: string): unknown {
  if (typeof value === 'string') return field === 'user_data' ? concealNames(value, secrets) : conceal(value, secrets);
  if (Array.isArray(value)) return value.map((item) => concealAll(item, secrets, ''));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [conceal(name, secrets), concealAll(item, secrets, name)]),
  );
}

/** @param userData JSON of variables, as text */
function concealNames(userData: string, secrets: readonly string[]): string {
  const variables = parse(userData);
  if (typeof variables !== 'object' || variables === null) return conceal(userData, secrets);
  const entries = Object.entries(variables);
  if (!entries.some(([name]) => holdsSecret(name, secrets))) return userData;
  return JSON.stringify(Object.fromEntries(entries.map(([name, value]) => [conceal(name, secrets), value])));
}

/** Undefined for what is not JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
