import { AbortedError } from '../errors.ts';
import { type CommandContext, isSet } from './context.ts';
import { report } from './output.ts';
import { runCommand } from './run.ts';
import { CommandUsageError } from './usage-error.ts';

/** What a shell reports of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;
/** A mistake in the program itself; where it is helps whoever repairs it. */
const OWN_MISTAKES = new Set(['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError', 'AssertionError']);

/**
 * Runs a command to its end, also where it fails: the message is printed, and as a document where one was asked for.
 * Ctrl-C stops it between two calls; a second one at once.
 *
 * @returns 0, 1 for a failure, 2 for a mistake on the command line, 130 for Ctrl-C
 */
export async function runToExitCode(name: string, context: Omit<CommandContext, 'signal'>): Promise<number> {
  const aborter = new AbortController();
  const stop = (): void => {
    if (aborter.signal.aborted) process.exit(INTERRUPTED);
    context.notes.write('stopping after the calls under way\n');
    aborter.abort(new AbortedError());
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const code = await runCommand(name, { ...context, signal: aborter.signal });
    return aborter.signal.aborted && code !== 0 ? INTERRUPTED : code;
  } catch (error) {
    const { message, name: kind, stack } = error as Error;
    context.notes.write(`${OWN_MISTAKES.has(kind) ? stack : message}\n`);
    if (isSet(context, 'json')) report(context, { error: { message, ...codeOf(error) } });
    if (error instanceof CommandUsageError) return 2;
    return aborter.signal.aborted ? INTERRUPTED : 1;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

function codeOf(error: unknown): { readonly code?: string } {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? { code } : {};
}
