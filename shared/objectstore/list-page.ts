import { MalformedListingError } from './errors.ts';
import type { ListedObject, ObjectPage } from './port.ts';

/** A page as the store wrote it. */
export interface ParsedListPage extends ObjectPage {
  /** Whether there are pages after it; `nextToken` is there then. */
  readonly isTruncated: boolean;
}

const ROOT = /<ListBucketResult[\s>][\s\S]*<\/ListBucketResult>\s*$/;
const ENTRY = /<Contents>([\s\S]*?)<\/Contents>/g;
const REFERENCE = /&(?:#x([0-9a-f]+)|#([0-9]+)|(lt|gt|amp|quot|apos));/gi;
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads a page of ListObjectsV2, or of ListObjects (V1), whose token is a marker. Keys are decoded only where the page
 * says that they are encoded: some stores do not do what encoding-type asks of them.
 *
 * @throws MalformedListingError
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function parseListPage(body: Buffer): ParsedListPage {
  const text = body.toString('utf8');
  if (!ROOT.test(text)) throw new MalformedListingError('is not a whole ListBucketResult');
  const head = text.replaceAll(ENTRY, '');
  const isEncoded = field(head, 'EncodingType') === 'url';
  const name = (value: string): string => (isEncoded ? decodeName(value) : value);
  const objects = [...text.matchAll(ENTRY)].map(([, entry = '']) => readEntry(entry, name));
  if (field(head, 'IsTruncated') !== 'true') return { objects, isTruncated: false };
  const marker = field(head, 'NextMarker');
  const nextToken = field(head, 'NextContinuationToken') ?? (marker === undefined ? objects.at(-1)?.key : name(marker));
  if (!nextToken) throw new MalformedListingError('says that there are more, and not how to get them');
  return { objects, isTruncated: true, nextToken };
}

function readEntry(entry: string, name: (value: string) => string): ListedObject {
  const key = field(entry, 'Key');
  const size = field(entry, 'Size');
  const lastModified = Date.parse(field(entry, 'LastModified') ?? '');
  const etag = field(entry, 'ETag')?.replaceAll('"', '');
  const storageClass = field(entry, 'StorageClass');
  if (!key) throw new MalformedListingError('has an object without a key');
  if (size === undefined || !/^\d{1,15}$/.test(size) || Number.isNaN(lastModified))
    throw new MalformedListingError('has an object without a size or a time');
  return {
    key: name(key),
    size: Number(size),
    lastModified,
    ...(etag === undefined ? {} : { etag }),
    ...(storageClass === undefined ? {} : { storageClass }),
  };
}

/** The text of the first element of that name. */
function field(xml: string, name: string): string | undefined {
  const value = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return value?.replaceAll(REFERENCE, (_match, hexadecimal, decimal, named) => {
    if (named) return NAMED[named.toLowerCase()] ?? '';
    const codePoint = hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(decimal);
    if (codePoint > 0x10ffff) throw new MalformedListingError('has a reference to no character');
    return String.fromCodePoint(codePoint);
  });
}

/** A plus that is one comes as %2B. */
function decodeName(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', '%20'));
  } catch {
    throw new MalformedListingError('has a key with a malformed percent escape');
  }
}
