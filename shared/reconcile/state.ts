import { AppError } from '#shared/errors/base.ts';
import { concealWithin } from '#shared/logging/redact.ts';
import { ObjectNotFoundError } from '#shared/objectstore/errors.ts';
import type { ObjectStore } from '#shared/objectstore/port.ts';
import { type Report, readReport } from './report.ts';

/** Bytes. A checkpoint names at most a hundred keys per verdict and range. */
const MAX_BYTES = 64 * 1024 * 1024;

export interface ReconcileStateOptions {
  readonly store: ObjectStore;
  /** The state bucket. */
  readonly bucket: string;
  /** Ends with a slash: `reconcile/<route>/`. */
  readonly prefix: string;
  /** Puts a mark in the place of every credential that a text of a report holds: names of objects are anybody's. */
  readonly redact?: (text: string) => string;
}

/** A document as it was read: enough to notice that somebody else has written it since. */
export interface StateDocument {
  readonly text: string;
  readonly etag: string | undefined;
}

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

/**
 * What reconciling one route keeps in the state bucket:
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
 * Nothing depends on conditional writes: a checkpoint that overwrites another one is as true as that was.
 */
export class ReconcileState {
  readonly #options: ReconcileStateOptions;

  constructor(options: ReconcileStateOptions) {
    this.#options = options;
  }

  /** @throws ObjectStoreError */
  async readCheckpoint(): Promise<StateDocument | undefined> {
    return await this.#read('checkpoint.json');
  }

  /** @throws ObjectStoreError */
  async writeCheckpoint(text: string): Promise<string | undefined> {
    return await this.#write('checkpoint.json', text);
  }

  /**
   * Whether the checkpoint is the one with this ETag. True where the store tells none.
   *
   * @throws ObjectStoreError
   */
  async isCheckpoint(etag: string | undefined): Promise<boolean> {
    const { store, bucket } = this.#options;
    const head = await store.headObject({ bucket, key: this.#key('checkpoint.json') });
    return head === undefined ? etag === undefined : head.etag === undefined || head.etag === etag;
  }

  /** @throws ObjectStoreError */
  async readLease(): Promise<string | undefined> {
    return (await this.#read('lease.json'))?.text;
  }

  /** @throws ObjectStoreError */
  async writeLease(text: string): Promise<void> {
    await this.#write('lease.json', text);
  }

  /** @throws ObjectStoreError */
  async deleteLease(): Promise<void> {
    const { store, bucket } = this.#options;
    await store.deleteObject({ bucket, key: this.#key('lease.json') });
  }

  /**
   * The report of the last complete pass.
   *
   * @throws ObjectStoreError
   */
  async readComplete(): Promise<Report | undefined> {
    const document = await this.#read('complete.json');
    return document && readReport(document.text);
  }

  /**
   * Writes the report of a pass that is over, as often as it takes: its name is that of the pass.
   *
   * @param proves whether later passes are to be compared with it
   * @throws ObjectStoreError
   */
  async writeReport(report: Report, proves: boolean): Promise<void> {
    const text = this.#toText(report);
    await this.#write(`reports/${report.started.replaceAll(':', '-')}.json`, text);
    if (proves) await this.#write('complete.json', text);
    await this.#write('latest.json', text);
  }

  /** @throws ObjectStoreError */
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

  async #read(name: string): Promise<StateDocument | undefined> {
    const { store, bucket } = this.#options;
    try {
      const { body, etag } = await store.getObject({ bucket, key: this.#key(name), maxBytes: MAX_BYTES });
      return { text: body.toString('utf8'), etag };
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return undefined;
      throw error;
    }
  }

  async #write(name: string, body: string): Promise<string | undefined> {
    const { store, bucket } = this.#options;
    const contentType = 'application/json';
    const { etag } = await store.putObject({ bucket, key: this.#key(name), body, contentType });
    return etag;
  }
}
