import type { Logger } from '#shared/logging/logger.ts';
import { type Checkpoint, mergeCheckpoints, readCheckpoint } from './checkpoint.ts';
import type { Lease } from './lease.ts';
import type { Pass } from './pass.ts';
import { NewerCheckpointError, Overtaken, type ReconcileState } from './state.ts';

export interface CheckpointerOptions {
  readonly state: ReconcileState;
  readonly lease: Pick<Lease, 'keep'>;
  readonly pass: Pass;
  /** ETag of the checkpoint that the run has read; undefined where there was none. */
  readonly etag: string | undefined;
  readonly log: Logger;
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
    const read = readCheckpoint(document.text, pass.head.route);
    if (read.checkpoint === undefined) {
      if (read.reason === 'newer_version') throw new NewerCheckpointError();
      log.warn('another checkpoint is overwritten', { reason: read.reason });
      return;
    }
    const { checkpoint: other } = read;
    const holdsLease = await lease.keep(true);
    const isLater = other.pass > pass.head.pass || (other.id === pass.head.id && other.over && !pass.over);
    if (isLater) throw new Overtaken('another run has finished the pass');
    const ours = pass.checkpoint();
    if (other.pass === pass.head.pass && isSameCut(ours, other)) pass.adopt(mergeCheckpoints(ours, other));
    log.warn('another run is at work', { pass: other.pass, own_lease: holdsLease });
    if (!holdsLease) throw new Overtaken('another run holds the lease');
  }
}

function isSameCut(a: Checkpoint, b: Checkpoint): boolean {
  const cutOf = ({ id, ranges }: Checkpoint): string =>
    JSON.stringify([id, ...ranges.flatMap(({ after = null, until = null }) => [after, until])]);
  return cutOf(a) === cutOf(b);
}
