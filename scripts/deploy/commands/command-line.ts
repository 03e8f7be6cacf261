import { readFlags } from '../../build/read-flags.ts';
import { COMMANDS, type CommandDefinition, findCommand, flagsOf } from './definitions.ts';
import { CommandUsageError } from './usage-error.ts';

export interface CommandLine {
  readonly command: CommandDefinition;
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

/** What is typed before `function`, for the command that deploys one. */
const ALIASES: Readonly<Record<string, string>> = { '': 'deploy', function: 'deploy function' };

/**
 * Reads `[command] [flags]`. A bare word after the command of one function is its key: `function on-object-created`.
 *
 * @returns the command whose help is asked for, `'help'` for all of them, or the command line
 * @throws CommandUsageError for an unknown command, an unknown flag, a missing value or an unexpected word
 */
export function readCommandLine(
  argv: readonly string[],
): { readonly help: CommandDefinition | undefined } | { readonly line: CommandLine } {
  const wantsHelp = argv.includes('--help') || argv.includes('-h') || argv[0] === 'help';
  const words = leadingWords(argv[0] === 'help' ? argv.slice(1) : argv);
  const { command, used } = commandOf(words);
  if (wantsHelp) return { help: words.length > 0 ? command : undefined };
  const flags = flagsOf(command);
  try {
    const options = Object.fromEntries(
      Object.entries(flags).map(([name, { type, short }]) => [name, { type, ...(short ? { short } : {}) }]),
    );
    const { values, positionals } = readFlags(options, argv.slice(used));
    return { line: { command, values: withFunction(command, values, positionals) } };
  } catch (error) {
    if (error instanceof CommandUsageError) throw error;
    throw new CommandUsageError(`${(error as Error).message} (${usageOf(command)} --help lists the flags)`);
  }
}

type Values = CommandLine['values'];

function withFunction({ flags, name }: CommandDefinition, values: Values, words: readonly string[]): Values {
  const [key, ...more] = words;
  if (key === undefined) return values;
  if (name === 'deploy' && COMMANDS.some((command) => command.name.split(' ')[0] === key))
    throw new CommandUsageError(`The command comes first: npm run deploy -- ${words.join(' ')} [flags]`);
  if (!('function' in flags) || name === 'deploy' || values['function'] !== undefined || more.length > 0)
    throw new CommandUsageError(`Unexpected word '${more[0] ?? key}'; ${listOfCommands()}`);
  return { ...values, function: key };
}

function leadingWords(argv: readonly string[]): string[] {
  const end = argv.findIndex((argument) => argument.startsWith('-'));
  return argv.slice(0, end === -1 ? argv.length : end);
}

/** The longest name that the words begin with. */
function commandOf(words: readonly string[]): { readonly command: CommandDefinition; readonly used: number } {
  for (const used of [2, 1, 0]) {
    const typed = words.slice(0, used).join(' ');
    const command = words.length < used ? undefined : findCommand(ALIASES[typed] ?? typed);
    if (command && (used > 0 || words.length === 0)) return { command, used };
  }
  throw new CommandUsageError(`there is no command ${words[0]}; ${listOfCommands()}`);
}

function listOfCommands(): string {
  return `there are ${COMMANDS.map(({ name }) => name).join(', ')} (--help explains them)`;
}

function usageOf({ name }: CommandDefinition): string {
  return `npm run deploy --${name === 'deploy' ? '' : ` ${name}`}`;
}

/** Arguments for osls. */
export function frameworkArguments({ command, values }: CommandLine): string[] {
  const flags = Object.entries(values).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : typeof value === 'string' ? [`--${name}=${value}`] : [],
  );
  return [...command.name.split(' '), ...flags];
}

/** The text of `--help`. */
export function helpText(command: CommandDefinition | undefined): string {
  return command === undefined ? overview() : helpOf(command);
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return `npm run deploy -- [command] [flags]

Brings the bundles of dist/ to FunctionGraph, as serverless.yml says; builds first what is stale. docs/deploy.md explains it.

Commands:
${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}

Flags of every command:
${flagList(flagsOf({ name: '', summary: '', text: '', examples: [], flags: {} }))}

Credentials: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, with HUAWEICLOUD_SDK_SECURITY_TOKEN where they are temporary, and
HUAWEICLOUD_SDK_PROJECT_ID; or --profile. Stage local takes those of npm start. Never as flags: other users of a machine
see them there. The variables OMS_SYNC_* that serverless.yml reads come from the environment, too.

Begin with:
  npm run deploy -- --stage local --dry-run   what would be done
  npm run deploy -- deploy --help             more about one command

Exit code: 0 done, 1 failed, 2 a mistake on the command line, 130 interrupted.`;
}

function helpOf(command: CommandDefinition): string {
  const examples = command.examples.map(([line, what]) => [`npm run deploy -- ${line}`, what] as const);
  const width = Math.max(0, ...examples.map(([line]) => line.length));
  return `${usageOf(command)} [flags]

${command.text}

Flags:
${flagList(flagsOf(command))}

${examples.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`).join('\n')}`;
}

function flagList(flags: ReturnType<typeof flagsOf>): string {
  const rows = Object.entries(flags).map(([name, { value, short, help }]) => {
    const long = value === undefined ? `--${name}` : `--${name} ${value}`;
    return [short ? `-${short}, ${long}` : `    ${long}`, help] as const;
  });
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`).join('\n');
}
