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
import { readJournal } from '../journal.ts';

const SNAPSHOT = 'state.json';
const journalName = (generation: number): string => `journal.${generation}.ndjson`;

/**
 * A snapshot and a journal of what happened since, in one folder, readable by its owner alone: they hold keys.
 * `append` returns when the operating system has the line, so the death of this process loses nothing. A snapshot
 * names the journal that follows it and replaces its predecessor by rename, so the folder always holds a pair.
 */
export class StateJournal<Snapshot, Entry> {
  readonly #dir: string;
  #generation = 0;
  #file = -1;
  #size = 0;

  constructor(dir: string) {
    this.#dir = dir;
  }

  get size(): number {
    return this.#size;
  }

  /** Reads what the folder holds. Throws Error when a file is damaged, naming it. */
  read(): { snapshot: Snapshot | undefined; entries: Entry[] } {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const stored = readSnapshot<{ generation: number; state: Snapshot }>(join(this.#dir, SNAPSHOT));
    this.#generation = stored?.generation ?? 0;
    const entries: Entry[] = [];
    readJournal(join(this.#dir, journalName(this.#generation)), (entry) => entries.push(entry as Entry));
    return { snapshot: stored?.state, entries };
  }

  /** @throws the system's error; the journal then ends where it ended before */
  append(entry: Entry): void {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    try {
      writeFully(this.#file, line);
    } catch (error) {
      ftruncateSync(this.#file, this.#size);
      throw error;
    }
    this.#size += line.length;
  }

  compact(state: Snapshot): void {
    const generation = this.#generation + 1;
    const file = openSync(join(this.#dir, journalName(generation)), 'w', 0o600);
    const target = join(this.#dir, SNAPSHOT);
    const temporary = openSync(`${target}.tmp`, 'w', 0o600);
    try {
      writeFully(temporary, Buffer.from(JSON.stringify({ generation, state })));
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

function readSnapshot<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`The state of the local OMS is damaged: ${SNAPSHOT}`, { cause: error });
  }
}

function writeFully(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
