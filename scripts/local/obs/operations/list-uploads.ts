import { toByteKey } from '../byte-key.ts';
import type { Call, Reply } from '../call.ts';
import { xmlReply } from '../call.ts';
import { S3Error } from '../errors.ts';
import { listPage } from '../listing.ts';
import { OWNER_ID } from '../notifications.ts';
import { SortedMap } from '../sorted-map.ts';
import type { Upload } from '../store.ts';
import { element, xmlDocument } from '../xml.ts';
import { readCommon } from './list-objects.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const OWNER = `<ID>${OWNER_ID}</ID><DisplayName>local</DisplayName>`;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export async function listParts({ store, bucket, key, query }: Call): Promise<Reply> {
  const upload = store.upload(bucket, key, query.get('uploadId') ?? '');
  const maxParts = Math.min(1000, query.number('max-parts') ?? 1000);
  const marker = query.number('part-number-marker') ?? 0;
  const { encodingType, name } = readCommon(query, 'max-parts');
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
        `${element('StorageClass', upload.storageClass ?? 'STANDARD')}${element('PartNumberMarker', marker)}` +
        `${truncated ? element('NextPartNumberMarker', page.at(-1)?.[0]) : ''}${element('MaxParts', maxParts)}` +
        `${element('IsTruncated', truncated)}${parts.join('')}</ListPartsResult>`,
    ),
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export async function listMultipartUploads({ store, bucket, query }: Call): Promise<Reply> {
  store.bucket(bucket);
  const { prefix, delimiter, maxKeys, encodingType, name } = readCommon(query, 'max-uploads');
  const keyMarker = toByteKey(query.get('key-marker') ?? '');
  const idMarker = query.get('upload-id-marker') ?? '';
  if (idMarker !== '' && keyMarker === '') throw new S3Error('InvalidArgument');
  // Uploads of one key follow each other by id; NUL cannot make two entries change places, since ids have none.
  const entries = store
    .uploadsOf(bucket)
    .map((upload): [string, Upload] => [`${toByteKey(upload.key)}\0${upload.id}`, upload]);
  const after = keyMarker === '' ? '' : `${keyMarker}\0${idMarker === '' ? '\xff' : idMarker}`;
  const page = listPage(SortedMap.from(new Map(entries)), { prefix, delimiter, after, maxKeys });
  const last = page.contents.at(-1)?.value;
  const next = page.truncated
    ? last && !(page.commonPrefixes.at(-1) === page.last)
      ? `<NextKeyMarker>${name(toByteKey(last.key))}</NextKeyMarker>${element('NextUploadIdMarker', last.id)}`
      : `<NextKeyMarker>${name(page.last ?? '')}</NextKeyMarker>`
    : '';
  const uploads = page.contents.map(
    ({ value }) =>
      `<Upload><Key>${name(toByteKey(value.key))}</Key>${element('UploadId', value.id)}` +
      `<Initiator>${OWNER}</Initiator><Owner>${OWNER}</Owner>${element('StorageClass', value.storageClass ?? 'STANDARD')}` +
      `${element('Initiated', new Date(value.initiated).toISOString())}</Upload>`,
  );
  const prefixes = page.commonPrefixes.map(
    (common) => `<CommonPrefixes><Prefix>${name(common)}</Prefix></CommonPrefixes>`,
  );
  return xmlReply(
    xmlDocument(
      `<ListMultipartUploadsResult xmlns="${NAMESPACE}">${element('Bucket', bucket)}<KeyMarker>${name(keyMarker)}</KeyMarker>` +
        `${element('UploadIdMarker', idMarker)}${next}<Prefix>${name(prefix)}</Prefix>` +
        `${delimiter === '' ? '' : `<Delimiter>${name(delimiter)}</Delimiter>`}${element('MaxUploads', maxKeys)}` +
        `${element('EncodingType', encodingType)}${element('IsTruncated', page.truncated)}${uploads.join('')}` +
        `${prefixes.join('')}</ListMultipartUploadsResult>`,
    ),
  );
}
