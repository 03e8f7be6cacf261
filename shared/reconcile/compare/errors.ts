import { AppError } from '#shared/errors/base.ts';

export type Side = 'source' | 'destination';

/** What is wrong with a listing. */
export type ListingFault =
  /** The lister failed; `cause` says how. */
  | 'failed'
  /** A key comes before the one before it, in the order of UTF-8. */
  | 'out_of_order'
  /** A key, or a whole page, comes twice. */
  | 'repeated'
  /** A key that was not asked for: before or behind the range, or without the prefix. */
  | 'out_of_range'
  /** The listing ended though its last page said that there is more. */
  | 'ended_early'
  /** A page came behind the last one. */
  | 'page_after_end';

const SENTENCES: Readonly<Record<ListingFault, string>> = {
  failed: 'could not be read',
  out_of_order: 'is not in the order of the bytes of UTF-8',
  repeated: 'repeats what it has listed before',
  out_of_range: 'has keys that were not asked for',
  ended_early: 'ended before its last page',
  page_after_end: 'goes on behind its last page',
};

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
    super(502, 'OmsSync.ListingNotTrusted', `The listing of the ${side} ${SENTENCES[fault]}.`, { cause });
    this.side = side;
    this.fault = fault;
    this.position = position;
    this.earlierHolds = fault !== 'out_of_order';
  }

  /** Names no object. */
  override get publicMessage(): string {
    return this.message;
  }
}
