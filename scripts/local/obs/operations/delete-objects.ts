import { announcedChecksum } from '../announced-checksum.ts';
import type { Call, Reply } from '../call.ts';
import { xmlReply } from '../call.ts';
import { checkWriteConditions } from '../conditions.ts';
import { notImplemented, S3Error } from '../errors.ts';
import { checkKeyLength, decodePath } from '../request.ts';
import { childrenOf, childText, element, elements, parseXml } from '../xml.ts';
import { urlEncodeListed } from './list-objects.ts';

const MAX_OBJECTS = 1000;

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html, with the EncodingType of OBS:
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0086.html
 */
export async function deleteObjects({ store, bucket, headers, body, event, allows }: Call): Promise<Reply> {
  store.bucket(bucket);
  const text = await body.text();
  if (headers['content-md5'] === undefined && !announcedChecksum(headers))
    throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  const document = parseXml(text);
  const encoding = childText(document, 'EncodingType');
  if (encoding !== undefined && encoding !== 'url') throw new S3Error('MalformedXML');
  const entries = childrenOf(document, 'Object').map((entry) => {
    const key = childText(entry, 'Key');
    return {
      key: key !== undefined && encoding ? decodePath(key.replaceAll('+', ' ')) : key,
      version: childText(entry, 'VersionId'),
      etag: childText(entry, 'ETag'),
      // Conditions of directory buckets: deleting without looking at them would delete too much.
      unknown: entry.children.find(({ name }) => !['Key', 'VersionId', 'ETag'].includes(name)),
    };
  });
  if (
    document.name !== 'Delete' ||
    entries.length === 0 ||
    entries.length > MAX_OBJECTS ||
    entries.some(({ key }) => !key)
  )
    throw new S3Error('MalformedXML');
  const quiet = childText(document, 'Quiet')?.trim() === 'true';

  const shown = (key: string): string => (encoding ? urlEncodeListed(key) : key);
  const results: string[] = [];
  for (const [index, { key = '', version, etag, unknown }] of entries.entries()) {
    try {
      if (!allows('obs:object:DeleteObject', bucket, key)) throw new S3Error('AccessDenied');
      if (unknown) throw notImplemented(unknown.name);
      checkEntry(key, version);
      await store.deleteObject(bucket, key, event('ObjectRemoved:Delete', index), (current) => {
        if (etag !== undefined) checkWriteConditions(current, { 'if-match': etag });
      });
    } catch (refusal) {
      if (!(refusal instanceof S3Error)) throw refusal;
      const error = { Key: shown(key), VersionId: version, Code: refusal.code, Message: refusal.message };
      results.push(`<Error>${elements(error)}</Error>`);
      continue;
    }
    if (!quiet) results.push(`<Deleted>${elements({ Key: shown(key), VersionId: version })}</Deleted>`);
  }
  return xmlReply('DeleteResult', element('EncodingType', encoding) + results.join(''));
}

function checkEntry(key: string, version: string | undefined): void {
  checkKeyLength(key);
  if (version !== undefined && version !== 'null') throw new S3Error('NoSuchVersion');
}
