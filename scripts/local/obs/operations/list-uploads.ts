import { toByteKey } from '../byte-key.ts';
import type { Call, Reply } from '../call.ts';
import { xmlReply } from '../call.ts';
import { OWNER_ID } from '../notifications.ts';
import type { Upload } from '../state.ts';
import { element, xmlDocument } from '../xml.ts';
import { readCommon } from './list-objects.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const OWNER = `<ID>${OWNER_ID}</ID><DisplayName>local</DisplayName>`;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export async function listParts({ store, bucket, key, query, obs }: Call): Promise<Reply> {
  const upload = store.upload(bucket, key, query.get('uploadId') ?? '');
  const maxParts = Math.min(1000, query.number('max-parts') ?? 1000);
  const marker = query.number('part-number-marker') ?? 0;
  const { encodingType, name, className } = readCommon({ query, obs }, 'max-parts');
  const behind = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
  const page = behind.slice(0, maxParts);
  const parts = page.map(
    ([number, { segment, etag, modified }]) =>
      `<Part>${element('PartNumber', number)}${element('LastModified', new Date(modified).toISOString())}` +
      `${element('ETag', `"${etag}"`)}${element('Size', segment.size)}</Part>`,
  );
  const truncated = maxParts > 0 && behind.length > page.length;
  return xmlReply(
    xmlDocument(
      `<ListPartsResult xmlns="${NAMESPACE}">${element('Bucket', bucket)}<Key>${name(toByteKey(key))}</Key>` +
        `${element('UploadId', upload.id)}${element('EncodingType', encodingType)}` +
        `<Initiator>${OWNER}</Initiator><Owner>${OWNER}</Owner>` +
        `${element('StorageClass', className(upload.storageClass))}${element('PartNumberMarker', marker)}` +
        `${truncated ? element('NextPartNumberMarker', page.at(-1)?.[0]) : ''}${element('MaxParts', maxParts)}` +
        `${element('IsTruncated', truncated)}${parts.join('')}</ListPartsResult>`,
    ),
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export async function listMultipartUploads({ store, bucket, query, obs }: Call): Promise<Reply> {
  store.bucket(bucket);
  const common = readCommon({ query, obs }, 'max-uploads');
  const { prefix, delimiter, maxKeys, encodingType, name, className } = common;
  const keyMarker = toByteKey(query.get('key-marker') ?? '');
  // S3 ignores the id marker when there is no key marker.
  const idMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '');
  const entries = behind(rolledUp(store.uploadsOf(bucket), prefix, delimiter), keyMarker, idMarker);
  const page = entries.slice(0, maxKeys);
  const last = page.at(-1);
  const truncated = maxKeys > 0 && entries.length > page.length;
  const next = truncated
    ? `<NextKeyMarker>${name(last?.name ?? '')}</NextKeyMarker>${element('NextUploadIdMarker', last?.upload?.id)}`
    : '';
  const rows = page.map(({ name: byteName, upload }) =>
    upload
      ? `<Upload><Key>${name(byteName)}</Key>${element('UploadId', upload.id)}` +
        `<Initiator>${OWNER}</Initiator><Owner>${OWNER}</Owner>${element('StorageClass', className(upload.storageClass))}` +
        `${element('Initiated', new Date(upload.initiated).toISOString())}</Upload>`
      : `<CommonPrefixes><Prefix>${name(byteName)}</Prefix></CommonPrefixes>`,
  );
  return xmlReply(
    xmlDocument(
      `<ListMultipartUploadsResult xmlns="${NAMESPACE}">${element('Bucket', bucket)}<KeyMarker>${name(keyMarker)}</KeyMarker>` +
        `${element('UploadIdMarker', idMarker)}${next}<Prefix>${name(prefix)}</Prefix>` +
        `${delimiter === '' ? '' : `<Delimiter>${name(delimiter)}</Delimiter>`}${element('MaxUploads', maxKeys)}` +
        `${element('EncodingType', encodingType)}${element('IsTruncated', truncated)}${rows.join('')}` +
        '</ListMultipartUploadsResult>',
    ),
  );
}

/** An upload under its key, or a common prefix; names are byte strings. */
interface Entry {
  readonly name: string;
  readonly upload?: Upload;
}

/** Uploads are few: they are sorted for every listing, by key and then in the order in which they began. */
function rolledUp(uploads: readonly Upload[], prefix: string, delimiter: string): readonly Entry[] {
  const prefixes = new Set<string>();
  const entries: Entry[] = [];
  for (const upload of uploads) {
    const name = toByteKey(upload.key);
    if (!name.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    if (end < 0) entries.push({ name, upload });
    else prefixes.add(name.slice(0, end + delimiter.length));
  }
  for (const name of prefixes) entries.push({ name });
  return entries.sort((a, b) => compare(a.name, b.name) || compare(orderOf(a), orderOf(b)));
}

function behind(entries: readonly Entry[], keyMarker: string, idMarker: string): readonly Entry[] {
  if (keyMarker === '') return entries;
  const marked = entries.findIndex(({ name, upload }) => name === keyMarker && upload?.id === idMarker);
  return marked >= 0 ? entries.slice(marked + 1) : entries.filter(({ name }) => name > keyMarker);
}

function orderOf({ upload }: Entry): string {
  return upload ? `${String(upload.initiated).padStart(16, '0')}${upload.id}` : '';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
