import type { CliCommand, Context, Run } from '../../scripts/cli/command.ts';
import { type Failure, UsageError } from '../../scripts/cli/errors.ts';
import { runProgram } from '../../scripts/cli/program.ts';

/**
 * The context of a command for words on the command line; the command itself does not run.
 *
 * @throws UsageError where the words are refused before the command runs
 */
export async function contextOf(command: CliCommand, argv: readonly string[]): Promise<Context> {
  let context: Context | undefined;
  const run: Run = async (given) => {
    context = given;
    return 0;
  };
  let out = '';
  const stdout = (text: string): void => {
    out += text;
  };
  await runProgram([command.name, '--json', ...argv], [command], {
    env: {},
    stdout,
    stderr: () => {},
    load: () => ({ run }),
  });
  if (context) return { ...context, json: argv.includes('--json') };
  const { error } = JSON.parse(out) as { readonly error: Failure };
  throw new UsageError(error.message, error.remedy);
}

/** The help text of a command. */
export async function helpOf(command: CliCommand): Promise<string> {
  let out = '';
  const stdout = (text: string): void => {
    out += text;
  };
  await runProgram([command.name, '--help'], [command], { env: {}, stdout, stderr: () => {} });
  return out;
}
