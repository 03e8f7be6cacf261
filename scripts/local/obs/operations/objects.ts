import type { Call, Reply } from '../call.ts';
import { checkWriteConditions, readConditionsHold } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import { readMeta, writeMeta } from '../metadata.ts';
import { parseRange } from '../range.ts';
import type { ObjectRecord } from '../records.ts';
import { childText, parseXml } from '../xml.ts';

export async function putObject(call: Call): Promise<Reply> {
  const { store, bucket, key, headers, body, now, event } = call;
  // Checked again when it is stored; now, so that a body that is refused need not be sent.
  checkWriteConditions(store.object(bucket, key), headers);
  const meta = readMeta(headers);
  const segment = await store.blobs.write(body.read());
  const { size, md5, checksums } = body.summary;
  try {
    await store.putObject(
      bucket,
      key,
      { ...meta, segments: [segment], size, etag: md5, modified: now(), ...checksumsOf(checksums) },
      event('ObjectCreated:Put'),
      (current) => checkWriteConditions(current, headers),
    );
  } catch (error) {
    await store.blobs.remove([segment]);
    throw error;
  }
  return { status: 200, headers: { etag: `"${md5}"`, ...checksums } };
}

function checksumsOf(checksums: Readonly<Record<string, string>>): { checksums?: Readonly<Record<string, string>> } {
  return Object.keys(checksums).length === 0 ? {} : { checksums };
}

const OVERRIDES: Readonly<Record<string, string>> = {
  'response-content-type': 'content-type',
  'response-content-language': 'content-language',
  'response-expires': 'expires',
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export async function getObject(call: Call): Promise<Reply> {
  await call.store.settled();
  call.archive.checkReadable(findObject(call));
  return headObject(call);
}

/**
 * Restores an archived object for a number of days.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html
 */
export async function restoreObject(call: Call): Promise<Reply> {
  await call.store.settled();
  const object = findObject(call);
  const days = Number(childText(parseXml(await call.body.text()), 'Days'));
  if (!Number.isInteger(days) || days < 1) throw new S3Error('MalformedXML');
  return { status: call.archive.restore(object, days) };
}

/** Describes an object, archived or not; the server leaves the content out of an answer to HEAD. */
export async function headObject(call: Call): Promise<Reply> {
  const { store, query, headers } = call;
  await store.settled();
  const object = findObject(call);
  const described = { ...writeMeta(object), ...call.archive.describe(object) };
  for (const [parameter, header] of Object.entries(OVERRIDES)) {
    const value = query.get(parameter);
    if (value !== undefined) described[header] = Buffer.from(value, 'utf8').toString('latin1');
  }
  if (!readConditionsHold(object, headers)) {
    const { etag = '', 'last-modified': lastModified = '' } = described;
    return { status: 304, headers: { etag, 'last-modified': lastModified } };
  }
  const part = partRange(object, query.number('partNumber'));
  const range = part ?? parseRange(headers['range'], object.size);
  if (object.parts && query.has('partNumber')) described['x-amz-mp-parts-count'] = String(object.parts.length);
  const { start, end } = range ?? { start: 0, end: object.size };
  described['content-length'] = String(end - start);
  if (range) described['content-range'] = `bytes ${start}-${end - 1}/${object.size}`;
  else if (headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED') Object.assign(described, object.checksums);
  return {
    status: range ? 206 : 200,
    headers: described,
    release: store.blobs.lease(object.segments),
    body: store.blobs.read(object.segments, start, end),
  };
}

/**
 * Who may not list the bucket does not learn either that an object is absent. OBS does not document it; S3 does:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
function findObject(call: Call): ObjectRecord {
  const { store, bucket, key, allows } = call;
  checkVersion(call);
  const object = store.object(bucket, key);
  if (!object && !allows('obs:bucket:ListBucket', bucket)) throw new S3Error('AccessDenied');
  if (!object) throw new S3Error('NoSuchKey', undefined, { Key: key });
  return object;
}

/** There is one version of an object, and its name is null. */
function checkVersion({ key, query }: Call): void {
  const version = query.get('versionId');
  if (version !== undefined && version !== 'null')
    throw new S3Error('NoSuchVersion', undefined, { Key: key, VersionId: version });
}

function partRange(object: ObjectRecord, number: number | undefined): { start: number; end: number } | undefined {
  if (number === undefined) return undefined;
  const parts = object.parts ?? [object.size];
  const size = parts[number - 1];
  if (size === undefined)
    throw new S3Error('InvalidPartNumber', undefined, {
      PartNumberRequested: String(number),
      ActualPartCount: String(parts.length),
    });
  const start = parts.slice(0, number - 1).reduce((sum, part) => sum + part, 0);
  return { start, end: start + size };
}

export async function deleteObject(call: Call): Promise<Reply> {
  const { store, bucket, key, headers, event } = call;
  store.bucket(bucket);
  checkVersion(call);
  await store.deleteObject(bucket, key, event('ObjectRemoved:Delete'), (current) => {
    if (headers['if-match'] !== undefined) checkWriteConditions(current, { 'if-match': headers['if-match'] });
  });
  return { status: 204 };
}
