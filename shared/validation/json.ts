import { ValidationError } from './errors.ts';
import { JsonFault, readJson } from './json-reader.ts';

/**
 * Parses JSON that a client sent. A repeated member is refused by its path, because its values may differ.
 *
 * @throws ValidationError with the position (UTF-16 index) of the first character that cannot be, and no text of the
 *   input but names of members: V8's own message quotes it
 */
export function parseJson(text: string): unknown {
  try {
    return readJson(text, false);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const { rule, paths, message } = error;
    if (rule !== 'duplicate') throw new ValidationError([{ path: '', rule, message }]);
    throw new ValidationError(
      paths.map((path) => ({ path, rule, message: `${path} is there more than once: remove all but one.` })),
    );
  }
}

/**
 * Parses JSON without loss: integers beyond the safe range of a number become bigint, everything else is as in
 * `JSON.parse`. OMS's counters are of 64 bits.
 *
 * @throws JsonFault
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
export function parseJsonLossless(text: string): unknown {
  return readJson(text, true);
}

/**
 * Writes JSON; a bigint becomes plain digits, everything else is as in `JSON.stringify`.
 *
 * @param value a JSON value that may hold bigints at any depth
 */
export function stringifyJson(value: unknown): string {
  return write(value) ?? 'null';
}

function write(value: unknown): string | undefined {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if ('toJSON' in value && typeof value.toJSON === 'function') return write(value.toJSON());
  if (Array.isArray(value)) return `[${value.map((item) => write(item) ?? 'null').join(',')}]`;
  const fields: string[] = [];
  for (const [name, field] of Object.entries(value)) {
    const written = write(field);
    if (written !== undefined) fields.push(`${JSON.stringify(name)}:${written}`);
  }
  return `{${fields.join(',')}}`;
}
