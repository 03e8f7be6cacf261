import { createHash, randomBytes } from 'node:crypto';
import type { Call, Reply } from '../call.ts';
import { xmlReply } from '../call.ts';
import { CHECKSUM_HEADERS } from '../checksums.ts';
import { checkWriteConditions } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import { readMeta } from '../metadata.ts';
import { parseCopyRange } from '../range.ts';
import type { ObjectRecord, PartRecord } from '../records.ts';
import type { Upload } from '../state.ts';
import { childrenOf, childText, elements, parseXml } from '../xml.ts';
import { copySource } from './copy-object.ts';
import { completedChecksum, type NamedPart, requestedChecksum } from './multipart-checksum.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAX_PARTS = 10_000;
/** Bytes; the last part may be smaller. */
const MIN_PART_SIZE = 5 * 1024 ** 2;

export async function createMultipartUpload({ store, bucket, key, headers, now }: Call): Promise<Reply> {
  const id = randomBytes(24).toString('base64url');
  const checksum = requestedChecksum(headers);
  await store.createUpload({
    id,
    bucket,
    key,
    initiated: now(),
    ...readMeta(headers),
    ...(checksum ? { checksum } : {}),
  });
  return xmlReply('InitiateMultipartUploadResult', elements({ Bucket: bucket, Key: key, UploadId: id }));
}

function partTarget({ query }: Call): { readonly id: string; readonly number: number } {
  const number = query.number('partNumber') ?? 0;
  if (number < 1 || number > MAX_PARTS)
    throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`, {
      ArgumentName: 'partNumber',
      ArgumentValue: String(number),
    });
  return { id: query.get('uploadId') ?? '', number };
}

export async function uploadPart(call: Call): Promise<Reply> {
  const { store, bucket, key, body, now } = call;
  const { id, number } = partTarget(call);
  store.upload(bucket, key, id);
  const segment = await store.blobs.write(body.read());
  const { md5, checksums } = body.summary;
  await storePart(call, id, number, { segment, etag: md5, modified: now(), checksums });
  return { status: 200, headers: { etag: `"${md5}"`, ...checksums } };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export async function uploadPartCopy(call: Call): Promise<Reply> {
  const { store, bucket, key, headers, now } = call;
  const { id, number } = partTarget(call);
  store.upload(bucket, key, id);
  await store.settled();
  const { object } = copySource(call);
  const range = headers['x-amz-copy-source-range'];
  const { start, end } = parseCopyRange(range, object.size) ?? { start: 0, end: object.size };
  const md5 = createHash('md5');
  const release = store.blobs.lease(object.segments);
  const copied = store.blobs.write(
    (async function* () {
      for await (const chunk of store.blobs.read(object.segments, start, end)) {
        md5.update(chunk);
        yield chunk;
      }
    })(),
  );
  const segment = await copied.finally(release);
  const part: PartRecord = { segment, etag: md5.digest('hex'), modified: now() };
  await storePart(call, id, number, part);
  const modified = new Date(part.modified).toISOString();
  return xmlReply('CopyPartResult', elements({ ETag: `"${part.etag}"`, LastModified: modified }));
}

async function storePart({ store, bucket, key }: Call, id: string, number: number, part: PartRecord): Promise<void> {
  try {
    await store.putPart(bucket, key, id, number, part);
  } catch (error) {
    await store.blobs.remove([part.segment]);
    throw error;
  }
}

/** Repeated, it answers 204 again, as S3 does for about a day, also where the upload was completed. */
export async function abortMultipartUpload({ store, bucket, key, query }: Call): Promise<Reply> {
  const id = query.get('uploadId') ?? '';
  await (store.endedUpload(bucket, key, id) ?? store.abortUpload(bucket, key, id));
  return { status: 204 };
}

/**
 * Repeated with the same parts, it answers as it did the first time, as S3 does, whatever has become of the object:
 * a client whose first answer was lost must not take its upload for failed. It changes nothing then.
 */
export async function completeMultipartUpload(call: Call): Promise<Reply> {
  const { store, bucket, key, query, headers, body, now, event } = call;
  const id = query.get('uploadId') ?? '';
  const named = namedParts(await body.text({ ownChecksum: false }));
  const etag = etagOf(named);
  const chosen = () => chosenParts(store.upload(bucket, key, id), named);
  let ended = store.endedUpload(bucket, key, id);
  let checksums: Pick<ObjectRecord, 'checksums'> = {};
  if (!ended) {
    checksums = await completedChecksum(call, store.upload(bucket, key, id), chosen(), named);
    // Another request may have been faster.
    ended = store.endedUpload(bucket, key, id);
  }
  if (ended) {
    if ((await ended).etag !== etag) throw new S3Error('NoSuchUpload', undefined, { UploadId: id });
    return completion(bucket, key, etag);
  }
  const upload = store.upload(bucket, key, id);
  const parts = chosen();
  const sizes = parts.map((part) => part.segment.size);
  const size = sizes.reduce((sum, size) => sum + size, 0);
  if (size !== Number(headers['x-amz-mp-object-size'] ?? size))
    throw new S3Error(
      'InvalidRequest',
      `The value of x-amz-mp-object-size does not match the size of the parts: ${size}`,
    );
  await store.completeUpload(
    upload,
    {
      headers: upload.headers,
      metadata: upload.metadata,
      ...(upload.storageClass ? { storageClass: upload.storageClass } : {}),
      ...checksums,
      segments: parts.map((part) => part.segment),
      parts: sizes,
      size,
      etag,
      modified: now(),
    },
    event('ObjectCreated:CompleteMultipartUpload'),
    (current) => checkWriteConditions(current, headers),
  );
  return completion(bucket, key, etag, checksums.checksums);
}

function completion(
  bucket: string,
  key: string,
  etag: string,
  checksums: Readonly<Record<string, string>> = {},
): Reply {
  const named = Object.fromEntries(Object.entries(checksums).map(([name, value]) => [elementOf(name), value]));
  const about = { Location: `/${bucket}/${key}`, Bucket: bucket, Key: key, ETag: `"${etag}"`, ...named };
  return xmlReply('CompleteMultipartUploadResult', elements(about));
}

/** `x-amz-checksum-crc32` is `ChecksumCRC32` in a document. */
function elementOf(header: string): string {
  return `Checksum${header.slice('x-amz-checksum-'.length).toUpperCase()}`;
}

function etagOf(parts: readonly NamedPart[]): string {
  const md5 = createHash('md5');
  for (const { etag } of parts) md5.update(Buffer.from(etag, 'hex'));
  return `${md5.digest('hex')}-${parts.length}`;
}

/** The parts that a completion names, in order. Throws S3Error MalformedXML, InvalidPartOrder. */
function namedParts(xml: string): readonly NamedPart[] {
  const document = parseXml(xml);
  const named = childrenOf(document, 'Part').map((part) => ({
    number: Number(childText(part, 'PartNumber') ?? Number.NaN),
    etag: (childText(part, 'ETag') ?? '').trim().replace(/^"(.*)"$/, '$1'),
    checksums: Object.fromEntries(
      CHECKSUM_HEADERS.flatMap((name) => {
        const value = childText(part, elementOf(name));
        return value === undefined ? [] : [[name, value.trim()]];
      }),
    ),
  }));
  if (document.name !== 'CompleteMultipartUpload' || named.length === 0) throw new S3Error('MalformedXML');
  for (const [index, { number }] of named.entries()) {
    if (!Number.isInteger(number)) throw new S3Error('MalformedXML');
    if (index > 0 && number <= (named[index - 1]?.number ?? 0)) throw new S3Error('InvalidPartOrder');
  }
  return named;
}

function chosenParts(upload: Upload, named: readonly NamedPart[]): readonly PartRecord[] {
  const parts = named.map(({ number, etag }) => {
    const part = upload.parts.get(number);
    if (part?.etag !== etag)
      throw new S3Error('InvalidPart', undefined, { PartNumber: String(number), UploadId: upload.id });
    return part;
  });
  const small = parts.slice(0, -1).findIndex((part) => part.segment.size < MIN_PART_SIZE);
  if (small >= 0)
    throw new S3Error('EntityTooSmall', undefined, {
      ProposedSize: String(parts[small]?.segment.size),
      MinSizeAllowed: String(MIN_PART_SIZE),
      PartNumber: String(named[small]?.number),
    });
  return parts;
}
