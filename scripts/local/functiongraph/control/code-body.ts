import { createHash } from 'node:crypto';
import { strToU8, zipSync } from 'fflate';
import { checkZip } from '../code.ts';
import { ApiError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { type Fields, invalid } from './fields.ts';
import type { Code } from './model.ts';

interface SentCode {
  readonly code: Code;
  readonly zip: Uint8Array;
}

/** Fetches code from a bucket: `https://bucket.obs.region.myhuaweicloud.com/name.zip`. */
export type FetchCode = (url: string) => Promise<Uint8Array>;

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Reads a function's code out of a request. Throws ApiError 400 FSS.1006, 1010 to 1013, 404, 413.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0110.html
 */
export async function readCode(body: Fields, fetch: FetchCode): Promise<SentCode> {
  const type = body.requiredText('code_type', { code: 'FSS.1006' });
  const filename = body.text('code_filename', { max: 128 });
  const named = filename === undefined || filename === '' ? {} : { filename };
  switch (type) {
    case 'zip':
    case 'jar': {
      // "This parameter is mandatory only when code_type is set to jar or zip."
      if (!('filename' in named)) throw invalid('code_filename', 'is missing');
      const zip = sentFile(body);
      return { code: { ...measure(zip), type, ...named }, zip: checked(zip) };
    }
    case 'inline': {
      const source = sentFile(body);
      if (source.length > LIMITS.inlineCodeBytes)
        throw new ApiError(413, 'FSS.1072', 'The size of the inline code exceeds the maximum allowed limit (10 KB).');
      const file = filename || 'index.js';
      if (!/^[\w-]+\.js$/.test(file)) throw invalid('code_filename', 'is not the name of a .js file', 'FSS.1013');
      const zip = zipSync({ [file]: strToU8(Buffer.from(source).toString('utf8')) });
      return { code: { ...measure(source), type, filename: file }, zip };
    }
    case 'obs': {
      const url = body.text('code_url', { code: 'FSS.1010', max: 2048 });
      if (url === undefined || url === '') throw invalid('code_url', 'is missing', 'FSS.1010');
      const zip = await fetch(url);
      if (zip.length > LIMITS.obsCodeBytes) throw tooLarge();
      return { code: { ...measure(zip), type, ...named, url }, zip: checked(zip) };
    }
    default:
      throw invalid('code_type', 'is none of zip, jar, inline, obs', 'FSS.1006');
  }
}

/** Digest and size: "SHA-512 hash value of function code, which is used to determine whether the function has changed". */
export function measure(content: Uint8Array): { digest: string; size: number } {
  return { digest: createHash('sha512').update(content).digest('hex'), size: content.length };
}

function sentFile(body: Fields): Uint8Array {
  const code = body.fields('func_code', 'FSS.1012');
  const file = code?.get('file');
  // The service would take an example of its own; nobody who deploys something means that.
  if (file === undefined || file === '') throw invalid('func_code.file', 'is missing', 'FSS.1012');
  if (typeof file !== 'string' || !BASE64.test(file) || file.length % 4 !== 0)
    throw invalid('func_code.file', 'is not base64', 'FSS.1011');
  const content = Buffer.from(file, 'base64');
  if (content.length > LIMITS.codeBytes) throw tooLarge();
  return content;
}

function checked(zip: Uint8Array): Uint8Array {
  try {
    checkZip(zip);
  } catch (error) {
    throw new ApiError(400, 'FSS.1011', `Invalid function code: ${(error as Error).message}`);
  }
  return zip;
}

function tooLarge(): ApiError {
  return new ApiError(
    413,
    'FSS.1071',
    'The size of the code package to be uploaded exceeds the maximum allowed limit (50 MB).',
  );
}
