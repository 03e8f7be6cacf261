import { fromByteKey, toByteKey } from '../byte-key.ts';
import type { Call, Reply } from '../call.ts';
import { xmlReply } from '../call.ts';
import { classNameOf } from '../dialect.ts';
import { S3Error } from '../errors.ts';
import { type ListPage, listPage } from '../listing.ts';
import { OWNER_ID } from '../notifications.ts';
import type { ObjectRecord } from '../records.ts';
import { element, elements } from '../xml.ts';

const MAX_KEYS = 1000;
export const OWNER = elements({ ID: OWNER_ID, DisplayName: 'local' });

interface Common {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly encodingType: string | undefined;
  /** Writes a key or prefix, given as a byte string. */
  readonly name: (byteKey: string) => string;
  readonly className: (storageClass: string | undefined) => string;
}

/** Form style with a literal slash, as S3 answers: a reader must take `+` for a space. */
export function urlEncodeListed(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}

export function readCommon({ query, obs }: Pick<Call, 'query' | 'obs'>, maxName: string): Common {
  const encodingType = query.get('encoding-type');
  if (encodingType !== undefined && encodingType !== 'url')
    throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', {
      ArgumentName: 'encoding-type',
      ArgumentValue: encodingType,
    });
  return {
    prefix: toByteKey(query.get('prefix') ?? ''),
    delimiter: toByteKey(query.get('delimiter') ?? ''),
    maxKeys: Math.min(MAX_KEYS, query.number(maxName) ?? MAX_KEYS),
    encodingType,
    name: (byteKey) => (encodingType ? urlEncodeListed(fromByteKey(byteKey)) : fromByteKey(byteKey)),
    className: (storageClass) => classNameOf(storageClass, obs),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export async function listObjectsV1({ store, bucket, query, obs }: Call): Promise<Reply> {
  const common = readCommon({ query, obs }, 'max-keys');
  const { prefix, delimiter, maxKeys, name } = common;
  const marker = toByteKey(query.get('marker') ?? '');
  const page = listPage(store.bucket(bucket).objects, { prefix, delimiter, after: marker, maxKeys });
  // OBS names the next marker on every truncated page, S3 only where there is a delimiter.
  const next = page.truncated && page.last !== undefined ? name(page.last) : undefined;
  return listing(bucket, common, page, elements({ Marker: name(marker), NextMarker: next }), true);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export async function listObjectsV2({ store, bucket, query, obs }: Call): Promise<Reply> {
  const common = readCommon({ query, obs }, 'max-keys');
  const { prefix, delimiter, maxKeys, name } = common;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const after = token === undefined ? toByteKey(startAfter ?? '') : readToken(token);
  const page = listPage(store.bucket(bucket).objects, { prefix, delimiter, after, maxKeys });
  const head = elements({
    KeyCount: page.contents.length + page.commonPrefixes.length,
    ContinuationToken: token,
    NextContinuationToken: page.truncated && page.last !== undefined ? writeToken(page.last) : undefined,
    StartAfter: startAfter === undefined ? undefined : name(toByteKey(startAfter)),
  });
  return listing(bucket, common, page, head, query.get('fetch-owner') === 'true');
}

function listing(
  bucket: string,
  { prefix, delimiter, maxKeys, encodingType, name, className }: Common,
  page: ListPage<ObjectRecord>,
  head: string,
  withOwner: boolean,
): Reply {
  const owner = withOwner ? `<Owner>${OWNER}</Owner>` : '';
  const asked = { Delimiter: delimiter === '' ? undefined : name(delimiter), EncodingType: encodingType };
  const parts = [
    elements({ Name: bucket, Prefix: name(prefix) }) + head,
    elements({ MaxKeys: maxKeys, ...asked, IsTruncated: page.truncated }),
  ];
  for (const { key, value } of page.contents)
    parts.push(
      `<Contents>${element('Key', name(key))}<LastModified>${new Date(value.modified).toISOString()}</LastModified>` +
        `<ETag>&quot;${value.etag}&quot;</ETag><Size>${value.size}</Size>${owner}` +
        `<StorageClass>${className(value.storageClass)}</StorageClass></Contents>`,
    );
  for (const common of page.commonPrefixes)
    parts.push(`<CommonPrefixes>${element('Prefix', name(common))}</CommonPrefixes>`);
  return xmlReply('ListBucketResult', parts.join(''));
}

/** Opaque to clients: the last name of the page behind it. */
export function writeToken(last: string): string {
  return `1${Buffer.from(last, 'latin1').toString('base64url')}`;
}

export function readToken(token: string): string {
  const bytes = Buffer.from(token.slice(1), 'base64url');
  if (!token.startsWith('1') || bytes.length === 0 || `1${bytes.toString('base64url')}` !== token)
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', {
      ArgumentName: 'continuation-token',
    });
  return bytes.toString('latin1');
}
