import { ValidationError } from './errors.ts';
import { findSyntaxError } from './json-syntax.ts';

/**
 * Parses JSON that a client sent.
 *
 * @throws ValidationError rule `json` with the position (UTF-16 index) of the first character that cannot be, and no
 *   text of the input: V8's own message quotes it
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const message = `Not JSON: unexpected ${where(text)}.`;
    throw new ValidationError([{ path: '', rule: 'json', message }]);
  }
}

function where(text: string): string {
  const position = findSyntaxError(text);
  return position >= text.length ? 'end of the text' : `character at index ${position}`;
}

/** Only a text with such a run can hold an integer beyond 2^53 - 1, which has 16 digits. */
const LONG_DIGITS = /\d{16}/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const INTEGER = /^-?\d+$/;
const RUN_OF_ESCAPED_NULS = /(?:\\u0000)+/g;
const ESCAPED_NUL_LENGTH = 6;

/**
 * Parses JSON without loss: integers beyond the safe range of a number become bigint, everything else is as in
 * `JSON.parse`. OMS's counters are of 64 bits.
 *
 * @throws SyntaxError whose message may quote the text
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ShowSyncTask.html
 */
export function parseJsonLossless(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!LONG_DIGITS.test(text)) return value;
  // A raw NUL is not allowed in JSON, so a string of the text has as many of them in a row as the text has \u0000 in a
  // row: one more marks what no string of the text can be.
  const runs = text.match(RUN_OF_ESCAPED_NULS) ?? [];
  const longest = runs.reduce((most, run) => Math.max(most, run.length / ESCAPED_NUL_LENGTH), 0);
  const mark = '\0'.repeat(longest + 1);
  const escapedMark = '\\u0000'.repeat(longest + 1);
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    token[0] !== '"' && INTEGER.test(token) && !Number.isSafeInteger(Number(token))
      ? `"${escapedMark}${token}"`
      : token,
  );
  return JSON.parse(marked, (_name, field: unknown) =>
    typeof field === 'string' && field.startsWith(mark) ? BigInt(field.slice(mark.length)) : field,
  );
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
