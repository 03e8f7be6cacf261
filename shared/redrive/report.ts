import { classify } from '#shared/pipeline/failures.ts';
import { OTHER, shownCode } from './codes.ts';
import type { DocumentSource, RedriveDocument } from './document.ts';
import { REDRIVE_LIMITS } from './limits.ts';
import type { Position } from './listing.ts';

export type DocumentOutcome =
  /** Everything that it names was accepted: deleted. */
  | 'redriven'
  /** Some of it was refused again: written anew with one attempt more. */
  | 'rewritten'
  /** Refused for the last time, or nothing that can be redriven: below the parked prefix. */
  | 'parked'
  /** Left as it was: the failure passes, or the store failed. */
  | 'left';

export type StopReason = 'deadline' | 'limit' | 'interrupted' | 'oms_unavailable' | 'store_unavailable';

/** Documents that had a code when they were read, and what became of them. */
export interface CodeRow {
  readonly code: string;
  readonly remedy: string;
  readonly documents: number;
  /** Keys that they name; records that cannot be read count, too. */
  readonly keys: number;
  /** When the oldest was written first; ISO 8601. */
  readonly oldest: string;
  readonly redriven: number;
  readonly rewritten: number;
  readonly parked: number;
  readonly left: number;
}

/** A cause that still stands in the way. */
export interface CauseRow {
  readonly code: string;
  readonly remedy: string;
  readonly retryable: boolean;
  /** Keys, records that cannot be read, and documents that name neither. */
  readonly count: number;
}

/** Result of a run; published as JSON. */
export interface RedriveReport {
  readonly version: 1;
  readonly id: string;
  readonly started: string;
  readonly ended: string;
  readonly dry_run: boolean;
  /** Absent where every document was looked at. */
  readonly stopped?: StopReason;
  /** The last document that was dealt with, where the run was stopped. */
  readonly position?: Position;
  /** Whether something is still to be redriven of what was asked for. */
  readonly remains: boolean;
  readonly documents: Readonly<Record<'read' | 'taken' | 'filtered' | 'waiting' | DocumentOutcome, number>>;
  readonly keys: Readonly<Record<'submitted' | 'accepted' | 'refused' | 'left', number>>;
  readonly calls: number;
  readonly codes: readonly CodeRow[];
  readonly causes: readonly CauseRow[];
}

const { reportRows } = REDRIVE_LIMITS;

type Counted<T> = { -readonly [Name in keyof T]: T[Name] };

/** Adds a run up. Its size does not depend on the number of documents. */
export class Tally {
  readonly documents = { read: 0, taken: 0, filtered: 0, waiting: 0, redriven: 0, rewritten: 0, parked: 0, left: 0 };
  readonly keys = { submitted: 0, accepted: 0, refused: 0, left: 0 };
  calls = 0;
  readonly #codes = new Map<string, Counted<CodeRow> & { oldestTime: number }>();
  readonly #causes = new Map<string, Counted<CauseRow>>();

  /** @param keys that the document names, records that cannot be read included */
  take({ code, created }: RedriveDocument, keys: number): void {
    this.documents.taken += 1;
    const row = this.#row(code);
    row.documents += 1;
    row.keys += keys;
    row.oldestTime = Math.min(row.oldestTime, created);
  }

  count({ code }: RedriveDocument, outcome: DocumentOutcome): void {
    this.documents[outcome] += 1;
    this.#row(code)[outcome] += 1;
  }

  cause(cause: CauseRow): void {
    const shown = this.#causes.has(cause.code) || this.#causes.size < reportRows ? cause : { ...cause, ...OTHER };
    const row = this.#causes.get(shown.code) ?? { ...shown, count: 0 };
    this.#causes.set(shown.code, row);
    row.count += cause.count;
  }

  unread(error: unknown): void {
    this.documents.left += 1;
    this.failure(error);
  }

  failed(document: RedriveDocument, error: unknown): void {
    this.count(document, 'left');
    this.failure(error);
  }

  failure(error: unknown): void {
    const { code, remedy, retryable } = classify(error);
    this.cause({ code, remedy, retryable, count: 1 });
  }

  rows(): { readonly codes: readonly CodeRow[]; readonly causes: readonly CauseRow[] } {
    const codes = [...this.#codes.values()].map(({ oldestTime, ...row }) => ({ ...row, oldest: toIso(oldestTime) }));
    return {
      codes: codes.sort((a, b) => b.documents - a.documents || (a.code < b.code ? -1 : 1)),
      causes: [...this.#causes.values()].sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
    };
  }

  #row(code: string) {
    const own = shownCode(code);
    const shown = this.#codes.has(own.code) || this.#codes.size < reportRows ? own : OTHER;
    const row = this.#codes.get(shown.code) ?? {
      ...shown,
      documents: 0,
      keys: 0,
      oldest: '',
      redriven: 0,
      rewritten: 0,
      parked: 0,
      left: 0,
      oldestTime: Number.POSITIVE_INFINITY,
    };
    this.#codes.set(shown.code, row);
    return row;
  }
}

export interface ReportOptions {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  /** Milliseconds since the epoch. */
  readonly ended: number;
  readonly dryRun: boolean;
  readonly stopped: StopReason | undefined;
  readonly position: Position | undefined;
}

export function toReport(tally: Tally, options: ReportOptions): RedriveReport {
  const { documents, keys, calls } = tally;
  const { stopped, position, dryRun } = options;
  const kept = documents.rewritten + documents.parked + documents.left + documents.waiting;
  return {
    version: 1,
    id: options.id,
    started: toIso(options.started),
    ended: toIso(options.ended),
    dry_run: dryRun,
    ...(stopped !== undefined && { stopped }),
    ...(stopped !== undefined && position !== undefined && { position }),
    remains: stopped !== undefined || kept > 0 || (dryRun && documents.taken > 0),
    documents: { ...documents },
    keys: { ...keys },
    calls,
    ...tally.rows(),
  };
}

/** Times come from documents: one that no calendar has must not break the report. */
function toIso(time: number): string {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : '';
}

export interface RedriveProgress {
  readonly read: number;
  readonly taken: number;
  readonly accepted: number;
  readonly current: string;
  readonly source: DocumentSource;
}
