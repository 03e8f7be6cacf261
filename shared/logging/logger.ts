import { concealIn } from './redact.ts';
import { toLine } from './serialise.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type LogFields = Readonly<Record<string, unknown>>;

export interface LoggerOptions {
  readonly level?: LogLevel;
  readonly fields?: LogFields;
  readonly write?: (level: LogLevel, line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * One JSON object per line. Through `console`, because FunctionGraph replaces stdout and stderr of the process with
 * its own log and a logger that writes to file descriptor 1 bypasses it.
 */
export class Logger {
  readonly #level: LogLevel;
  readonly #fields: LogFields;
  readonly #write: (level: LogLevel, line: string) => void;
  readonly #now: () => number;
  readonly #secrets: Set<string>;

  constructor(options: LoggerOptions = {}, secrets: Set<string> = new Set()) {
    this.#level = options.level ?? 'info';
    this.#fields = options.fields ?? {};
    this.#write = options.write ?? writeToConsole;
    this.#now = options.now ?? Date.now;
    this.#secrets = secrets;
  }

  /** Makes a logger with more fields. Secrets that either learns later are concealed by both. */
  with(fields: LogFields): Logger {
    return new Logger(
      { level: this.#level, fields: { ...this.#fields, ...fields }, write: this.#write, now: this.#now },
      this.#secrets,
    );
  }

  /** Conceals these texts in every field of every later line. */
  conceal(secrets: Iterable<string | undefined>): void {
    for (const secret of secrets) if (secret) this.#secrets.add(secret);
  }

  /** Removes the known secrets from a text that is kept elsewhere than in the log. */
  redact(text: string): string {
    return concealIn(text, this.#secrets);
  }

  debug(message: string, fields?: LogFields): void {
    this.#log('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log('error', message, fields);
  }

  #log(level: LogLevel, message: string, fields: LogFields | undefined): void {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(this.#level)) return;
    const time = new Date(this.#now()).toISOString();
    this.#write(level, toLine({ level, time, message, ...this.#fields, ...fields }, this.#secrets));
  }
}

function writeToConsole(level: LogLevel, line: string): void {
  // stderr is what FunctionGraph labels ERROR.
  if (level === 'error') console.error(line);
  else console.log(line);
}
