import type { ParseArgsConfig } from 'node:util';
import { UsageError } from '../cli/errors.ts';
import { readFlags } from './read-flags.ts';

export { UsageError };

/** A failure that the user can act on: its message is shown without a stack trace, exit code 1. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}

export interface Command<Options extends NonNullable<ParseArgsConfig['options']>> {
  /** The text of `--help`. */
  readonly help: string;
  readonly options: Options;
  /** Whether bare words are accepted. */
  readonly positionals?: boolean;
}

/**
 * Parses a command line; `--help` prints the help text.
 *
 * @returns the values and bare words, or undefined after `--help`
 * @throws UsageError for an unknown flag, a missing value or an unexpected word
 */
export function parseCommand<const Options extends NonNullable<ParseArgsConfig['options']>>(
  command: Command<Options>,
  argv: readonly string[],
) {
  if (argv.includes('--help') || argv.includes('-h')) {
    console.log(command.help);
    return undefined;
  }
  try {
    const parsed = readFlags(command.options, argv);
    const [first] = parsed.positionals;
    if (first !== undefined && !command.positionals) throw new Error(`Unexpected argument '${first}'`);
    return parsed;
  } catch (error) {
    throw new UsageError(`${(error as Error).message} (--help lists the flags)`);
  }
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
