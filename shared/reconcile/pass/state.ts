import { isUtf8 } from 'node:buffer';
import { AppError } from '#shared/errors/base.ts';
import { concealWithin } from '#shared/logging/redact.ts';
import {
  ObjectNotFoundError,
  ObjectStoreError,
  ObjectStoreResponseError,
  ObjectTooLargeError,
} from '#shared/objectstore/errors.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { STATE_LIMITS } from '../document-limits.ts';
import { type Report, readReport } from '../report/report.ts';

export interface ReconcileStateOptions {
  readonly store: ObjectStore;
  readonly bucket: string;
  /** Ends with a slash: `reconcile/<route>/`. */
  readonly prefix: string;
  /** Puts a mark in the place of every credential that a text of a report holds: names of objects are anybody's. */
  readonly redact?: (text: string) => string;
}

/** A document as it was read: enough to notice that somebody else has written it since. */
export interface StateDocument {
  /** Empty where it cannot be read. */
  readonly text: string;
  readonly etag: string | undefined;
}

type DocumentName = keyof typeof STATE_LIMITS.bytes;

/** Why a document is taken for none. */
export type Unreadable =
  | 'too_large'
  | 'not_unicode'
  /** The store does not hand it out, though it hands out others: archived, or encrypted with a key of somebody's. */
  | 'refused'
  /** Not JSON, of another form, with numbers out of range, or of a time to come. */
  | 'wrong_form';

/** A newer release has written the checkpoint, and that alone knows what to do with it. */
export class NewerCheckpointError extends AppError {
  override readonly name = 'NewerCheckpointError';

  constructor() {
    super(
      500,
      'OmsSync.ReconcileStateNewer',
      'A newer release wrote the checkpoint of this route; this one does nothing.',
    );
  }
}

/** Another run has taken over: whoever is told so ends, for the other one goes on. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/**
 * The documents that reconciling one route keeps in the state bucket:
 *
 * ```
 * checkpoint.json      of the current pass
 * lease.json           of the run at work
 * latest.json          report of the last pass, whatever became of it, or of the one that cannot go on
 * complete.json        report of the last pass that was complete: trends and estimates go on from it
 * plan.json            report and plan of the last dry run
 * reports/<start>.json of every pass
 * ```
 *
 * Nothing depends on conditional writes: a checkpoint that overwrites another one is as true as that was. Every method
 * that asks the store throws ObjectStoreError.
 */
export class ReconcileState {
  readonly #options: ReconcileStateOptions;
  /** Documents that could not be read, each of which so is as if it was not there. */
  readonly unreadable = new Map<string, Unreadable>();

  constructor(options: ReconcileStateOptions) {
    this.#options = options;
  }

  async readCheckpoint(): Promise<StateDocument | undefined> {
    return await this.#read('checkpoint.json');
  }

  async writeCheckpoint(text: string): Promise<string | undefined> {
    return await this.#write('checkpoint.json', text);
  }

  /**
   * Whether the checkpoint is the one with this ETag. True where the store tells none.
   */
  async isCheckpoint(etag: string | undefined): Promise<boolean> {
    const { store, bucket } = this.#options;
    const head = await store.headObject({ bucket, key: this.#key('checkpoint.json') });
    return head === undefined ? etag === undefined : head.etag === undefined || head.etag === etag;
  }

  async readLease(): Promise<string | undefined> {
    return (await this.#read('lease.json'))?.text;
  }

  async writeLease(text: string): Promise<void> {
    await this.#write('lease.json', text);
  }

  async deleteLease(): Promise<void> {
    const { store, bucket } = this.#options;
    await store.deleteObject({ bucket, key: this.#key('lease.json') });
  }

  /**
   * The report of the last complete pass.
   *
   * @param now milliseconds since the epoch
   */
  async readComplete(now: number): Promise<Report | undefined> {
    const document = await this.#read('complete.json');
    const report = document && readReport(document.text, now);
    if (document && !report) this.note('complete.json', 'wrong_form');
    return report;
  }

  /**
   * Writes the report of a pass that is over, as often as it takes: its name is that of the pass.
   *
   * @param proves whether later passes are to be compared with it
   */
  async writeReport(report: Report, proves: boolean): Promise<void> {
    const text = this.#toText(report);
    await this.#write(`reports/${report.started.replaceAll(':', '-')}.json`, text);
    if (proves) await this.#write('complete.json', text);
    await this.#write('latest.json', text);
  }

  async writePlan(plan: object): Promise<void> {
    await this.#write('plan.json', this.#toText(plan));
  }

  #toText(value: object): string {
    const { redact } = this.#options;
    return `${JSON.stringify(redact ? concealWithin(value, redact) : value, null, 2)}\n`;
  }

  #key(name: string): string {
    return this.#options.prefix + name;
  }

  /** The first reason counts: what follows is made of it. */
  note(name: DocumentName, reason: Unreadable): void {
    if (!this.unreadable.has(name)) this.unreadable.set(name, reason);
  }

  async #read(name: DocumentName): Promise<StateDocument | undefined> {
    const { store, bucket } = this.#options;
    try {
      const { body, etag } = await store.getObject({
        bucket,
        key: this.#key(name),
        maxBytes: STATE_LIMITS.bytes[name],
      });
      const text = isUtf8(body) ? body.toString('utf8') : '';
      if (text === '') this.note(name, 'not_unicode');
      return { text, etag };
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return undefined;
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      this.note(name, reason);
      return { text: '', etag: undefined };
    }
  }

  async #write(name: string, body: string): Promise<string | undefined> {
    const { store, bucket } = this.#options;
    const contentType = 'application/json';
    const { etag } = await store.putObject({ bucket, key: this.#key(name), body, contentType });
    return etag;
  }
}

/** @returns undefined where the bucket, or the way to it, is at fault, and not the document */
function reasonOf(error: unknown): Unreadable | undefined {
  if (error instanceof ObjectTooLargeError) return 'too_large';
  const isRefused = error instanceof ObjectStoreResponseError && !error.retryable;
  const isArchived = error instanceof ObjectStoreError && error.storeCode === 'InvalidObjectState';
  return isRefused || isArchived ? 'refused' : undefined;
}
