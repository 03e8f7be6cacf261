import { concealIn, isSecretName, REDACTED } from './redact.ts';

/** Bounds that keep one line below the 90 KiB at which FunctionGraph splits it. Characters, items, levels, values. */
const LIMITS = { line: 60_000, text: 4_096, items: 100, depth: 6, stackFrames: 12, values: 5_000 } as const;

/** Characters that JSON leaves alone and some readers take for the end of a line. */
const LINE_BREAKERS = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * One log line: JSON, without line breaks whatever the fields hold, without secrets, bounded in length.
 *
 * @param fields the line's fields, in their order
 * @param secrets texts that must not appear, whichever field they are in
 */
export function toLine(fields: Readonly<Record<string, unknown>>, secrets: Iterable<string>): string {
  const plain = prune(fields, { secrets, left: LIMITS.values }, 0) as Record<string, unknown>;
  let line = escapeBreakers(JSON.stringify(plain));
  if (line.length > LIMITS.line) {
    const { level, time, message, request_id } = plain;
    line = escapeBreakers(JSON.stringify({ level, time, message, request_id, truncated: line.length }));
  }
  return line;
}

function escapeBreakers(json: string): string {
  return json.replace(LINE_BREAKERS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

interface Budget {
  readonly secrets: Iterable<string>;
  /** Values that the line may still hold: a list of lists of the same list has millions of them. */
  left: number;
}

/** Logs any thrown value, even one that resists reading (a getter that throws, a proxy). */
function prune(value: unknown, budget: Budget, depth: number): unknown {
  budget.left -= 1;
  if (budget.left < 0) return '[more]';
  try {
    return pruneReadable(value, budget, depth);
  } catch {
    return '[unreadable]';
  }
}

function pruneReadable(value: unknown, budget: Budget, depth: number): unknown {
  if (typeof value === 'string') return text(value, budget.secrets);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= LIMITS.depth) return '[deeper]';
  if (value instanceof Error) return prune(errorFields(value), budget, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) {
    const items = value.slice(0, LIMITS.items).map((item) => prune(item, budget, depth + 1));
    if (value.length > LIMITS.items) items.push(`[${value.length - LIMITS.items} more]`);
    return items;
  }
  // The object has no prototype, so that a field called `__proto__` is like any other.
  const pruned: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(value)) {
    if (budget.left <= 0) break;
    pruned[text(name, budget.secrets)] = pruneField(value, name, budget, depth);
  }
  return pruned;
}

function pruneField(from: object, name: string, budget: Budget, depth: number): unknown {
  let value: unknown;
  try {
    value = Reflect.get(from, name);
  } catch {
    return '[unreadable]';
  }
  return isSecretName(name) && value !== undefined ? REDACTED : prune(value, budget, depth + 1);
}

function text(value: string, secrets: Iterable<string>): string {
  // Secrets are concealed before the text is cut, because half a secret would not be recognised.
  const concealed = concealIn(value, secrets);
  return concealed.length > LIMITS.text
    ? `${concealed.slice(0, LIMITS.text)}[${concealed.length - LIMITS.text} more characters]`
    : concealed;
}

/** Keeps the parts of an error that an engineer needs; foreign errors carry whole requests in other properties. */
const ERROR_FIELDS = [
  'code',
  'status',
  'details',
  'rule',
  'position',
  'omsStatus',
  'omsErrorCode',
  'omsErrorMsg',
  'operation',
  'storeStatus',
  'storeCode',
  'bucket',
  'reason',
  'requestId',
  'attempts',
  'retryable',
  'retryAfter',
] as const;

function errorFields(error: Error): Record<string, unknown> {
  const read = (name: string): unknown => {
    try {
      return Reflect.get(error, name);
    } catch {
      return '[unreadable]';
    }
  };
  const message = read('message');
  const fields: Record<string, unknown> = {
    name: read('name'),
    // The engine quotes the text that it could not parse, which may be a body with credentials.
    message: error instanceof SyntaxError ? 'syntax error' : message,
  };
  for (const name of ERROR_FIELDS) {
    const value = read(name);
    if (value !== undefined) fields[name] = value;
  }
  const frames = framesOf(read('stack'), message);
  if (frames.length > 0) fields['stack'] = frames;
  const cause = read('cause');
  if (cause !== undefined) fields['cause'] = cause;
  return fields;
}

/** A stack begins with the message, and that may have lines that look like frames. */
function framesOf(stack: unknown, message: unknown): string[] {
  if (typeof stack !== 'string') return [];
  const start = typeof message === 'string' ? stack.indexOf(message) : -1;
  return stack
    .slice(start < 0 ? 0 : start + String(message).length)
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, LIMITS.stackFrames)
    .map((line) => line.trim());
}
