import { concealIn, isSecretName, REDACTED } from './redact.ts';

/** Bounds that keep one line below the 90 KiB at which FunctionGraph splits it. Characters, items, levels. */
const LIMITS = { line: 60_000, text: 4_096, items: 100, depth: 6, stackFrames: 12 } as const;

/** JSON leaves these as they are, and some readers take them for the end of a line. */
const LINE_BREAKERS = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * One log line: JSON, without line breaks whatever the fields hold, without secrets, bounded in length.
 *
 * @param fields the line's fields, in their order
 * @param secrets texts that must not appear, whichever field they are in
 */
export function toLine(fields: Readonly<Record<string, unknown>>, secrets: Iterable<string>): string {
  const plain = prune(fields, secrets, 0) as Record<string, unknown>;
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

function prune(value: unknown, secrets: Iterable<string>, depth: number): unknown {
  if (typeof value === 'string') return text(value, secrets);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= LIMITS.depth) return '[deeper]';
  if (value instanceof Error) return prune(errorFields(value), secrets, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) {
    const items = value.slice(0, LIMITS.items).map((item) => prune(item, secrets, depth + 1));
    if (value.length > LIMITS.items) items.push(`[${value.length - LIMITS.items} more]`);
    return items;
  }
  const pruned: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    pruned[text(name, secrets)] =
      isSecretName(name) && field !== undefined ? REDACTED : prune(field, secrets, depth + 1);
  }
  return pruned;
}

function text(value: string, secrets: Iterable<string>): string {
  // Concealed before it is cut: half a secret would no longer be recognised.
  const concealed = concealIn(value, secrets);
  return concealed.length > LIMITS.text
    ? `${concealed.slice(0, LIMITS.text)}[${concealed.length - LIMITS.text} more characters]`
    : concealed;
}

/** What an engineer needs of an error; no other property, because foreign errors carry whole requests. */
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
  const fields: Record<string, unknown> = {
    name: error.name,
    // The engine quotes the text that it could not parse, which may be a body with credentials.
    message: error instanceof SyntaxError ? 'syntax error' : error.message,
  };
  for (const name of ERROR_FIELDS) {
    const value: unknown = Reflect.get(error, name);
    if (value !== undefined) fields[name] = value;
  }
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  if (frames.length > 0) fields['stack'] = frames.slice(0, LIMITS.stackFrames).map((line) => line.trim());
  if (error.cause !== undefined) fields['cause'] = error.cause;
  return fields;
}
