import type { ParseArgsConfig, parseArgs } from 'node:util';
import { Command } from 'commander';
import { failureOf, UsageError } from '../cli/errors.ts';

export { UsageError };

/** A failure that the user can act on: its message is shown without a stack trace, exit code 1. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}

type Flags = NonNullable<ParseArgsConfig['options']>;

export interface CommandLine<T extends Flags> {
  /** The text of `--help`. */
  readonly help: string;
  readonly options: T;
  /** Whether bare words are accepted. */
  readonly positionals?: boolean;
}

/**
 * Parses a command line; `--help` prints the help text.
 *
 * @returns the values by the flags' own names and the bare words, or undefined after `--help`
 * @throws UsageError for an unknown flag, a missing value or an unexpected word
 */
export function parseCommand<const T extends Flags>(
  { help, options, positionals = false }: CommandLine<T>,
  argv: readonly string[],
) {
  if (argv.includes('--help') || argv.includes('-h')) {
    console.log(help);
    return undefined;
  }
  const command = new Command()
    .argument('[words...]')
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  for (const [name, { type, multiple }] of Object.entries(options)) {
    if (type === 'boolean') command.option(`--${name}`);
    else
      command.option(`--${name} <value>`, '', (given: string, before: unknown) => {
        // commander would take `--json --quick` for a file of that name.
        if (given.startsWith('--')) throw new UsageError(`--${name} needs a value, and ${given} is a flag.`);
        return multiple ? [...((before as readonly string[] | undefined) ?? []), given] : given;
      });
  }
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    const { message, remedy } = failureOf(error);
    throw new UsageError(`${message} ${remedy}`.trim());
  }
  const [word] = command.args;
  if (word !== undefined && !positionals) throw new UsageError(`Unexpected argument '${word}'.`);
  const given = command.opts();
  const values = command.options.map((option) => [option.name(), given[option.attributeName()]]);
  type Parsed = ReturnType<typeof parseArgs<{ options: T; strict: true }>>;
  return { values: Object.fromEntries(values) as Parsed['values'], positionals: command.args };
}

/**
 * Runs a command to its exit code: 0, or what it returns; 1 for a failure, 2 for a mistake on the command line.
 * Only unexpected errors show a stack trace.
 */
export async function runCommand(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    const expected = error instanceof UsageError || error instanceof CommandError;
    console.error(expected ? error.message : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
