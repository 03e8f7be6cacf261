import { createHash } from 'node:crypto';
import type { ObjectFacts } from './object-facts.ts';

/** Objects that are remembered, 25 bytes each in a checkpoint. */
export const MAX_REMEMBERED = 100_000;
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
  /** Of the source when it was submitted. */
  state: string;
  count: number;
  /** Minutes since the epoch: the last submission. */
  at: number;
  bits: number;
}

/** What earlier submissions of an object came to, its source being what it is. */
export interface Known {
  /** Submissions that OMS has accepted, or refused for the sake of the object. */
  readonly count: number;
  /** OMS has accepted one of them. */
  readonly accepted: boolean;
  /** OMS has accepted one in this pass. */
  readonly acceptedNow: boolean;
  /** The last one is so recent that there is to be no other one yet. */
  readonly waits: boolean;
}

/** In a checkpoint: key, state, count, minute, bits. */
const RECORD = /^[\w-]{16}[0-9a-z]{8}[0-7]$/;
const RECORD_LENGTH = 25;

/**
 * How often each object was submitted while its source stayed the same. Entries are made by name and source alone: a
 * copy, which changes the destination, does not make a pair new. The memory goes from pass to pass in the checkpoint,
 * and forgets an object when its source has changed or a complete pass has not found it different again.
 *
 * It is bounded. Above the bound an object is submitted only where no earlier pass can have submitted it; the others
 * wait for a place, and keep the route from being converged. So the bound leads to one submission more at most.
 */
export class Submissions {
  readonly #entries = new Map<string, Entry>();
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
    return this.#records().join('');
  }

  /** What two runs remember, whichever of them is the first. */
  static merged(a: string, b: string): string {
    const all = new Submissions();
    for (const text of [a, b]) all.add(text);
    return all.#records().sort().join('');
  }

  #records(): string[] {
    const number = (value: number, digits: number): string => value.toString(36).padStart(digits, '0');
    return [...this.#entries].map(
      ([key, { state, count, at, bits }]) => key + state + number(count, 2) + number(at, 6) + bits,
    );
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
      const number = (from: number, to: number): number => Number.parseInt(record.slice(from, to), 36);
      const entry = {
        state: record.slice(10, 16),
        count: number(16, 18),
        at: number(18, 24),
        bits: Number(record[24]),
      };
      const key = record.slice(0, 10);
      const own = this.#entries.get(key);
      if (own ? compare(own, entry) < 0 : this.#entries.size < this.#capacity) this.#entries.set(key, entry);
    }
    return true;
  }

  /**
   * What is known of an object that differs. It is kept for the next pass.
   *
   * @param now milliseconds since the epoch
   */
  find(source: ObjectFacts, now: number): Known | undefined {
    if (this.#entries.size === 0) return undefined;
    const entry = this.#entries.get(nameOf(source.key));
    if (entry === undefined || entry.state !== stateOf(source)) return undefined;
    entry.bits |= MET;
    const { count, at, bits } = entry;
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
    const entry = this.#entries.get(name);
    if (entry === undefined && this.#entries.size >= this.#capacity) {
      const { lastModified } = source;
      return this.#since === undefined || (lastModified >= this.#since && lastModified <= now);
    }
    if (entry?.state !== state) this.#entries.set(name, { state, count: 0, at: 0, bits: MET });
    return true;
  }

  /** @param accepted by OMS; else it has refused the object for its own sake */
  submitted(key: string, accepted: boolean, now: number): void {
    const entry = this.#entries.get(nameOf(key));
    if (entry === undefined) return;
    entry.count = Math.min(entry.count + 1, MOST_SUBMISSIONS);
    entry.at = Math.max(0, Math.floor(now / MINUTE));
    if (accepted) entry.bits |= ACCEPTED_NOW | ACCEPTED;
  }

  /** Whether OMS has accepted it in this pass: then it need not be submitted another time. */
  isAcceptedNow(key: string): boolean {
    return ((this.#entries.get(nameOf(key))?.bits ?? 0) & ACCEPTED_NOW) !== 0;
  }

  /**
   * For the pass after this one.
   *
   * @param complete what this pass has not met is settled
   * @param since when this pass began, in milliseconds since the epoch
   */
  next(complete: boolean, since: number): Submissions {
    const next = new Submissions(since, this.#capacity);
    for (const [key, entry] of this.#entries)
      if (!complete || (entry.bits & MET) !== 0) next.#entries.set(key, { ...entry, bits: entry.bits & ACCEPTED });
    return next;
  }
}

/** Any order will do by which two runs agree on one of two entries, the one of more submissions. */
function compare(a: Entry, b: Entry): number {
  return a.count - b.count || a.at - b.at || a.bits - b.bits || (a.state < b.state ? -1 : Number(a.state > b.state));
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
