import { UsageError } from '../build/command-line.ts';
import { readFlags } from '../build/read-flags.ts';

export { UsageError };

interface Flag {
  readonly type: 'string' | 'boolean';
  /** Placeholder that `--help` shows after the name, such as `N`. */
  readonly value?: string;
  readonly help: string;
}

/**
 * Command-line flags, with `--help` for free.
 *
 * @returns the values, or undefined after the help text was printed
 * @throws UsageError for an unknown flag or a missing value
 */
export function parseFlags<Name extends string>(
  usage: string,
  flags: Readonly<Record<Name, Flag>>,
  argv: readonly string[] = process.argv.slice(2),
): Partial<Record<Name, string | boolean>> | undefined {
  const names = Object.keys(flags) as Name[];
  let values: Record<string, unknown>;
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: flags[name].type }]));
    const read = readFlags({ ...options, help: { type: 'boolean', short: 'h' } }, argv);
    const [word] = read.positionals;
    if (word !== undefined) throw new Error(`Unexpected argument '${word}'`);
    values = read.values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message} (--help lists the flags)`);
  }
  if (values['help']) {
    const head = (name: Name) => `  --${name}${flags[name].value ? ` ${flags[name].value}` : ''}`;
    const width = Math.max(...names.map((name) => head(name).length)) + 2;
    console.log(`${usage}\n\n${names.map((name) => head(name).padEnd(width) + flags[name].help).join('\n')}`);
    return undefined;
  }
  return values as Partial<Record<Name, string | boolean>>;
}

/**
 * A whole number given as a flag.
 *
 * @throws UsageError naming the flag and its range
 */
export function wholeNumber(flag: string, value: string | boolean, minimum: number, maximum: number): number {
  const number = Number(value);
  if (typeof value !== 'string' || !/^\d+$/.test(value) || number < minimum || number > maximum)
    throw new UsageError(`--${flag} takes a whole number from ${minimum} to ${maximum}`);
  return number;
}
