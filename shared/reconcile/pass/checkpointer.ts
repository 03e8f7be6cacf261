import type { Logger } from '#shared/logging/logger.ts';
import type { Lease } from './lease.ts';
import { mergeCheckpoints } from './merge-checkpoints.ts';
import { type Pass, readPass } from './pass.ts';
import { NewerCheckpointError, type ReconcileState } from './state.ts';

export interface CheckpointerOptions {
  readonly state: ReconcileState;
  readonly lease: Pick<Lease, 'keep'>;
  readonly pass: Pass;
  /** ETag of the checkpoint that the run has read; undefined where there was none. */
  readonly etag: string | undefined;
  readonly log: Logger;
}

/** Another run has taken over: whoever is told so ends, for the other one goes on. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/**
 * Writes the checkpoints of a run, one after the other: those who ask while one is being written share the next.
 *
 * Before each it looks whether somebody else has written since. What another run has done of the same ranges is taken
 * over; where the other one has come to a later pass, or has cut the pass in other ranges and holds the lease, this run
 * is overtaken. Between the look and the write there is a gap that no store without conditional writes closes: then the
 * last document counts, and it says nothing that is not done.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  #etag: string | undefined;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    this.#etag = options.etag;
  }

  /**
   * Resolves when everything that the pass says at this moment is written.
   *
   * @throws ObjectStoreError, NewerCheckpointError, Overtaken
   */
  save(): Promise<void> {
    this.#next ??= this.#after(this.#running);
    return this.#next;
  }

  async #after(running: Promise<void>): Promise<void> {
    await running.catch(() => {});
    this.#running = this.#next ?? Promise.resolve();
    this.#next = undefined;
    await this.#write();
  }

  async #write(): Promise<void> {
    const { state, lease, pass, log } = this.#options;
    if (!(await lease.keep())) throw new Overtaken('another run holds the lease');
    if (!(await state.isCheckpoint(this.#etag))) await this.#merge();
    this.#etag = await state.writeCheckpoint(pass.toText((text) => log.redact(text)));
  }

  async #merge(): Promise<void> {
    const { state, lease, pass, log } = this.#options;
    const document = await state.readCheckpoint();
    if (document === undefined) return;
    const read = readPass(document.text, pass.head.route);
    if (!('pass' in read)) {
      if (read.reason === 'newer_version') throw new NewerCheckpointError();
      log.warn('another checkpoint is overwritten', { reason: read.reason });
      return;
    }
    const other = read.pass;
    const holdsLease = await lease.keep(true);
    const isLater = other.head.pass > pass.head.pass || (other.head.id === pass.head.id && other.over && !pass.over);
    if (isLater) throw new Overtaken('another run has finished the pass');
    if (other.head.pass === pass.head.pass) {
      const ours = pass.checkpoint();
      const merged = mergeCheckpoints(ours, other.checkpoint());
      if (isSameCut(ours, other.checkpoint())) pass.adopt(merged);
    }
    log.warn('another run is at work', { pass: other.head.pass, own_lease: holdsLease });
    if (!holdsLease) throw new Overtaken('another run holds the lease');
  }
}

interface Cut {
  readonly id: string;
  readonly ranges: readonly { readonly after?: string; readonly until?: string }[];
}

function isSameCut(a: Cut, b: Cut): boolean {
  return (
    a.id === b.id &&
    a.ranges.length === b.ranges.length &&
    a.ranges.every(({ after, until }, index) => {
      const other = b.ranges[index];
      return other?.after === after && other?.until === until;
    })
  );
}
