import { createHash } from 'node:crypto';
import type { Call, Reply } from '../call.ts';
import { xmlReply } from '../call.ts';
import { checkWriteConditions, readConditionsHold } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import { REDIRECT, readMeta } from '../metadata.ts';
import type { ObjectMeta, ObjectRecord } from '../records.ts';
import { checkKeyLength, decodePath } from '../request.ts';
import { elements } from '../xml.ts';
import { requestedChecksum, wholeChecksum } from './multipart-checksum.ts';

/**
 * The source of a copy: `bucket/key`, percent-encoded, with or without a leading slash; `+` is a space. Throws S3Error.
 */
export function copySource({ store, archive, headers, allows }: Call): {
  readonly bucket: string;
  readonly key: string;
  readonly object: ObjectRecord;
} {
  const header = headers['x-amz-copy-source'] ?? '';
  const [path = '', version] = header.split('?versionId=');
  const decoded = decodePath(path.replaceAll('+', ' ')).replace(/^\//, '');
  const slash = decoded.indexOf('/');
  if (slash < 1 || slash === decoded.length - 1)
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey', {
      ArgumentName: 'x-amz-copy-source',
      ArgumentValue: header,
    });
  if (version !== undefined && version !== 'null')
    throw new S3Error('NoSuchVersion', undefined, { VersionId: version });
  const bucket = decoded.slice(0, slash);
  const key = decoded.slice(slash + 1);
  checkKeyLength(key);
  if (!allows('obs:object:GetObject', bucket, key)) throw new S3Error('AccessDenied');
  const object = store.object(bucket, key);
  if (!object) throw new S3Error('NoSuchKey', undefined, { Key: key });
  archive.checkReadable(object);
  if (!readConditionsHold(object, headers, 'x-amz-copy-source-')) throw new S3Error('PreconditionFailed');
  return { bucket, key, object };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export async function copyObject(call: Call): Promise<Reply> {
  const { store, bucket, key, headers, now, event } = call;
  store.bucket(bucket);
  await store.settled();
  const source = copySource(call);
  const directive = headers['x-amz-metadata-directive'] ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE')
    throw new S3Error('InvalidArgument', 'Unknown metadata directive.', {
      ArgumentName: 'x-amz-metadata-directive',
      ArgumentValue: directive,
    });
  const requested = requestedChecksum(headers);
  const given = readMeta(headers);
  const sameClass = (given.storageClass ?? 'STANDARD') === (source.object.storageClass ?? 'STANDARD');
  if (source.bucket === bucket && source.key === key && directive === 'COPY' && sameClass)
    throw new S3Error(
      'InvalidRequest',
      'This copy request is illegal because it is trying to copy an object to itself without changing the ' +
        "object's metadata, storage class, website redirect location or encryption attributes.",
    );
  const meta: ObjectMeta = directive === 'REPLACE' ? given : { ...given, ...kept(source.object, given) };
  const release = store.blobs.lease(source.object.segments);
  let content = await copyContent(call, source.object).finally(release);
  if (requested) {
    const copied = content.segments.map((segment) => ({ segment }));
    content = { ...content, checksums: { [requested.name]: await wholeChecksum(store, copied, requested.name) } };
  }
  let object: ObjectRecord;
  try {
    object = await store.putObject(
      bucket,
      key,
      { ...meta, ...content, modified: now() },
      event('ObjectCreated:Copy'),
      (current) => checkWriteConditions(current, headers),
    );
  } catch (error) {
    await store.blobs.remove(content.segments);
    throw error;
  }
  const modified = new Date(object.modified).toISOString();
  return xmlReply('CopyObjectResult', elements({ ETag: `"${object.etag}"`, LastModified: modified }));
}

/** The storage class and the redirection never come from the source. */
function kept({ headers, metadata }: ObjectRecord, given: ObjectMeta): Pick<ObjectMeta, 'headers' | 'metadata'> {
  const { [REDIRECT]: _, ...others } = headers;
  const redirect = given.headers[REDIRECT];
  return { headers: { ...others, ...(redirect === undefined ? {} : { [REDIRECT]: redirect }) }, metadata };
}

type Content = Pick<ObjectRecord, 'segments' | 'size' | 'etag' | 'checksums'>;

/** A copy is one whole: the copy of a multipart object has the MD5 of its content as ETag. */
async function copyContent({ store }: Call, source: ObjectRecord): Promise<Content> {
  const { size, segments, etag, checksums } = source;
  const [only] = segments;
  if (only && segments.length === 1 && !source.parts)
    return { segments: [await store.blobs.copy(only)], size, etag, ...(checksums ? { checksums } : {}) };
  const md5 = createHash('md5');
  const segment = await store.blobs.write(
    (async function* () {
      for await (const chunk of store.blobs.read(segments, 0, size)) {
        md5.update(chunk);
        yield chunk;
      }
    })(),
  );
  return { segments: [segment], size, etag: md5.digest('hex') };
}
