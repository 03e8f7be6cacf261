import { toByteKey } from '../byte-key.ts';
import type { Call, Reply } from '../call.ts';
import { xmlReply } from '../call.ts';
import type { Upload } from '../state.ts';
import { element, elements } from '../xml.ts';
import { OWNER, readCommon } from './list-objects.ts';

const OWNERS = `<Initiator>${OWNER}</Initiator><Owner>${OWNER}</Owner>`;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export async function listParts({ store, bucket, key, query, obs }: Call): Promise<Reply> {
  const upload = store.upload(bucket, key, query.get('uploadId') ?? '');
  const maxParts = Math.min(1000, query.number('max-parts') ?? 1000);
  const marker = query.number('part-number-marker') ?? 0;
  const { encodingType, name, className } = readCommon({ query, obs }, 'max-parts');
  const behind = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
  const page = behind.slice(0, maxParts);
  const parts = page.map(
    ([
      number,
      {
        segment: { size },
        etag,
        modified,
      },
    ]) =>
      `<Part>${elements({ PartNumber: number, LastModified: new Date(modified).toISOString(), ETag: `"${etag}"`, Size: size })}</Part>`,
  );
  const truncated = maxParts > 0 && behind.length > page.length;
  const head = { Bucket: bucket, Key: name(toByteKey(key)), UploadId: upload.id, EncodingType: encodingType };
  const tail = elements({
    StorageClass: className(upload.storageClass),
    PartNumberMarker: marker,
    NextPartNumberMarker: truncated ? page.at(-1)?.[0] : undefined,
    MaxParts: maxParts,
    IsTruncated: truncated,
  });
  return xmlReply('ListPartsResult', `${elements(head)}${OWNERS}${tail}${parts.join('')}`);
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
  const rows = page.map(({ name: byteName, upload }) => {
    if (!upload) return `<CommonPrefixes>${element('Prefix', name(byteName))}</CommonPrefixes>`;
    const { id, storageClass, initiated } = upload;
    const facts = { StorageClass: className(storageClass), Initiated: new Date(initiated).toISOString() };
    return `<Upload>${elements({ Key: name(byteName), UploadId: id })}${OWNERS}${elements(facts)}</Upload>`;
  });
  const head = elements({
    Bucket: bucket,
    KeyMarker: name(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: truncated ? name(last?.name ?? '') : undefined,
    NextUploadIdMarker: truncated ? last?.upload?.id : undefined,
    Prefix: name(prefix),
    Delimiter: delimiter === '' ? undefined : name(delimiter),
    MaxUploads: maxKeys,
    EncodingType: encodingType,
    IsTruncated: truncated,
  });
  return xmlReply('ListMultipartUploadsResult', head + rows.join(''));
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
