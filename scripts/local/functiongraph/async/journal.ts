import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Journal, readJournal } from '../../journal.ts';
import type { Failure } from './destination.ts';

export interface AsyncEvent {
  readonly id: string;
  readonly function: string;
  /** JSON text. */
  readonly event: string;
  readonly accepted: number;
}

interface Progress {
  /** Failed attempts. One that the end of the process broke off does not count: it is made again. */
  readonly attempts?: number;
  readonly next?: number;
  /** It was given up, and only its destination has not taken it yet. */
  readonly failure?: Failure;
  readonly tries?: number;
}

export type PendingEvent = AsyncEvent & Progress;

type Entry =
  | { readonly add: PendingEvent }
  | { readonly set: { readonly id: string } & Progress }
  | { readonly done: string };

/** Rewritten when it is larger than this, in bytes, and holds mostly what is finished. */
const COMPACT_BYTES = 1 << 20;
const COMPACT_RATIO = 4;

/**
 * Accepted events that are not finished, so that a stop or a crash loses none and makes none begin anew. One whose end
 * was not written any more runs again: at least once, as on the platform.
 */
export class EventJournal {
  readonly #pending: Map<string, PendingEvent>;
  #journal!: Journal;
  #live = 0;

  private constructor(pending: Map<string, PendingEvent>) {
    this.#pending = pending;
    for (const event of pending.values()) this.#live += weight(event);
  }

  /**
   * Opens the journal with the events that an earlier run left unfinished, in their order. Throws JournalDamagedError.
   */
  static async open(path: string): Promise<{ journal: EventJournal; pending: PendingEvent[] }> {
    const journal = new EventJournal(replay(path));
    mkdirSync(dirname(path), { recursive: true });
    journal.#journal = await Journal.rewrite(path, journal.#records(), {
      compact: (length) =>
        length > COMPACT_BYTES && length > COMPACT_RATIO * journal.#live ? journal.#records() : undefined,
    });
    return { journal, pending: [...journal.#pending.values()] };
  }

  add(event: AsyncEvent): Promise<void> {
    this.#pending.set(event.id, event);
    this.#live += weight(event);
    return this.#write({ add: event });
  }

  async update(id: string, progress: Progress): Promise<void> {
    const event = this.#pending.get(id);
    if (!event) return;
    this.#pending.set(id, { ...event, ...progress });
    await this.#write({ set: { id, ...progress } });
  }

  async done(id: string): Promise<void> {
    const event = this.#pending.get(id);
    if (!event) return;
    this.#pending.delete(id);
    this.#live -= weight(event);
    await this.#write({ done: id });
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  #write(entry: Entry): Promise<void> {
    return this.#journal.append(entry);
  }

  #records(): Entry[] {
    return [...this.#pending.values()].map((add) => ({ add }));
  }
}

function replay(path: string): Map<string, PendingEvent> {
  const pending = new Map<string, PendingEvent>();
  readJournal(path, (record) => {
    const entry = record as Entry;
    if ('add' in entry) pending.set(entry.add.id, entry.add);
    else if ('done' in entry) pending.delete(entry.done);
    else {
      const { id, ...progress } = entry.set;
      const event = pending.get(id);
      if (event) pending.set(id, { ...event, ...progress });
    }
  });
  return pending;
}

function weight({ event }: AsyncEvent): number {
  return event.length + 200;
}
