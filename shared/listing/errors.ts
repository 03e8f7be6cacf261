import { ObjectStoreError, type ObjectStoreErrorFields } from '#shared/objectstore/errors.ts';

/** What is wrong with a listing whose pages are well formed. */
export type ListingFault =
  /** A key comes before the one before it, in the order of the bytes of UTF-8. */
  | 'out_of_order'
  /** A key comes twice. */
  | 'repeated_key'
  /** A page comes twice. */
  | 'repeated_page'
  /** A key that was not asked for: not behind the beginning of the range, or without the prefix. */
  | 'outside_range'
  /** Pages come and lead nowhere. */
  | 'no_progress';

const SENTENCES: Readonly<Record<ListingFault, string>> = {
  out_of_order: 'is not in the order of the bytes of UTF-8',
  repeated_key: 'has a key twice',
  repeated_page: 'repeats a page',
  outside_range: 'has a key that was not asked for',
  no_progress: 'goes on without getting anywhere',
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
    const message = `The listing of bucket ${fields.bucket} ${SENTENCES[fault]}.`;
    // The same range, asked for again, may come as it should.
    const all = { operation: 'ListObjects', attempts: 1, retryable: true, ...fields };
    super(502, 'OmsSync.ObjectStoreListingNotTrusted', message, `The object store's listing cannot be trusted.`, all);
    this.fault = fault;
    this.position = position;
  }
}
