import { createHash } from 'node:crypto';
import type { Authenticator } from '../auth.ts';
import type { Allows, Call, Reply } from '../call.ts';
import { innerHeaders } from '../dialect.ts';
import { S3Error } from '../errors.ts';
import { readForm } from '../form.ts';
import { readMeta } from '../metadata.ts';
import { authorizeForm } from '../post-policy.ts';
import { checkKeyLength } from '../request.ts';
import { checkRequestHeaders } from '../request-headers.ts';
import { elements, xmlDocument } from '../xml.ts';

/** Whether a request is a browser's form, which carries its signature in a field. */
export function isForm(method: string, contentType: string | undefined): boolean {
  return method === 'POST' && /^multipart\/form-data\s*;/i.test(contentType ?? '');
}

/**
 * Stores the file of a browser's form.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export async function postObject(
  call: Call,
  source: AsyncIterable<Buffer>,
  authenticator: Authenticator & { readonly allows: (accessKey: string) => Allows },
): Promise<Reply> {
  const { store, bucket, headers, now, event } = call;
  store.bucket(bucket);
  const form = await readForm(source, headers['content-type'] ?? '');
  const key = form.fields.get('key')?.replace(/\$\{filename\}/g, () => form.filename);
  if (!key)
    throw new S3Error('InvalidArgument', 'Bucket POST must contain a field named key.', { ArgumentName: 'key' });
  checkKeyLength(key);
  const fields = new Map([...form.fields, ['bucket', bucket], ['key', key]]);
  const allowed = authorizeForm(fields, authenticator);
  if (!authenticator.allows(allowed.accessKey)('obs:object:PutObject', bucket, key)) throw new S3Error('AccessDenied');
  const meta = readMeta(headersOf(form.fields));

  const md5 = createHash('md5');
  let size = 0;
  const segment = await store.blobs.write(
    (async function* () {
      for await (const chunk of form.file) {
        size += chunk.length;
        if (size > allowed.max) throw new S3Error('EntityTooLarge', undefined, { MaxSizeAllowed: String(allowed.max) });
        md5.update(chunk);
        yield chunk;
      }
      if (size < allowed.min) throw new S3Error('EntityTooSmall', undefined, { MinSizeAllowed: String(allowed.min) });
    })(),
  );
  const etag = md5.digest('hex');
  try {
    const object = { ...meta, segments: [segment], size, etag, modified: now() };
    await store.putObject(bucket, key, object, event('ObjectCreated:Post'), () => {});
  } catch (error) {
    await store.blobs.remove([segment]);
    throw error;
  }
  return answer(form.fields, bucket, key, etag);
}

/** Fields of the signature, which other checks read. */
const SIGNATURE = /^x-amz-(?:algorithm|credential|signature)$/;

/**
 * Fields that have the meaning of headers, under their names. Fields are UTF-8; headers have one character per byte.
 */
function headersOf(fields: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const named = [...fields].map(([name, value]) => [
    name === 'acl' || name === 'tagging' ? `x-amz-${name}` : name,
    Buffer.from(value, 'utf8').toString('latin1'),
  ]);
  const headers = innerHeaders(Object.fromEntries(named));
  checkRequestHeaders(Object.fromEntries(Object.entries(headers).filter(([name]) => !SIGNATURE.test(name))));
  return headers;
}

function answer(fields: ReadonlyMap<string, string>, bucket: string, key: string, etag: string): Reply {
  const location = `/${bucket}/${encodeURIComponent(key)}`;
  const headers = { etag: `"${etag}"`, location };
  const redirect = fields.get('success_action_redirect');
  if (redirect && /^https?:\/\/[\x21-\x7e]+$/.test(redirect)) {
    const query = new URLSearchParams({ bucket, key, etag: `"${etag}"` });
    return {
      status: 303,
      headers: { ...headers, location: `${redirect}${redirect.includes('?') ? '&' : '?'}${query}` },
    };
  }
  const status = fields.get('success_action_status');
  if (status === '200') return { status: 200, headers };
  if (status !== '201') return { status: 204, headers };
  const document = elements({ Location: location, Bucket: bucket, Key: key, ETag: `"${etag}"` });
  return {
    status: 201,
    headers: { ...headers, 'content-type': 'application/xml' },
    body: xmlDocument(`<PostResponse>${document}</PostResponse>`),
  };
}
