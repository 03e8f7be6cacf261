import { xmlText } from '../../local/obs/xml.ts';

export interface ListedEntry {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

/**
 * A wrong page of a store. It ends early: there is more, and it says that there is not. It repeats: the
 * token leads to the same page. It alternates: pages without entries, with one of two tokens in turn. It drops: entries
 * are left out in the middle, which no reader of one listing can tell.
 */
export type ListingLie = 'ends early' | 'repeats' | 'alternates' | 'drops';

/** Where a listing goes on. */
export interface Continuation {
  readonly after: string;
  readonly isAlternate?: boolean;
}

/** A request for a page. */
export interface ListingQuery {
  readonly version: 1 | 2;
  readonly prefix: string;
  /** Exclusive. */
  readonly after: string;
  readonly size: number;
  /** The token was one of an alternating pair, and the second of the two. */
  readonly isAlternate: boolean;
  /** Keys are to be written with `encoding-type=url`. */
  readonly encoded: boolean;
}

/** @param most keys of a page, whatever `max-keys` says */
export function readListingQuery(query: URLSearchParams, most: number): ListingQuery {
  const version = query.get('list-type') === '2' ? 2 : 1;
  const token = query.get('continuation-token');
  const after = token === null ? query.get(version === 2 ? 'start-after' : 'marker') : readToken(token);
  return {
    version,
    prefix: query.get('prefix') ?? '',
    after: after ?? '',
    size: Math.min(most, Number(query.get('max-keys') ?? '1000')),
    isAlternate: token?.startsWith(ALTERNATE) ?? false,
    encoded: query.get('encoding-type') === 'url',
  };
}

/** Begins the second of two tokens that lead to the same place. */
const ALTERNATE = '~';

/** A token is opaque: any name is one that XML can hold. */
function writeToken({ after, isAlternate = false }: Continuation): string {
  return `${isAlternate ? ALTERNATE : '-'}${encodeURIComponent(after)}`;
}

function readToken(token: string): string {
  return decodeURIComponent(token.slice(1));
}

/**
 * A page of ListObjects, version 1 or 2 as asked for.
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0022.html
 *
 * @param entries of this page, in order
 * @param next where it goes on; absent for the last page
 */
export function listingPage(
  bucket: string,
  { version, prefix, after, size, encoded }: ListingQuery,
  entries: readonly ListedEntry[],
  next: Continuation | undefined,
): string {
  const name = (key: string): string => (encoded ? encodeURIComponent(key) : xmlText(key));
  const more = (from: Continuation): string =>
    version === 2
      ? `<NextContinuationToken>${xmlText(writeToken(from))}</NextContinuationToken>`
      : `<NextMarker>${name(from.after)}</NextMarker>`;
  const contents = entries.map(
    ({ key, size: bytes, etag, modified }) =>
      `<Contents><Key>${name(key)}</Key><LastModified>${new Date(modified).toISOString()}</LastModified>` +
      `<ETag>"${etag}"</ETag><Size>${bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://obs.myhwclouds.com/doc/2015-06-30/">' +
    `<Name>${bucket}</Name><Prefix>${name(prefix)}</Prefix><MaxKeys>${size}</MaxKeys>` +
    `${encoded ? '<EncodingType>url</EncodingType>' : ''}<IsTruncated>${next !== undefined}</IsTruncated>` +
    `${version === 2 ? `<KeyCount>${entries.length}</KeyCount>` : `<Marker>${name(after)}</Marker>`}` +
    `${next ? more(next) : ''}${contents.join('')}</ListBucketResult>`
  );
}
