import { createRequire } from 'node:module';
import { Argument, Command, Help, Option } from 'commander';
import packageFile from '../../package.json' with { type: 'json' };
import {
  type CliCommand,
  COMMON_FLAGS,
  type Context,
  type Environment,
  type Flag,
  type Flags,
  type Run,
} from './command.ts';
import { failureOf, isDefect, UsageError } from './errors.ts';
import { interruptible } from './interruptible.ts';
import { refuseSwallowedFlags } from './swallowed-flags.ts';

/** The code that a shell reports of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

/** Columns of help texts. */
const HELP_WIDTH = 112;

const EXIT_CODES =
  'Exit code: 0 done, or as it should be; 1 something is not as it should be; 2 a mistake or an error; 130 interrupted.';

export interface ProgramOptions {
  readonly env: Environment;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Loads what a command does; what tests replace. */
  readonly load?: (path: string) => { readonly run: Run };
}

/** Every flag of a command. */
export function flagsOf({ flags }: Pick<CliCommand, 'flags'>): Flags {
  return { ...flags, ...COMMON_FLAGS };
}

/**
 * Runs a command line.
 *
 * @param argv words behind the program's name
 * @returns the exit code: 0 done or healthy, 1 something is not as it should be, 2 a mistake of the caller or an error,
 *   130 interrupted
 */
export async function runProgram(
  argv: readonly string[],
  commands: readonly CliCommand[],
  { env, stdout, stderr, load = createRequire(import.meta.url) }: ProgramOptions,
): Promise<number> {
  const json = argv.includes('--json');
  let code = 0;
  let signal: AbortSignal | undefined;
  const program = new Command('oms-sync')
    .description('Keeps a bucket replicated into Huawei Cloud OBS through sync tasks of OMS.')
    .usage('COMMAND [options]')
    .version(packageFile.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain the program or a command')
    .helpCommand('help [command]', 'explain a command')
    .configureOutput({ writeOut: stdout, writeErr: stderr, outputError: () => {} })
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? HELP_WIDTH, HELP_WIDTH), boxWrap: wrap })
    .exitOverride()
    .addHelpText('after', `\n${EXIT_CODES}\nBegin with: npx oms-sync demo`);
  for (const definition of commands)
    define(program, definition).action(async (...passed: unknown[]) => {
      const own = passed.at(-1) as Command;
      refuseSwallowedFlags(definition.name, Object.keys(flagsOf(definition)), env);
      const context: Context = {
        words: own.args,
        values: valuesOf(own),
        env,
        commands,
        json,
        print: (document, options) => stdout(`${JSON.stringify(document, null, options?.line ? undefined : 2)}\n`),
        say: (line) => {
          if (!json) stdout(`${line}\n`);
        },
        note: (line) => stderr(`${line}\n`),
        interruptible: (line) => {
          signal ??= interruptible(() => stderr(`\n${line ?? 'stopping after the calls under way'}\n`));
          return signal;
        },
      };
      const { module, localOnly } = definition;
      const { stage = 'local' } = context.values;
      if (localOnly && stage !== 'local')
        throw new UsageError(`oms-sync ${definition.name} works on the local cloud alone.`, 'Leave --stage out.');
      code = await load(typeof module === 'string' ? module : module(own.args)).run(context);
    });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return signal?.aborted && code !== 0 ? INTERRUPTED : code;
  } catch (error) {
    const { code: kind } = error as { code?: unknown };
    // commander ends this way after it has printed a help text or the version.
    if (kind === 'commander.helpDisplayed' || kind === 'commander.version') return 0;
    if (kind === 'commander.help') return argv.length === 0 ? 2 : 0;
    const failure = failureOf(error);
    const { message, remedy } = failure;
    stderr(isDefect(error) ? `${(error as Error).stack}\n` : `${remedy === '' ? message : `${message} ${remedy}`}\n`);
    if (json) stdout(`${JSON.stringify({ error: failure }, null, 2)}\n`);
    return signal?.aborted ? INTERRUPTED : 2;
  }
}

function define(program: Command, definition: CliCommand): Command {
  const { name, summary, text, examples, words = [] } = definition;
  const command = program
    .command(name)
    .summary(summary)
    .description(text)
    .addHelpText('after', `\n${examplesText(examples)}\n\n${EXIT_CODES}`);
  for (const [word, help, choices] of words) {
    const argument = new Argument(word, help);
    command.addArgument(choices === undefined ? argument : argument.choices(choices));
  }
  for (const [flag, about] of Object.entries(flagsOf(definition))) command.addOption(optionOf(flag, about));
  return command;
}

/** Wraps paragraphs, and leaves lines as they are that begin with a blank: tables and commands. */
function wrap(this: Help, text: string, width: number): string {
  const lines = text.replaceAll(/(?<=^[^\s].*)\n(?=[^\s])/gm, ' ').split('\n');
  return lines.map((line) => (/^\s/.test(line) ? line : Help.prototype.boxWrap.call(this, line, width))).join('\n');
}

function optionOf(name: string, { value, short, help, choices, repeatable }: Flag): Option {
  const option = new Option(`${short ? `-${short}, ` : ''}--${name}${value ? ` <${value}>` : ''}`, help);
  if (choices) option.choices(choices);
  if (value !== undefined && choices === undefined)
    option.argParser((given: string, before: unknown): unknown => {
      // commander would take `--task --dry-run` for a task of that name, and make a dry run a real one.
      if (given.startsWith('--')) throw new UsageError(`--${name} needs a value, and ${given} is a flag.`);
      return repeatable ? [...((before as readonly string[] | undefined) ?? []), given] : given;
    });
  return option;
}

/** Values by the flags' own names, not by commander's. */
function valuesOf(command: Command): Context['values'] {
  const values = command.opts<Context['values']>();
  return Object.fromEntries(command.options.map((option) => [option.name(), values[option.attributeName()]]));
}

function examplesText(examples: CliCommand['examples']): string {
  return `Examples:\n${examples.map(([line, what]) => `  ${what}:\n    npx oms-sync ${line}`).join('\n')}`;
}
