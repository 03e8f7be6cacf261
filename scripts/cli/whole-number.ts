import { UsageError } from './errors.ts';

/**
 * A whole number given as a flag.
 *
 * @throws UsageError naming the flag and its range
 */
export function wholeNumber(flag: string, value: string, minimum: number, maximum: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < minimum || number > maximum)
    throw new UsageError(`--${flag} takes a whole number from ${minimum} to ${maximum}.`);
  return number;
}
