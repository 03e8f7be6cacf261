import { isFields } from '#shared/events/fields.ts';
import { isObjectName } from '#shared/events/sources.ts';
import { isSecretName, REDACTED } from '#shared/logging/redact.ts';
import { CredentialInNameError } from './errors.ts';
import { DEAD_LETTER_LIMITS } from './limits.ts';

/** Puts a mark in the place of every credential of the invocation that a text holds. */
export type Redact = (text: string) => string;

/**
 * A copy of an event as plain JSON, without credentials: events come from outside, and what stands in them besides the
 * names of objects is anybody's. Fields whose name says that they hold a secret are emptied as in a log line. Names of
 * buckets and objects are what the event is kept for, and stay as they are.
 *
 * @throws CredentialInNameError where such a name holds a credential
 */
export function concealEvent(event: unknown, redact: Redact): unknown {
  return copy(event, redact, 0);
}

/** @throws CredentialInNameError */
export function checkName(name: string, redact: Redact): string {
  if (redact(name) !== name) throw new CredentialInNameError();
  return name;
}

/** @param isName whether a text here names an object or a bucket */
function copy(value: unknown, redact: Redact, depth: number, parent = '', isName = false): unknown {
  if (typeof value === 'string') return isName ? checkName(value, redact) : redact(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= DEAD_LETTER_LIMITS.depth) return '[deeper]';
  if (Array.isArray(value)) return value.map((item) => copy(item, redact, depth + 1));
  if (!isFields(value)) return null;
  // Built of entries, because assigning `__proto__` would change the prototype.
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      redact(name),
      isSecretName(name) ? REDACTED : copy(field, redact, depth + 1, name, isObjectName(parent, name)),
    ]),
  );
}
