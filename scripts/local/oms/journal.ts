import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const SNAPSHOT = 'state.json';
const journalName = (generation: number): string => `journal.${generation}.ndjson`;

/**
 * A snapshot and a journal of what happened since, in one folder. Files are readable by their owner only: they hold
 * the tasks' keys.
 *
 * `append` returns when the operating system has the line, so the death of this process loses nothing that was
 * appended (the death of the machine may). A snapshot names the journal that follows it, and replaces its predecessor
 * by rename: whenever the process dies, the folder holds one snapshot and the journal that belongs to it.
 */
export class Journal<Snapshot, Entry> {
  readonly #dir: string;
  #generation = 0;
  #file = -1;
  #size = 0;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Bytes appended since the last snapshot. */
  get size(): number {
    return this.#size;
  }

  /**
   * What the folder holds. A last line without its end was being written when the process died; nobody was told
   * that it happened, and it is dropped.
   *
   * @throws Error when a file is damaged, naming it
   */
  read(): { snapshot: Snapshot | undefined; entries: Entry[] } {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const text = readOptional(join(this.#dir, SNAPSHOT));
    const stored = text === undefined ? undefined : parse<{ generation: number; state: Snapshot }>(text, SNAPSHOT);
    this.#generation = stored?.generation ?? 0;
    const name = journalName(this.#generation);
    const lines = (readOptional(join(this.#dir, name)) ?? '').split('\n').slice(0, -1);
    return {
      snapshot: stored?.state,
      entries: lines.map((line, index) => parse<Entry>(line, `${name}, line ${index + 1}`)),
    };
  }

  /** @throws the system's error; the journal then ends where it ended before */
  append(entry: Entry): void {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    try {
      for (let written = 0; written < line.length; ) written += writeSync(this.#file, line, written);
    } catch (error) {
      ftruncateSync(this.#file, this.#size);
      throw error;
    }
    this.#size += line.length;
  }

  /** Replaces snapshot and journal by a snapshot of now and an empty journal. */
  compact(state: Snapshot): void {
    const generation = this.#generation + 1;
    const file = openSync(join(this.#dir, journalName(generation)), 'w', 0o600);
    const target = join(this.#dir, SNAPSHOT);
    const temporary = openSync(`${target}.tmp`, 'w', 0o600);
    try {
      const content = Buffer.from(JSON.stringify({ generation, state }));
      for (let written = 0; written < content.length; ) written += writeSync(temporary, content, written);
      fsyncSync(temporary);
    } finally {
      closeSync(temporary);
    }
    renameSync(`${target}.tmp`, target);
    this.close();
    this.#file = file;
    this.#size = 0;
    this.#generation = generation;
    for (const name of readdirSync(this.#dir))
      if (/^journal\.\d+\.ndjson$/.test(name) && name !== journalName(generation)) rmSync(join(this.#dir, name));
  }

  close(): void {
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = -1;
  }
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse<T>(text: string, where: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Error(`The state of the local OMS is damaged: ${where}`, { cause: error });
  }
}
