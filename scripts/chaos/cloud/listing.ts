export interface ListedEntry {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
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

/**
 * A page of ListObjects, version 1 or 2 as asked for.
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0022.html
 *
 * @param most keys of a page, whatever `max-keys` says
 */
export function listingPage(
  bucket: string,
  entries: readonly ListedEntry[],
  query: URLSearchParams,
  most: number,
): string {
  const v2 = query.get('list-type') === '2';
  const prefix = query.get('prefix') ?? '';
  const after = v2 ? (query.get('continuation-token') ?? query.get('start-after') ?? '') : (query.get('marker') ?? '');
  const size = Math.min(most, Number(query.get('max-keys') ?? '1000'));
  const url = query.get('encoding-type') === 'url';
  const name = (key: string): string => (url ? encodeURIComponent(key) : escaped(key));
  const from = Buffer.from(after);
  const matching = entries
    .filter(({ key }) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), from) > 0)
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const page = matching.slice(0, size);
  const truncated = matching.length > size;
  const last = page.at(-1)?.key ?? '';
  const next = v2
    ? `<NextContinuationToken>${escaped(last)}</NextContinuationToken>`
    : `<NextMarker>${name(last)}</NextMarker>`;
  const contents = page.map(
    ({ key, size: bytes, etag, modified }) =>
      `<Contents><Key>${name(key)}</Key><LastModified>${new Date(modified).toISOString()}</LastModified>` +
      `<ETag>"${etag}"</ETag><Size>${bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://obs.myhwclouds.com/doc/2015-06-30/">' +
    `<Name>${bucket}</Name><Prefix>${name(prefix)}</Prefix><MaxKeys>${size}</MaxKeys>` +
    `${url ? '<EncodingType>url</EncodingType>' : ''}<IsTruncated>${truncated}</IsTruncated>` +
    `${v2 ? `<KeyCount>${page.length}</KeyCount>` : `<Marker>${name(after)}</Marker>`}${truncated ? next : ''}` +
    `${contents.join('')}</ListBucketResult>`
  );
}
