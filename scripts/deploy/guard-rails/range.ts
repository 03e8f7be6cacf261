/** Whether a number is none of those that are allowed: `it must be 3 to 900`, or undefined. */
export function rangeProblem(
  value: unknown,
  { min, max }: { readonly min: number; readonly max: number },
  unit = '',
): string | undefined {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return undefined;
  return `is ${String(value)}: it must be a whole number from ${min} to ${max}${unit === '' ? '' : ` ${unit}`}`;
}
