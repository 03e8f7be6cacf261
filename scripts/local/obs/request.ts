import { S3Error } from './errors.ts';

/** The decoded query string; names repeat. */
export class Query {
  readonly pairs: readonly (readonly [string, string])[];

  constructor(text: string) {
    this.pairs = text
      .split('&')
      .filter((part) => part !== '')
      .map((part) => {
        const equals = part.indexOf('=');
        return equals < 0
          ? ([decodeQuery(part), ''] as const)
          : ([decodeQuery(part.slice(0, equals)), decodeQuery(part.slice(equals + 1))] as const);
      });
  }

  has(name: string): boolean {
    return this.pairs.some(([other]) => other === name);
  }

  get(name: string): string | undefined {
    return this.pairs.find(([other]) => other === name)?.[1];
  }

  /** A whole number of 0 or more, or undefined when absent. */
  number(name: string): number | undefined {
    const value = this.get(name);
    if (value === undefined || value === '') return undefined;
    if (!/^\d{1,10}$/.test(value))
      throw new S3Error('InvalidArgument', `Argument ${name} must be an integer`, {
        ArgumentName: name,
        ArgumentValue: value,
      });
    return Number(value);
  }
}

export interface Target {
  /** As on the request line, without the query. */
  readonly rawPath: string;
  readonly query: Query;
  /** Undefined for the service itself. */
  readonly bucket?: string;
  /** Undefined for the bucket itself. */
  readonly key?: string;
}

export const MAX_KEY_BYTES = 1024;

/**
 * What a request line addresses, path style. The path is taken apart as it came: no dot segments are resolved and no
 * slashes merged, since `../x` and `a//b` are keys.
 *
 * @throws S3Error InvalidURI, KeyTooLongError
 */
export function parseTarget(requestTarget: string): Target {
  const url = requestTarget.replace(/^https?:\/\/[^/?]*/i, '');
  const question = url.indexOf('?');
  const rawPath = question < 0 ? url : url.slice(0, question);
  const query = new Query(question < 0 ? '' : url.slice(question + 1));
  if (!rawPath.startsWith('/')) throw new S3Error('InvalidURI');
  const slash = rawPath.indexOf('/', 1);
  const bucket = decodePath(slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash));
  const key = slash < 0 ? '' : decodePath(rawPath.slice(slash + 1));
  if (bucket === '') {
    if (key !== '') throw new S3Error('InvalidBucketName', undefined, { BucketName: '' });
    return { rawPath, query };
  }
  checkKeyLength(key);
  return { rawPath, query, bucket, ...(key === '' ? {} : { key }) };
}

/** @throws S3Error KeyTooLongError */
export function checkKeyLength(key: string): void {
  const bytes = Buffer.byteLength(key, 'utf8');
  if (bytes > MAX_KEY_BYTES)
    throw new S3Error('KeyTooLongError', undefined, { Size: String(bytes), MaxSizeAllowed: String(MAX_KEY_BYTES) });
}

/** Percent-decoding of a path, where `+` is a plus. */
export function decodePath(text: string): string {
  try {
    // Some clients send bare UTF-8, which arrives as one character per byte.
    return decodeURIComponent(text.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`));
  } catch {
    throw new S3Error('InvalidURI');
  }
}

/** Percent-decoding of a query, where `+` is a space. */
function decodeQuery(text: string): string {
  return decodePath(text.replaceAll('+', ' '));
}
