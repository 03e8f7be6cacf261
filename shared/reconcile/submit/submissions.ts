import { createHash } from 'node:crypto';
import { detached } from '../compare/counts.ts';
import type { EarlierSubmissions, ObjectFacts, SubmissionHistory } from '../compare/verdict.ts';

/** Objects that are remembered, 25 bytes each in a checkpoint. */
const MAX_REMEMBERED = 100_000;
/** Submissions of an object whose source does not change, where nothing else is configured. */
export const MAX_SUBMISSIONS = 5;
/** The most that may be configured. */
export const MOST_SUBMISSIONS = 1_000;

const MINUTE = 60_000;
/** Minutes between the first submission and the second; each later one waits three times longer, up to a day. */
const FIRST_WAIT = 10;
const LONGEST_WAIT = 1_440;

/** Bits of an entry. */
const MET = 1;
const ACCEPTED_NOW = 2;
const ACCEPTED = 4;

interface Entry {
  /** Digest of the source when it was submitted. */
  readonly state: string;
  readonly count: number;
  /** Minutes since the epoch: the last submission. */
  readonly at: number;
  readonly bits: number;
}

/**
 * A record of a checkpoint and of memory: key, state, count, minute, bits. Kept as it is written: a run writes it at
 * every page.
 */
const RECORD = /^[\w-]{16}[0-9a-z]{8}[0-7]$/;
const RECORD_LENGTH = 25;
const KEY_LENGTH = 10;

/**
 * How often each object was submitted while its source stayed the same. Entries are made by name and source alone: a
 * copy, which changes the destination, does not make a pair new. The memory goes from pass to pass in the checkpoint,
 * and forgets an object when its source has changed or a complete pass has not found it different again.
 *
 * It is bounded. Above the bound an object is submitted only where no earlier pass can have submitted it; the others
 * wait for a place, and keep the route from being converged. So the bound leads to one submission more at most.
 */
export class Submissions implements SubmissionHistory {
  readonly #records = new Map<string, string>();
  /**
   * Milliseconds since the epoch: no earlier pass can have submitted what was modified later. Undefined where no
   * earlier pass has left a memory.
   */
  readonly #since: number | undefined;
  readonly #capacity: number;

  constructor(since?: number, capacity = MAX_REMEMBERED) {
    this.#since = since;
    this.#capacity = capacity;
  }

  /** @returns undefined for a text that {@link toText} has not written */
  static read(text: string, since?: number): Submissions | undefined {
    const submissions = new Submissions(since);
    return submissions.add(text) ? submissions : undefined;
  }

  get since(): number | undefined {
    return this.#since;
  }

  toText(): string {
    return [...this.#records.values()].join('');
  }

  /** Merges the memories of two runs; their order makes no difference. */
  static merged(a: string, b: string): string {
    const all = new Submissions();
    for (const text of [a, b]) all.add(text);
    return [...all.#records.values()].sort().join('');
  }

  /**
   * Takes over what another run of the same pass remembers: of each object what it knows of the larger number.
   *
   * @returns false where it cannot be read
   */
  add(text: string): boolean {
    if (text.length % RECORD_LENGTH !== 0 || text.length > MAX_REMEMBERED * RECORD_LENGTH) return false;
    for (let start = 0; start < text.length; start += RECORD_LENGTH) {
      const record = text.slice(start, start + RECORD_LENGTH);
      if (!RECORD.test(record)) return false;
      const key = record.slice(0, KEY_LENGTH);
      const own = this.#records.get(key);
      if (own ? compare(own, record) < 0 : this.#records.size < this.#capacity) this.#records.set(key, record);
    }
    return true;
  }

  /**
   * Earlier submissions of an object that differs. They are kept for the next pass.
   *
   * @param now milliseconds since the epoch
   */
  find(source: ObjectFacts, now: number): EarlierSubmissions | undefined {
    if (this.#records.size === 0) return undefined;
    const name = nameOf(source.key);
    const entry = this.#get(name);
    if (entry === undefined || entry.state !== stateOf(source)) return undefined;
    const { count, at, bits } = entry;
    if ((bits & MET) === 0) this.#set(name, { ...entry, bits: bits | MET });
    const wait = count === 0 ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT * 3 ** Math.min(count - 1, 9));
    const passed = now / MINUTE - at;
    return {
      count,
      accepted: (bits & ACCEPTED) !== 0,
      acceptedNow: (bits & ACCEPTED_NOW) !== 0,
      // A submission of a time to come is one of a clock that was wrong.
      waits: passed >= 0 && passed < wait,
    };
  }

  /**
   * Makes a place for an object that is to be submitted.
   *
   * @param now milliseconds since the epoch; what is dated later tells nothing of when it was modified
   * @returns false where there is none, and an earlier pass may have submitted it
   */
  reserve(source: ObjectFacts, now: number): boolean {
    const name = nameOf(source.key);
    const state = stateOf(source);
    const entry = this.#get(name);
    if (entry === undefined && this.#records.size >= this.#capacity) {
      const { lastModified } = source;
      return this.#since === undefined || (lastModified >= this.#since && lastModified <= now);
    }
    if (entry?.state !== state) this.#set(name, { state, count: 0, at: 0, bits: MET });
    return true;
  }

  /** @param accepted by OMS; else it has refused the object for its own sake */
  submitted(key: string, accepted: boolean, now: number): void {
    const name = nameOf(key);
    const entry = this.#get(name);
    if (entry === undefined) return;
    this.#set(name, {
      ...entry,
      count: Math.min(entry.count + 1, MOST_SUBMISSIONS),
      at: Math.max(0, Math.floor(now / MINUTE)),
      bits: entry.bits | (accepted ? ACCEPTED_NOW | ACCEPTED : 0),
    });
  }

  /** Whether OMS has accepted it in this pass: then it need not be submitted another time. */
  isAcceptedNow(key: string): boolean {
    return ((this.#get(nameOf(key))?.bits ?? 0) & ACCEPTED_NOW) !== 0;
  }

  /**
   * The memory for the next pass.
   *
   * @param complete what this pass has not met is settled
   * @param since when this pass began, in milliseconds since the epoch
   */
  next(complete: boolean, since: number): Submissions {
    const next = new Submissions(since, this.#capacity);
    for (const [key, record] of this.#records) {
      const { bits } = toEntry(record);
      if (!complete || (bits & MET) !== 0) next.#records.set(key, record.slice(0, -1) + (bits & ACCEPTED));
    }
    return next;
  }

  #get(name: string): Entry | undefined {
    const record = this.#records.get(name);
    return record === undefined ? undefined : toEntry(record);
  }

  #set(name: string, { state, count, at, bits }: Entry): void {
    const digits = (value: number, length: number): string => value.toString(36).padStart(length, '0');
    this.#records.set(name, detached(name + state + digits(count, 2) + digits(at, 6) + bits));
  }
}

function toEntry(record: string): Entry {
  const number = (from: number, to: number): number => Number.parseInt(record.slice(from, to), 36);
  return { state: record.slice(10, 16), count: number(16, 18), at: number(18, 24), bits: Number(record[24]) };
}

/** Any order will do by which two runs agree on one of two records, the one of more submissions. */
function compare(a: string, b: string): number {
  const [first, second] = [a, b].map((record) => record.slice(16) + record.slice(10, 16)) as [string, string];
  return first < second ? -1 : Number(first > second);
}

/** Two of 100,000 names being equal by chance costs a submission at most; there is one chance in 10 million. */
function nameOf(key: string): string {
  return digest(key, 10);
}

function stateOf({ size, lastModified, etag }: ObjectFacts): string {
  return digest(JSON.stringify([size, lastModified, etag]), 6);
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, length);
}
