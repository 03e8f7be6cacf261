import { type FileHandle, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Failure } from './destination.ts';

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

/** Progress of an event; an absent field stands for none. */
interface Progress {
  /** Failed attempts. One that the end of the process broke off does not count: it is made again. */
  readonly attempts?: number;
  /** Milliseconds since the epoch, before which it is not tried again. */
  readonly next?: number;
  /** It was given up, and only its destination has not taken it yet. */
  readonly failure?: Failure;
  /** Attempts to hand it to its destination that have failed. */
  readonly tries?: number;
}

export type PendingEvent = AsyncEvent & Progress;

type Entry =
  | { readonly add: PendingEvent }
  | { readonly set: { readonly id: string } & Progress }
  | { readonly done: string };

/** Rewritten when it is larger than this, in bytes, and holds mostly what is finished. */
const COMPACT_BYTES = 1 << 20;
/** The ratio of the file's size to what is pending. */
const COMPACT_RATIO = 4;

/** The journal holds a line that is not one, before its end. */
class JournalDamagedError extends Error {
  override readonly name = 'JournalDamagedError';

  constructor(path: string, line: number) {
    super(`${path}, line ${line}, is damaged; move the file away to start without the events that it holds`);
  }
}

/**
 * Accepted events that are not finished yet, as a file of lines, so that a stop or a crash loses none, and makes none
 * begin anew. An event whose end was not written any more runs again: at least once, as on the platform.
 */
export class Journal {
  readonly #path: string;
  readonly #pending = new Map<string, PendingEvent>();
  #file: FileHandle;
  #buffer: string[] = [];
  #writing: Promise<void> | undefined;
  /** Bytes of the file, and about how many of them are pending events. */
  #size = 0;
  #live = 0;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * @returns the journal and the events that an earlier run left unfinished, in their order
   * @throws JournalDamagedError
   */
  static async open(path: string): Promise<{ journal: Journal; pending: PendingEvent[] }> {
    const pending = replay(path, await readIfThere(path));
    await mkdir(dirname(path), { recursive: true });
    const text = snapshot(pending);
    const journal = new Journal(path, await replace(path, text));
    for (const [id, event] of pending) journal.#pending.set(id, event);
    journal.#size = Buffer.byteLength(text);
    journal.#live = journal.#size;
    return { journal, pending: [...pending.values()] };
  }

  /** Resolves when the event is in the file. */
  add(event: AsyncEvent): Promise<void> {
    this.#pending.set(event.id, event);
    this.#live += weight(event);
    return this.#write({ add: event });
  }

  /** Resolves when the progress is in the file; an event that is done makes none. */
  async update(id: string, progress: Progress): Promise<void> {
    const event = this.#pending.get(id);
    if (!event) return;
    this.#pending.set(id, { ...event, ...progress });
    await this.#write({ set: { id, ...progress } });
  }

  /** Resolves when the end is in the file. */
  async done(id: string): Promise<void> {
    const event = this.#pending.get(id);
    if (!event) return;
    this.#pending.delete(id);
    this.#live -= weight(event);
    await this.#write({ done: id });
  }

  async close(): Promise<void> {
    while (this.#writing || this.#buffer.length > 0) await (this.#writing ?? this.#flush()).catch(() => {});
    await this.#file.close();
  }

  #write(entry: Entry): Promise<void> {
    this.#buffer.push(line(entry));
    // One write at a time; what arrives meanwhile goes with the next one, also after one that failed.
    const previous = this.#writing;
    if (previous) return previous.catch(() => {}).then(() => this.#writing ?? this.#flush());
    return this.#flush();
  }

  #flush(): Promise<void> {
    if (this.#buffer.length === 0) return Promise.resolve();
    const text = this.#buffer.join('');
    this.#buffer = [];
    const compact = this.#size > COMPACT_BYTES && this.#size > COMPACT_RATIO * this.#live;
    const work = (compact ? this.#compact() : this.#append(text)).finally(() => {
      this.#writing = undefined;
    });
    this.#writing = work;
    return work;
  }

  async #append(text: string): Promise<void> {
    try {
      await this.#file.appendFile(text);
    } catch (error) {
      // Half a line must not be followed by others.
      await this.#file.truncate(this.#size);
      throw error;
    }
    this.#size += Buffer.byteLength(text);
  }

  /** Replaces the file by what is pending, which includes everything that waits to be written. */
  async #compact(): Promise<void> {
    const text = snapshot(this.#pending);
    const before = this.#file;
    this.#file = await replace(this.#path, text);
    this.#size = Buffer.byteLength(text);
    await before.close();
  }
}

function replay(path: string, text: string): Map<string, PendingEvent> {
  const pending = new Map<string, PendingEvent>();
  const lines = text.split('\n');
  for (const [index, content] of lines.entries()) {
    if (content === '') continue;
    const entry = parse(content);
    if (!entry) {
      // A crash cut the last line off: nobody was told that it was written.
      if (index === lines.length - 1) break;
      throw new JournalDamagedError(path, index + 1);
    }
    if ('add' in entry) pending.set(entry.add.id, entry.add);
    else if ('done' in entry) pending.delete(entry.done);
    else {
      const { id, ...progress } = entry.set;
      const event = pending.get(id);
      if (event) pending.set(id, { ...event, ...progress });
    }
  }
  return pending;
}

function snapshot(pending: ReadonlyMap<string, PendingEvent>): string {
  return [...pending.values()].map((add) => line({ add })).join('');
}

/** Puts the text in the place of the file, all of it or nothing, and opens it to be appended to. */
async function replace(path: string, text: string): Promise<FileHandle> {
  await writeFile(`${path}.tmp`, text, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
  return open(path, 'a');
}

function line(entry: Entry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** The approximate bytes that an event takes in the file. */
function weight({ event }: AsyncEvent): number {
  return event.length + 200;
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function parse(content: string): Entry | undefined {
  try {
    const entry = JSON.parse(content) as Entry;
    return typeof entry === 'object' && entry !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}
