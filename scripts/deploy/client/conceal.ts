import { REDACTED, redact } from '#shared/http/scrub.ts';
import { isDisguised } from '#shared/logging/disguise.ts';

/** Below this, innocent text would be taken for a credential; real ones have 20 characters and more. */
const SHORTEST = 8;

/**
 * A text of a service without credentials: what holds one as it is, percent-encoded or in other capitals loses it, what
 * holds one in another spelling is replaced as a whole.
 *
 * @param secrets texts of fewer than 8 characters are ignored
 */
export function conceal(text: string, secrets: readonly string[]): string {
  const long = secrets.filter((secret) => secret.length >= SHORTEST);
  const clean = redact(text, long);
  return isDisguised(clean, long) ? REDACTED : clean;
}

/** Whether a text holds a credential in any spelling. */
export function holdsSecret(text: string, secrets: readonly string[]): boolean {
  return conceal(text, secrets) !== text;
}

/** Where base64 is broken into lines, within JSON. */
const ESCAPED_BREAK = /\\[nrt]/g;

/**
 * A JSON document of a service without credentials, wherever in it the service repeats them: names and texts.
 *
 * The values in `user_data` stay: they are compared with what serverless.yml says, and nobody prints them. Its names are
 * printed.
 *
 * @returns undefined for what is not JSON
 */
export function readConcealed(text: string, secrets: readonly string[]): unknown {
  const value = parse(text);
  // Almost always there is none, and a list has ten thousands of texts.
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
