import { type Variable, type VariableOptions, VariableProblem } from './variable.ts';

const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;
const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a duration such as `90s`, `15m`, `12h`, `7d`, `500ms`, or `0`.
 *
 * @returns milliseconds; undefined where the text is no duration
 */
export function readDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const [, count, unit = ''] = DURATION.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (MILLISECONDS[unit] ?? 0);
}

/** A duration, in milliseconds. */
export function durationVariable(
  name: string,
  options: VariableOptions & { readonly min: number; readonly max: number },
): Variable<number | undefined> {
  return {
    name,
    secret: false,
    hint: options.hint,
    read: (text) => {
      if (text === undefined) return undefined;
      const value = readDuration(text);
      if (value === undefined) throw new VariableProblem('format', 'must be a duration such as 90s, 15m or 2h');
      if (value < options.min || value > options.max) throw new VariableProblem('range', 'is too short or too long');
      return value;
    },
  };
}
