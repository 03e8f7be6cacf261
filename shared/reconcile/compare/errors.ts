import { AppError } from '#shared/errors/base.ts';
import { LISTING_FAULTS, ListingError, type ListingFault } from '#shared/listing/errors.ts';

export type Side = 'source' | 'destination';

/**
 * A listing cannot be trusted, so nothing may be concluded from what is not in it. The range is to be stopped, and done
 * again from the cursor of the last step; from its beginning where {@link earlierHolds} is false.
 */
export class DiffError extends AppError {
  override readonly name = 'DiffError';
  readonly side: Side;
  readonly fault: ListingFault;
  /** The last key of that side's pages before; undefined at the beginning of the range. */
  readonly position: string | undefined;
  /**
   * Whether earlier steps hold. In a listing that is out of order they may have taken an object for missing, or for
   * extra, that comes later: what was submitted for it does no harm, but the counts are wrong.
   */
  readonly earlierHolds: boolean;

  constructor(side: Side, fault: ListingFault, position: string | undefined, cause?: unknown) {
    super(502, 'OmsSync.ListingNotTrusted', `The listing of the ${side} ${LISTING_FAULTS[fault]}.`, { cause });
    this.side = side;
    this.fault = fault;
    this.position = position;
    this.earlierHolds = fault !== 'out_of_order';
  }

  /** Wraps what a lister threw. A listing that leads nowhere is read again, as one that failed. */
  static of(side: Side, position: string | undefined, error: unknown): DiffError {
    const fault = error instanceof ListingError && error.fault !== 'no_progress' ? error.fault : 'failed';
    return new DiffError(side, fault, position, error);
  }

  /** Names no object. */
  override get publicMessage(): string {
    return this.message;
  }
}
