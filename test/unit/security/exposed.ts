import { inspect } from 'node:util';

/** All that a platform could show of what a function returned or threw: stacks, causes, hidden fields. */
export function exposed(result: unknown): string {
  const shown = inspect(result, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null });
  return `${shown}\n${jsonOf(result)}\n${result instanceof Error ? errorText(result) : String(result)}`;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

function errorText(error: Error): string {
  const cause = error.cause instanceof Error ? errorText(error.cause) : jsonOf(error.cause);
  return [error.name, error.message, error.stack, String(error), cause].join('\n');
}
