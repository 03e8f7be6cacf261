import { encodeOmsKey } from '#shared/encoding/encode.ts';
import { LOG_LEVELS, type LogLevel } from '#shared/logging/logger.ts';
import { isDefectName } from '../errors.ts';
import { printable, quoted } from '../quoted.ts';

/** A line of a function's log. */
export interface FunctionLine {
  /** Key of the function. */
  readonly function: string;
  /** Milliseconds since the epoch. */
  readonly time: number | undefined;
  readonly text: string;
}

/** The lines to show. */
export interface LineFilter {
  readonly search?: string | undefined;
  /** This level and those above. */
  readonly level?: LogLevel | undefined;
  /** Object key, as it is. */
  readonly key?: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Fields that every line has, or that only tie lines together: `--json` has them. */
const LEFT_OUT = new Set(['level', 'time', 'message', 'request_id', 'function', 'gateway_request_id', 'error']);
/** Characters of one value. */
const SHOWN = 100;

export function isWanted(text: string, { search, level, key }: LineFilter): boolean {
  if (search !== undefined && !text.includes(search)) return false;
  const fields = fieldsOf(text);
  if (level !== undefined && LOG_LEVELS.indexOf(levelOf(fields, text)) < LOG_LEVELS.indexOf(level)) return false;
  return key === undefined || (fields ? names(fields, new Set([key, encodeOmsKey(key)])) : text.includes(key));
}

/**
 * A line for people: when, which function, the level, the message, and the fields that say something. Only a defect
 * shows its stack.
 *
 * @param paint colours a text; leaves it as it is where there are no colours
 */
export function shortLine(
  { function: name, time, text }: FunctionLine,
  width: number,
  paint: (colour: 'red' | 'yellow' | 'gray', text: string) => string,
): string {
  const fields = fieldsOf(text);
  const level = levelOf(fields, text);
  const clock = time === undefined ? ' '.repeat(18) : new Date(time).toISOString().slice(5, 23).replace('T', ' ');
  const colour = level === 'error' ? 'red' : level === 'warn' ? 'yellow' : undefined;
  const word = level.padEnd(5);
  const head = `${paint('gray', clock)}  ${name.padEnd(width)}  ${colour ? paint(colour, word) : word}`;
  if (!fields) return `${head}  ${printable(text.trimEnd())}`;
  const { message, error } = fields;
  return [head, ...(message === undefined ? [] : [printable(String(message))]), ...pairs(fields, ''), ...errorOf(error)]
    .join('  ')
    .concat(stackOf(error));
}

function fieldsOf(text: string): Fields | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Fields;
  } catch {
    return undefined;
  }
}

/** The platform's own lines have no level. */
function levelOf(fields: Fields | undefined, text: string): LogLevel {
  const level = LOG_LEVELS.find((one) => one === fields?.['level']);
  return level ?? (!fields && /error|exception|fail/i.test(text) ? 'error' : 'info');
}

/** Whether one of the keys stands somewhere in a value. */
function names(value: unknown, keys: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return keys.has(value);
  return typeof value === 'object' && value !== null && Object.values(value).some((one) => names(one, keys));
}

/** `name=value`; what is zero, empty or false says nothing. */
function pairs(fields: object, prefix: string): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if ((prefix === '' && LEFT_OUT.has(name)) || !value) return [];
    if (typeof value === 'object' && !Array.isArray(value)) return pairs(value, `${prefix}${name}.`);
    if (Array.isArray(value) && value.length === 0) return [];
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
    return [
      `${printable(prefix + name)}=${typeof value === 'string' && /[^\w./:@+-]/.test(value) ? quoted(shown) : printable(shown)}`,
    ];
  });
}

function errorOf(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return error ? [printable(String(error))] : [];
  const { name = 'Error', message = '', code } = error as Fields;
  return [printable(`${name}: ${message}${code ? ` (${code})` : ''}`)];
}

function stackOf(error: unknown): string {
  const { name, stack } = (error ?? {}) as { readonly name?: unknown; readonly stack?: unknown };
  if (!isDefectName(name) || !Array.isArray(stack)) return '';
  return stack.map((frame) => `\n    ${printable(String(frame))}`).join('');
}
