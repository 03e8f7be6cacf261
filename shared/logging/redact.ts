import { isDisguised } from './disguise.ts';

export const REDACTED = '[redacted]';

/**
 * Names of fields whose value never appears in a log line, at any depth, however they are spelled
 * (`dst_sk`, `dstSk`, `X-Security-Token`).
 */
const SECRET_NAMES = new Set(
  [
    'ak',
    'sk',
    'src_ak',
    'src_sk',
    'dst_ak',
    'dst_sk',
    'access_key',
    'secret_key',
    'access_key_id',
    'secret_access_key',
    'src_access_key',
    'src_secret_key',
    'dst_access_key',
    'dst_secret_key',
    'oms_access_key',
    'oms_secret_key',
    'oms_auth_token',
    'security_token',
    'auth_token',
    'token',
    'authorization',
    'x_auth_token',
    'x_security_token',
    'x_apig_appcode',
    'authentication_key',
    'source_cdn_authentication_key',
    'password',
    'secret',
    'credentials',
    'cookie',
    'signature',
  ].map(normalise),
);

function normalise(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

export function isSecretName(name: string): boolean {
  return SECRET_NAMES.has(normalise(name));
}

/** Characters of the shortest secret; a shorter one would blank out innocent text. */
const SHORTEST_SECRET = 4;

/**
 * Replaces every secret wherever it occurs in the text. A text that holds one in another spelling (disguise.ts), or the
 * beginning of one, is replaced as a whole.
 */
export function concealIn(text: string, secrets: Iterable<string>): string {
  let concealed = text;
  for (const secret of secrets)
    if (secret.length >= SHORTEST_SECRET && concealed.includes(secret))
      concealed = concealed.replaceAll(secret, REDACTED);
  return isDisguised(concealed, secrets) ? REDACTED : concealed;
}

/** A copy of a JSON value that holds none of the secrets, names of fields included. */
export function concealWithin(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => concealWithin(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  // Entries are used, because an assignment to `__proto__` would change the prototype.
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [redact(name), concealWithin(field, redact)]));
}
