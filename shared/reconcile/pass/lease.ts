import * as z from 'zod/mini';
import type { Clock } from '#shared/http/clock.ts';
import type { Logger } from '#shared/logging/logger.ts';
import type { ReconcileState } from './state.ts';

const leaseSchema = z.object({ version: z.literal(1), nonce: z.string(), expires: z.string() });

export interface LeaseOptions {
  readonly state: Pick<ReconcileState, 'readLease' | 'writeLease' | 'deleteLease' | 'note'>;
  readonly nonce: string;
  readonly clock: Clock;
  /** Milliseconds for which it holds without being renewed. */
  readonly leaseMs?: number | undefined;
  readonly log: Logger;
}

/** Longer than the slowest page, with all attempts of a call. */
const LEASE_MS = 120_000;
/** Longer than a write takes as a rule: two runs that begin at once then both see the one that wrote last. */
const READ_BACK_MS = 200;

/**
 * Keeps two runs from the same route where it can. Advisory: without conditional writes it can only be unlikely that
 * two runs hold it. What keeps them from doing harm is that each writes checkpoints that are true by themselves.
 */
export class Lease {
  readonly #options: LeaseOptions;
  #renewAt = 0;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /**
   * @returns false where another run holds it
   * @throws ObjectStoreError
   */
  async take(): Promise<boolean> {
    if ((await this.#holder()) === 'other') return false;
    await this.#write();
    await this.#options.clock.sleep(READ_BACK_MS);
    return (await this.#holder()) !== 'other';
  }

  /**
   * Whether it is still ours, and renewed where a third of its time has passed. Asks the store only then, or when told to.
   *
   * @throws ObjectStoreError
   */
  async keep(ask = false): Promise<boolean> {
    const due = this.#options.clock.now() >= this.#renewAt;
    if (!due && !ask) return true;
    if ((await this.#holder()) === 'other') return false;
    if (due) await this.#write();
    return true;
  }

  /** Gives it back, so that the next run need not wait. Never throws: it expires by itself. */
  async release(): Promise<void> {
    try {
      if ((await this.#holder()) === 'own') await this.#options.state.deleteLease();
    } catch (error) {
      this.#options.log.warn('lease not released', { error });
    }
  }

  async #holder(): Promise<'own' | 'other' | 'nobody'> {
    const text = await this.#options.state.readLease();
    const lease = text === undefined ? undefined : readLease(text);
    if (text !== undefined && lease === undefined) this.#options.state.note('lease.json', 'wrong_form');
    if (lease === undefined) return 'nobody';
    if (lease.nonce === this.#options.nonce) return 'own';
    const left = lease.expires - this.#options.clock.now();
    // One that is longer than any is of a wrong clock, and would keep everybody away.
    return left > 0 && left <= 10 * this.#duration ? 'other' : 'nobody';
  }

  async #write(): Promise<void> {
    const { nonce, clock, state } = this.#options;
    const now = clock.now();
    await state.writeLease(
      JSON.stringify({ version: 1, nonce, expires: new Date(now + this.#duration).toISOString() }),
    );
    this.#renewAt = now + this.#duration / 3;
  }

  get #duration(): number {
    return this.#options.leaseMs ?? LEASE_MS;
  }
}

/** @returns undefined for what is none: a lease that nobody can read is held by nobody */
function readLease(text: string): { readonly nonce: string; readonly expires: number } | undefined {
  try {
    const parsed = leaseSchema.safeParse(JSON.parse(text));
    const expires = parsed.success ? Date.parse(parsed.data.expires) : Number.NaN;
    return parsed.success && !Number.isNaN(expires) ? { nonce: parsed.data.nonce, expires } : undefined;
  } catch {
    return undefined;
  }
}
