import { announcedChecksum } from '../announced-checksum.ts';
import type { Call, Reply } from '../call.ts';
import { xmlReply } from '../call.ts';
import { S3Error } from '../errors.ts';
import { decodePath, MAX_KEY_BYTES } from '../request.ts';
import { childrenOf, childText, element, parseXml, xmlDocument } from '../xml.ts';
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
  for (const [index, { key = '', version }] of entries.entries()) {
    const refusal = allows('obs:object:DeleteObject', bucket, key)
      ? refusalOf(key, version)
      : new S3Error('AccessDenied');
    if (refusal) {
      results.push(
        `<Error>${element('Key', shown(key))}${element('VersionId', version)}${element('Code', refusal.code)}` +
          `${element('Message', refusal.message)}</Error>`,
      );
      continue;
    }
    await store.deleteObject(bucket, key, event('ObjectRemoved:Delete', index));
    if (!quiet) results.push(`<Deleted>${element('Key', shown(key))}${element('VersionId', version)}</Deleted>`);
  }
  return xmlReply(
    xmlDocument(
      `<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${element('EncodingType', encoding)}${results.join('')}</DeleteResult>`,
    ),
  );
}

function refusalOf(key: string, version: string | undefined): S3Error | undefined {
  if (Buffer.byteLength(key, 'utf8') > MAX_KEY_BYTES) return new S3Error('KeyTooLongError');
  if (version !== undefined && version !== 'null') return new S3Error('NoSuchVersion');
  return undefined;
}
