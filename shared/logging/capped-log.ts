import type { LogFields, Logger, LogLevel } from './logger.ts';

/** Most lines of one message and cause; further lines would only add to their number. */
const MOST_LINES = 100;

interface Group {
  readonly level: LogLevel;
  readonly message: string;
  readonly cause: string;
  lines: number;
}

/**
 * Caps log lines whose number depends on the input: an event of 256 KB can name 80,000 unreadable records. The first
 * lines of each message and cause are written, the others counted.
 */
export class CappedLog {
  readonly #log: Logger;
  readonly #most: number;
  readonly #groups = new Map<string, Group>();

  constructor(log: Logger, most: number = MOST_LINES) {
    this.#log = log;
    this.#most = most;
  }

  /**
   * @param cause tells lines of one message apart; never a value of the input; empty for none
   * @param fields made only where the line is written
   */
  write(level: LogLevel, message: string, cause: string, fields: () => LogFields): void {
    const name = JSON.stringify([message, cause]);
    const group = this.#groups.get(name) ?? { level, message, cause, lines: 0 };
    this.#groups.set(name, group);
    group.lines += 1;
    if (group.lines <= this.#most) this.#log[level](message, fields());
  }

  /** Logs how many lines were left out, and begins anew. */
  end(): void {
    for (const { level, message, cause, lines } of this.#groups.values())
      if (lines > this.#most)
        this.#log[level]('more of the same', { of: message, ...(cause && { cause }), more: lines - this.#most });
    this.#groups.clear();
  }
}
