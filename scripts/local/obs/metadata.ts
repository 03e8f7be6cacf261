import { withoutAwsChunked } from './content-encoding.ts';
import { S3Error } from './errors.ts';
import type { ObjectMeta, ObjectRecord } from './records.ts';

/** Kept and answered, as by S3's REST endpoint; only its website endpoint, which is not here, redirects. */
export const REDIRECT = 'x-amz-website-redirect-location';

const STANDARD_HEADERS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  REDIRECT,
] as const;

const STORAGE_CLASSES: readonly string[] = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'GLACIER_IR',
  'DEEP_ARCHIVE',
  'WARM',
  'COLD',
];

/** Bytes of names and values. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const MAX_METADATA = 2048;
const DEFAULT_CONTENT_TYPE = 'binary/octet-stream';

/**
 * Metadata that a request gives the object it stores.
 * @throws S3Error MetadataTooLarge, InvalidStorageClass, InvalidRedirectLocation
 */
export function readMeta(headers: Readonly<Record<string, string>>): ObjectMeta {
  const kept: Record<string, string> = {};
  for (const name of STANDARD_HEADERS) {
    const value = name === 'content-encoding' ? withoutAwsChunked(headers[name]) : headers[name];
    if (value !== undefined && value !== '') kept[name] = value;
  }
  if (!/^(?:https?:\/\/|\/|$)/.test(kept[REDIRECT] ?? '')) throw new S3Error('InvalidRedirectLocation');
  const metadata: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of Object.entries(headers)) {
    const match = /^x-amz-meta-(.+)$/.exec(name);
    if (!match?.[1]) continue;
    metadata[match[1]] = decodeHeaderText(value);
    size += match[1].length + Buffer.byteLength(metadata[match[1]] ?? '');
  }
  if (size > MAX_METADATA)
    throw new S3Error('MetadataTooLarge', undefined, { Size: String(size), MaxSizeAllowed: String(MAX_METADATA) });
  const storageClass = headers['x-amz-storage-class'];
  if (storageClass !== undefined && !STORAGE_CLASSES.includes(storageClass)) throw new S3Error('InvalidStorageClass');
  return {
    headers: kept,
    metadata,
    ...(storageClass === undefined || storageClass === 'STANDARD' ? {} : { storageClass }),
  };
}

export function writeMeta(object: ObjectRecord): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': DEFAULT_CONTENT_TYPE,
    ...object.headers,
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modified).toUTCString(),
    'accept-ranges': 'bytes',
  };
  for (const [name, value] of Object.entries(object.metadata)) headers[`x-amz-meta-${name}`] = encodeHeaderText(value);
  if (object.storageClass) headers['x-amz-storage-class'] = object.storageClass;
  return headers;
}

/**
 * User metadata beyond ASCII arrives as RFC 2047 words or as UTF-8 bytes (one character per byte in Node's headers).
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
function decodeHeaderText(value: string): string {
  if (/[\x80-\xff]/.test(value)) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
    } catch {
      return value;
    }
  }
  if (!value.includes('=?')) return value;
  return value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?\s]*)\?=/gi, (word, coding: string, text: string) => {
      const bytes =
        coding.toLowerCase() === 'b'
          ? Buffer.from(text, 'base64')
          : Buffer.from(
              text
                .replaceAll('_', ' ')
                .replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
              'latin1',
            );
      const decoded = bytes.toString('utf8');
      return decoded.includes('\ufffd') ? word : decoded;
    });
}

function encodeHeaderText(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}
