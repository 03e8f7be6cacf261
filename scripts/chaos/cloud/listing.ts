export interface ListedEntry {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

/** What a request for a page asks for. */
export interface ListingQuery {
  readonly version: 1 | 2;
  readonly prefix: string;
  /** Exclusive. */
  readonly after: string;
  readonly size: number;
  /** Keys are to be written with `encoding-type=url`. */
  readonly encoded: boolean;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

/** @param most keys of a page, whatever `max-keys` says */
export function readListingQuery(query: URLSearchParams, most: number): ListingQuery {
  const version = query.get('list-type') === '2' ? 2 : 1;
  const after = version === 2 ? (query.get('continuation-token') ?? query.get('start-after')) : query.get('marker');
  return {
    version,
    prefix: query.get('prefix') ?? '',
    after: after ?? '',
    size: Math.min(most, Number(query.get('max-keys') ?? '1000')),
    encoded: query.get('encoding-type') === 'url',
  };
}

/**
 * A page of ListObjects, version 1 or 2 as asked for.
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0022.html
 *
 * @param entries of this page, in order
 * @param truncated whether there are more
 */
export function listingPage(
  bucket: string,
  { version, prefix, after, size, encoded }: ListingQuery,
  entries: readonly ListedEntry[],
  truncated: boolean,
): string {
  const name = (key: string): string => (encoded ? encodeURIComponent(key) : escaped(key));
  const last = entries.at(-1)?.key ?? '';
  const next =
    version === 2
      ? `<NextContinuationToken>${escaped(last)}</NextContinuationToken>`
      : `<NextMarker>${name(last)}</NextMarker>`;
  const contents = entries.map(
    ({ key, size: bytes, etag, modified }) =>
      `<Contents><Key>${name(key)}</Key><LastModified>${new Date(modified).toISOString()}</LastModified>` +
      `<ETag>"${etag}"</ETag><Size>${bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://obs.myhwclouds.com/doc/2015-06-30/">' +
    `<Name>${bucket}</Name><Prefix>${name(prefix)}</Prefix><MaxKeys>${size}</MaxKeys>` +
    `${encoded ? '<EncodingType>url</EncodingType>' : ''}<IsTruncated>${truncated}</IsTruncated>` +
    `${version === 2 ? `<KeyCount>${entries.length}</KeyCount>` : `<Marker>${name(after)}</Marker>`}` +
    `${truncated ? next : ''}${contents.join('')}</ListBucketResult>`
  );
}
