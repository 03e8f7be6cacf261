import { UsageError } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** An option of a command. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  /** Placeholder of the value in the help text, for example `N`. */
  readonly value?: string;
  /** One letter. */
  readonly short?: string;
  readonly help: string;
  /** Values that are taken; any where absent. */
  readonly choices?: readonly string[];
  /** May be given several times: the values are a list. */
  readonly repeatable?: boolean;
}
export type Flags = Readonly<Record<string, Flag>>;

/** Everything that a running command has at hand. */
export interface Context {
  /** Words behind the command's name. */
  readonly words: readonly string[];
  /** The flags that were given, by their names. */
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly env: Environment;
  /** Every command of the program. */
  readonly commands: readonly CliCommand[];
  /** Whether the result is one JSON document on stdout. */
  readonly json: boolean;
  /** Writes the result as a document; in one line where it is one of several. */
  print(document: unknown, options?: { readonly line: true }): void;
  /** Writes the result for people; nothing with `--json`. */
  say(text: string): void;
  /** Writes beside the result, to stderr. */
  note(text: string): void;
  /**
   * A signal that Ctrl-C and SIGTERM abort. A second Ctrl-C ends the process.
   *
   * @param text what the command does until it ends
   */
  interruptible(text?: string): AbortSignal;
}

/** Runs a command; returns the exit code: 0 as it should be, 1 not as it should be. */
export type Run = (context: Context) => Promise<number>;

/**
 * A command of `oms-sync`: its words and flags. Its module is loaded when it runs, since each command needs other parts
 * of the product.
 */
export interface CliCommand {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs for the command's own help. */
  readonly text: string;
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Words behind the name, as commander writes them: `<needed>`, `[optional]`. */
  readonly words?: readonly (readonly [word: string, help: string, choices?: readonly string[]])[];
  readonly flags: Flags;
  /** Works on the local cloud alone, so that another stage is refused. */
  readonly localOnly?: true;
  /** Path of the module that exports `run`, by the words of the command line. */
  readonly module: string | ((words: readonly string[]) => string);
}

/** Flags of every command. */
export const COMMON_FLAGS = {
  stage: { type: 'string', value: 'NAME', short: 's', help: 'stage to work on; "local" while a local cloud runs here' },
  json: { type: 'boolean', help: 'print one JSON document on stdout, errors included; notes go to stderr' },
} as const satisfies Flags;

/** Flags of commands that work on a project. */
export const PROJECT_FLAGS = {
  region: { type: 'string', value: 'NAME', help: 'region of the project (OMS_SYNC_REGION, or cn-north-4)' },
  profile: { type: 'string', value: 'NAME', help: 'profile of the credentials file, in place of the environment' },
} as const satisfies Flags;

/** The value of a flag that takes one. */
export function textOf({ values }: Pick<Context, 'values'>, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

export function isSet({ values }: Pick<Context, 'values'>, name: string): boolean {
  return values[name] === true;
}

/**
 * The value of a flag that takes a whole number.
 *
 * @throws UsageError naming the flag and its range
 */
export function numberOf(
  context: Pick<Context, 'values'>,
  flag: string,
  minimum: number,
  maximum: number,
): number | undefined {
  const value = textOf(context, flag);
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value) || Number(value) < minimum || Number(value) > maximum)
    throw new UsageError(`--${flag} takes a whole number from ${minimum} to ${maximum}.`);
  return Number(value);
}
