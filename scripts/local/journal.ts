import { readFileSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';

interface Pending {
  readonly line: string;
  readonly undo: (() => void) | undefined;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface JournalOptions {
  /** Writes through to the device before a record counts as stored; false unless given, which survives a killed process. */
  readonly fsync?: boolean;
  /**
   * Asked before each write: the records that take the place of a file of that length in bytes, what is to be written
   * included, or undefined while it is short enough.
   */
  readonly compact?: (length: number) => Iterable<unknown> | undefined;
}

/** A line of a journal is damaged, and it is not the last one, which a killed process may leave torn. */
class JournalDamagedError extends Error {
  override readonly name = 'JournalDamagedError';

  constructor(path: string, line: number) {
    super(`${path}, line ${line}, is damaged; move the file away to start without what it holds`);
  }
}

/**
 * Reads the records of a journal in order; returns the bytes of complete lines. Nobody was told that a torn last one
 * was written. Throws JournalDamagedError.
 */
export function readJournal(path: string, apply: (record: object) => void): number {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  let start = 0;
  for (let line = 1, end = bytes.indexOf(10); end >= 0; line++, start = end + 1, end = bytes.indexOf(10, start)) {
    const record = parse(bytes.toString('utf8', start, end));
    if (!record) throw new JournalDamagedError(path, line);
    apply(record);
  }
  return start;
}

function parse(text: string): object | undefined {
  try {
    const record: unknown = JSON.parse(text);
    return typeof record === 'object' && record !== null ? record : undefined;
  } catch {
    return undefined;
  }
}

/**
 * An append-only file with one JSON record a line: what is in it has happened, whatever becomes of the process.
 * Records that are appended while a write is under way go out together with the next one.
 */
export class Journal {
  readonly #path: string;
  readonly #options: JournalOptions;
  #file: FileHandle;
  #length: number;
  #pending: Pending[] = [];
  #writing: Promise<void> | undefined;
  #broken: Error | undefined;
  #latest: Promise<void> = Promise.resolve();

  private constructor(path: string, { file, length }: OpenFile, options: JournalOptions) {
    this.#path = path;
    this.#file = file;
    this.#length = length;
    this.#options = options;
  }

  /** @param length bytes of the complete part, behind which records are appended */
  static async open(path: string, length: number, options: JournalOptions = {}): Promise<Journal> {
    const file = await open(path, length === 0 ? 'w' : 'r+', 0o600);
    await file.truncate(length);
    return new Journal(path, { file, length }, options);
  }

  static async rewrite(path: string, records: Iterable<unknown>, options: JournalOptions = {}): Promise<Journal> {
    return new Journal(path, await replace(path, records), options);
  }

  /** Resolves when the record is stored. The caller has already applied the change in memory; `undo` takes it back. */
  append(record: unknown, undo?: () => void): Promise<void> {
    if (this.#broken) {
      undo?.();
      return Promise.reject(this.#broken);
    }
    const stored = new Promise<void>((resolve, reject) => {
      this.#pending.push({ line: lineOf(record), undo, resolve, reject });
    });
    this.#writing ??= this.#drain();
    this.#latest = stored.catch(() => {});
    return stored;
  }

  settled(): Promise<void> {
    return this.#latest;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #drain(): Promise<void> {
    // Lets the callers of this turn join the first batch.
    await null;
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        const records = this.#options.compact?.(this.#length);
        if (records) await this.#replace(records);
        else await this.#write(batch.map(({ line }) => line).join(''));
      } catch (error) {
        await this.#fail([...batch, ...this.#pending.splice(0)], error as Error);
        continue;
      }
      for (const entry of batch) entry.resolve();
    }
    this.#writing = undefined;
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    await writeFully(this.#file, bytes, this.#length);
    if (this.#options.fsync) await this.#file.datasync();
    this.#length += bytes.length;
  }

  async #replace(records: Iterable<unknown>): Promise<void> {
    const before = this.#file;
    ({ file: this.#file, length: this.#length } = await replace(this.#path, records));
    await before.close();
  }

  /** A full disk must not leave half a record in front of the next one. */
  async #fail(entries: readonly Pending[], error: Error): Promise<void> {
    for (const entry of entries.toReversed()) entry.undo?.();
    try {
      await this.#file.truncate(this.#length);
    } catch (cause) {
      this.#broken = new Error('The journal cannot be written.', { cause });
    }
    for (const entry of entries) entry.reject(error);
  }
}

interface OpenFile {
  readonly file: FileHandle;
  readonly length: number;
}

/** Puts records in the place of the file: the old ones or the new ones are there, never a mixture. */
async function replace(path: string, records: Iterable<unknown>): Promise<OpenFile> {
  const file = await open(`${path}.tmp`, 'w', 0o600);
  let length = 0;
  let lines: string[] = [];
  const flush = async (): Promise<void> => {
    const bytes = Buffer.from(lines.join(''));
    lines = [];
    await writeFully(file, bytes, length);
    length += bytes.length;
  };
  try {
    for (const record of records) if (lines.push(lineOf(record)) === 5000) await flush();
    await flush();
    await file.sync();
    await rename(`${path}.tmp`, path);
    return { file, length };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function lineOf(record: unknown): string {
  return `${JSON.stringify(record)}\n`;
}

async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
