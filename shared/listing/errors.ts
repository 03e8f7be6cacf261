import { ObjectStoreError, type ObjectStoreErrorFields } from '#shared/objectstore/errors.ts';

export type ListingFault =
  /** The store's answer cannot be had; `cause` says why. */
  | 'failed'
  /** A key comes before the one before it, in the order of the bytes of UTF-8. */
  | 'out_of_order'
  /** A key, or a whole page, comes twice. */
  | 'repeated'
  /** A key that was not asked for: not behind the beginning of the range, or without the prefix. */
  | 'out_of_range'
  | 'no_progress'
  /** Another request shows keys behind the end of the listing. */
  | 'ended_early';

export const LISTING_FAULTS: Readonly<Record<ListingFault, string>> = {
  failed: 'could not be read',
  out_of_order: 'is not in the order of the bytes of UTF-8',
  repeated: 'repeats what it has listed before',
  out_of_range: 'has keys that were not asked for',
  no_progress: 'goes on without getting anywhere',
  ended_early: 'ended before its last page',
};

/**
 * A listing that cannot be trusted: what it does not show may be there all the same. Pages that came before hold.
 * Names no object in its message.
 */
export class ListingError extends ObjectStoreError {
  override readonly name = 'ListingError';
  readonly fault: ListingFault;
  /** End of the last page that was trusted, or where the range begins; undefined at the beginning of the bucket. */
  readonly position: string | undefined;

  constructor(fault: ListingFault, position: string | undefined, fields: Pick<ObjectStoreErrorFields, 'bucket'>) {
    const message = `The listing of bucket ${fields.bucket} ${LISTING_FAULTS[fault]}.`;
    // The same range, asked for again, may come as it should.
    const all = { operation: 'ListObjects', attempts: 1, retryable: true, ...fields };
    super(502, 'OmsSync.ObjectStoreListingNotTrusted', message, `The object store's listing cannot be trusted.`, all);
    this.fault = fault;
    this.position = position;
  }
}
