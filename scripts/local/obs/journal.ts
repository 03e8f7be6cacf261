import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

interface Pending {
  readonly line: string;
  readonly undo: () => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface JournalOptions {
  /** Asks the operating system to write through to the device before a record counts as stored. */
  readonly fsync: boolean;
}

/**
 * An append-only file with one JSON record a line: what is in it has happened, whatever becomes of the process.
 * Records that are appended while a write is under way go out together with the next one.
 */
export class Journal {
  readonly #file: FileHandle;
  readonly #options: JournalOptions;
  #length: number;
  #pending: Pending[] = [];
  #writing: Promise<void> | undefined;
  #broken: Error | undefined;
  #latest: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, length: number, options: JournalOptions) {
    this.#file = file;
    this.#length = length;
    this.#options = options;
  }

  /**
   * Reads the records of a journal in order.
   *
   * @returns the length in bytes of what was complete: a killed process may leave half a line behind
   * @throws Error when a line in the middle is damaged
   */
  static read(path: string, apply: (record: unknown) => void): number {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
    let start = 0;
    for (let line = 1; ; line++) {
      const end = bytes.indexOf(10, start);
      if (end < 0) return start;
      let record: unknown;
      try {
        record = JSON.parse(bytes.toString('utf8', start, end));
      } catch {
        if (end === bytes.length - 1) return start;
        throw new Error(`The journal ${path} is damaged at line ${line}.`);
      }
      apply(record);
      start = end + 1;
    }
  }

  /** Replaces a journal by one that holds these records: the old file or the new one, never a mixture. */
  static rewrite(path: string, records: Iterable<unknown>): void {
    const temporary = `${path}.new`;
    const file = openSync(temporary, 'w', 0o600);
    try {
      let lines: string[] = [];
      for (const record of records) {
        lines.push(`${JSON.stringify(record)}\n`);
        if (lines.length < 5000) continue;
        writeSync(file, lines.join(''));
        lines = [];
      }
      writeSync(file, lines.join(''));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  }

  /** Opens a journal for appending behind its complete part. */
  static async open(path: string, length: number, options: JournalOptions): Promise<Journal> {
    const file = await open(path, length === 0 ? 'w' : 'r+', 0o600);
    await file.truncate(length);
    return new Journal(file, length, options);
  }

  /**
   * Appends a record; resolves when it is stored. The caller has already applied the change in memory; `undo` is
   * called when it could not be stored.
   */
  append(record: unknown, undo: () => void): Promise<void> {
    if (this.#broken) {
      undo();
      return Promise.reject(this.#broken);
    }
    const stored = new Promise<void>((resolve, reject) => {
      this.#pending.push({ line: `${JSON.stringify(record)}\n`, undo, resolve, reject });
    });
    this.#writing ??= this.#drain();
    this.#latest = stored.catch(() => {});
    return stored;
  }

  /** Resolves when everything that was appended so far is stored. */
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
      const bytes = Buffer.from(batch.map((entry) => entry.line).join(''), 'utf8');
      try {
        await writeFully(this.#file, bytes, this.#length);
        if (this.#options.fsync) await this.#file.datasync();
        this.#length += bytes.length;
      } catch (error) {
        await this.#fail([...batch, ...this.#pending.splice(0)], error as Error);
        continue;
      }
      for (const entry of batch) entry.resolve();
    }
    this.#writing = undefined;
  }

  /** A full disk must not leave half a record in front of the next one. */
  async #fail(entries: readonly Pending[], error: Error): Promise<void> {
    for (const entry of entries.toReversed()) entry.undo();
    try {
      await this.#file.truncate(this.#length);
    } catch (cause) {
      this.#broken = new Error('The journal cannot be written.', { cause });
    }
    for (const entry of entries) entry.reject(error);
  }
}

async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
