import { isUtf8 } from 'node:buffer';
import { MalformedListingError } from '../errors.ts';
import type { ObjectPage } from '../port.ts';
import type { Provider } from '../providers.ts';
import { type Entry, EntryReader } from './entry.ts';
import { TimestampReader } from './timestamp.ts';
import { XmlScanner } from './xml-scanner.ts';

export interface ParsedListPage extends ObjectPage {
  readonly isTruncated: boolean;
  /** Token of the next page of ListObjectsV2. */
  readonly continuationToken?: string;
  /** Marker of the next page of ListObjects, if the store names one: it must only for a listing with a delimiter. */
  readonly nextMarker?: string;
  /** Where the listing has a delimiter. */
  readonly commonPrefixes: readonly string[];
}

const FIELDS = ['IsTruncated', 'EncodingType', 'KeyCount', 'NextContinuationToken', 'NextMarker'] as const;

interface Contents {
  readonly objects: Entry[];
  readonly commonPrefixes: string[];
  readonly fields: Partial<Record<(typeof FIELDS)[number], string>>;
}

/** @param what names the place in the page */
type Decode = (name: string, what: string) => string;

/**
 * Reads a page of ListObjects or ListObjectsV2. Names are decoded only where the page says that they are encoded: some
 * stores do not do what `encoding-type` asks of them. Elements that are not known are ignored.
 *
 * What it returns holds no part of `body`, so a key that is kept keeps no page.
 *
 * @param body the answer as it came
 * @throws MalformedListingError with the position of what is wrong, for anything but a whole page: a shorter page would
 *   make objects look deleted
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function parseListPage(body: Buffer): ParsedListPage {
  const scanner = new XmlScanner(body);
  // Decoding would write U+FFFD for what it does not understand: another key.
  if (!isUtf8(body)) scanner.fail('is not UTF-8', validUpTo(body));
  if (scanner.tag() !== 'open') scanner.fail('is empty');
  // A store that fails after it sent the status writes an error where the page should be.
  if (scanner.named('Error')) scanner.fail('is an error document');
  if (!scanner.named('ListBucketResult')) scanner.fail('is no ListBucketResult');
  const contents = readContents(body, scanner);
  if (scanner.tag() !== 'end') scanner.fail('goes on after its end');
  return makePage(contents, scanner);
}

function readContents(body: Buffer, scanner: XmlScanner): Contents {
  const contents: Contents = { objects: [], commonPrefixes: [], fields: {} };
  const { objects, commonPrefixes, fields } = contents;
  if (scanner.isEmpty) return contents;
  const entries = new EntryReader(body, scanner, new TimestampReader());
  let tag = scanner.tag();
  for (; tag === 'open'; tag = scanner.tag()) {
    if (scanner.named('Contents')) {
      objects.push(entries.read());
      continue;
    }
    if (scanner.named('CommonPrefixes')) {
      commonPrefixes.push(readCommonPrefix(scanner));
      continue;
    }
    const field = FIELDS.find((name) => scanner.named(name));
    if (field === undefined) {
      scanner.skip();
      continue;
    }
    if (fields[field] !== undefined) scanner.fail(`has two ${field}`);
    scanner.leaf();
    fields[field] = scanner.text();
  }
  if (tag === 'end' || !scanner.named('ListBucketResult')) scanner.fail('ends before </ListBucketResult>');
  return contents;
}

function readCommonPrefix(scanner: XmlScanner): string {
  let prefix: string | undefined;
  if (scanner.isEmpty) return scanner.fail('has a common prefix that is none');
  let tag = scanner.tag();
  for (; tag === 'open'; tag = scanner.tag()) {
    if (!scanner.named('Prefix')) scanner.skip();
    else if (prefix !== undefined) scanner.fail('has two prefixes in one');
    else {
      scanner.leaf();
      prefix = scanner.text();
    }
  }
  if (tag === 'end' || !scanner.named('CommonPrefixes')) scanner.fail('has a common prefix without its end');
  return prefix ?? scanner.fail('has a common prefix that is none');
}

function makePage({ objects, commonPrefixes, fields }: Contents, scanner: XmlScanner): ParsedListPage {
  checkCount(fields.KeyCount, objects.length, commonPrefixes.length, scanner);
  const decode = decoderOf(fields.EncodingType, scanner);
  if (decode) for (const [index, object] of objects.entries()) object.key = decode(object.key, `object ${index + 1}`);
  const prefixes = decode ? commonPrefixes.map((prefix) => decode(prefix, 'a common prefix')) : commonPrefixes;
  const isTruncated = fields.IsTruncated === 'true';
  if (!isTruncated && fields.IsTruncated !== 'false') scanner.fail('does not say whether it is the last');
  if (!isTruncated) return { objects, commonPrefixes: prefixes, isTruncated };
  const continuationToken = fields.NextContinuationToken || undefined;
  const marker = fields.NextMarker || undefined;
  const nextMarker = marker !== undefined && decode ? decode(marker, 'NextMarker') : marker;
  // The last key is a marker on every store when there is no delimiter, whatever NextMarker says.
  const nextToken = continuationToken ?? (prefixes.length > 0 ? nextMarker : objects.at(-1)?.key) ?? nextMarker;
  if (nextToken === undefined) return scanner.fail('says that there are more, and not how to get them');
  return {
    objects,
    commonPrefixes: prefixes,
    isTruncated,
    nextToken,
    ...(continuationToken === undefined ? {} : { continuationToken }),
    ...(nextMarker === undefined ? {} : { nextMarker }),
  };
}

/** `KeyCount` is with common prefixes by S3's documentation, and without them on Ceph. */
function checkCount(text: string | undefined, objects: number, commonPrefixes: number, scanner: XmlScanner): void {
  if (text === undefined) return;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (count !== objects && count !== objects + commonPrefixes)
    scanner.fail(`has ${objects + commonPrefixes} entries where KeyCount says otherwise`);
}

function decoderOf(encodingType: string | undefined, scanner: XmlScanner): Decode | undefined {
  if (encodingType === undefined || encodingType === '') return undefined;
  if (encodingType !== 'url') scanner.fail('has an encoding of names that is not known');
  return (name, what) => {
    const decoded = decodeListedName(name);
    if (decoded === undefined) throw new MalformedListingError(`has a malformed percent-encoding in ${what}`);
    return decoded;
  };
}

/** How many bytes from the beginning are UTF-8, give or take the length of a character. */
function validUpTo(bytes: Buffer): number {
  const repaired = Buffer.from(bytes.toString('utf8'));
  let at = 0;
  while (at < bytes.length && bytes[at] === repaired[at]) at += 1;
  return at;
}

/**
 * Decodes a name of a page that says `<EncodingType>url</EncodingType>`: form style, where `+` is a space. Stores that
 * write `%20` do not write a bare plus, so that this is right for both.
 *
 * @returns undefined where a `%` is malformed or the bytes are not UTF-8
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
function decodeListedName(name: string): string | undefined {
  const spaced = name.includes('+') ? name.replaceAll('+', ' ') : name;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return undefined;
  }
}

/**
 * Reads the answer to a listing without delimiter as its provider means it.
 *
 * @param token with which the page was asked for; undefined for the first one
 * @throws MalformedListingError also for a page that hides objects behind common prefixes, and for one whose token
 *   leads back to itself or to nothing that a ListObjectsV2 understands
 */
export function readListAnswer(
  body: Buffer,
  provider: Pick<Provider, 'listVersion' | 'upperCaseEtag'>,
  token: string | undefined,
): ObjectPage {
  const page = parseListPage(body);
  if (page.commonPrefixes.length > 0)
    throw new MalformedListingError('has common prefixes, which nobody asked for, in place of objects');
  const objects = provider.upperCaseEtag ? page.objects.map(withLowerCaseEtag) : page.objects;
  if (!page.isTruncated) return { objects };
  const nextToken = provider.listVersion === 2 ? page.continuationToken : page.nextToken;
  if (nextToken === undefined)
    throw new MalformedListingError(
      'says that there are more, and has no NextContinuationToken: the store may know version 1 of ListObjects only',
    );
  if (nextToken === token) throw new MalformedListingError('leads back to itself');
  return { objects, nextToken };
}

function withLowerCaseEtag<T extends { readonly etag?: string }>(object: T): T {
  return object.etag === undefined ? object : { ...object, etag: object.etag.toLowerCase() };
}
