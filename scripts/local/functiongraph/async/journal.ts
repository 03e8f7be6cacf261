import { type FileHandle, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** An accepted asynchronous invocation. */
export interface AsyncEvent {
  readonly id: string;
  /** The function's key. */
  readonly function: string;
  /** JSON text. */
  readonly event: string;
  /** Milliseconds since the epoch. */
  readonly accepted: number;
}

type Entry = { readonly add: AsyncEvent } | { readonly done: string };

/** Rewritten when it holds this many bytes and nothing is pending. */
const COMPACT_BYTES = 1 << 20;

/**
 * Accepted events that are not finished yet, as a file of lines, so that a stop or a crash loses none. An event whose
 * end was not written any more runs again: at least once, as on the platform.
 */
export class Journal {
  readonly #file: FileHandle;
  readonly #pending = new Set<string>();
  #buffer: string[] = [];
  #writing: Promise<void> | undefined;
  #size = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @returns the journal and the events that an earlier run left unfinished, in their order */
  static async open(path: string): Promise<{ journal: Journal; pending: AsyncEvent[] }> {
    const pending = new Map<string, AsyncEvent>();
    for (const line of (await readIfThere(path)).split('\n')) {
      const entry = parse(line);
      if (!entry) continue;
      if ('add' in entry) pending.set(entry.add.id, entry.add);
      else pending.delete(entry.done);
    }
    const events = [...pending.values()];
    const text = events.map((add) => `${JSON.stringify({ add })}\n`).join('');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.tmp`, text, { mode: 0o600 });
    await rename(`${path}.tmp`, path);
    const journal = new Journal(await open(path, 'a'));
    journal.#size = Buffer.byteLength(text);
    for (const { id } of events) journal.#pending.add(id);
    return { journal, pending: events };
  }

  /** Resolves when the event is in the file. */
  add(event: AsyncEvent): Promise<void> {
    this.#pending.add(event.id);
    return this.#write({ add: event });
  }

  /** Resolves when the end is in the file. */
  async done(id: string): Promise<void> {
    if (this.#pending.delete(id)) await this.#write({ done: id });
  }

  async close(): Promise<void> {
    while (this.#writing) await this.#writing;
    await this.#file.close();
  }

  #write(entry: Entry): Promise<void> {
    this.#buffer.push(`${JSON.stringify(entry)}\n`);
    // One write at a time; what arrives meanwhile goes with the next one.
    const previous = this.#writing;
    if (previous) return previous.then(() => this.#writing ?? this.#flush());
    return this.#flush();
  }

  #flush(): Promise<void> {
    if (this.#buffer.length === 0) return Promise.resolve();
    const text = this.#buffer.join('');
    this.#buffer = [];
    const work = (async () => {
      if (this.#pending.size === 0 && this.#size > COMPACT_BYTES) {
        await this.#file.truncate(0);
        this.#size = 0;
      } else {
        await this.#file.appendFile(text);
        this.#size += Buffer.byteLength(text);
      }
    })().finally(() => {
      this.#writing = undefined;
    });
    this.#writing = work;
    return work;
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** A last line that a crash cut off is no entry. */
function parse(line: string): Entry | undefined {
  if (line === '') return undefined;
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}
