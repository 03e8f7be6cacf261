import { S3Error } from './errors.ts';

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
  readonly rawPath: string;
  /** `/bucket/key`, encoded as on the request line, also where the bucket is part of the host name. */
  readonly resource: string;
  readonly query: Query;
  /** Undefined for the service itself. */
  readonly bucket?: string;
  /** Undefined for the bucket itself. */
  readonly key?: string;
}

const MAX_KEY_BYTES = 1024;

/** Host names whose subdomains lead to this machine, here or by the DNS of everybody. */
const VIRTUAL_HOST = /^(.+)\.(?:localhost|127\.0\.0\.1\.(?:nip|sslip)\.io)\.?(?::\d+)?$/i;

/** The bucket in a host name such as `source.localhost:8081`; undefined for any other name, and for an address. */
export function bucketOfHost(host: string): string | undefined {
  return VIRTUAL_HOST.exec(host)?.[1]?.toLowerCase();
}

/**
 * The target of a request line. No dot segments are resolved and no slashes merged, since `../x` and `a//b` are keys.
 * The host of a request line with a whole URL, as proxies get it, has precedence. Throws S3Error.
 */
export function parseTarget(requestTarget: string, host = ''): Target {
  const [origin = '', authority = host] = /^https?:\/\/([^/?]*)/i.exec(requestTarget) ?? [];
  const url = requestTarget.slice(origin.length);
  const question = url.indexOf('?');
  const rawPath = question < 0 ? url : url.slice(0, question);
  const query = new Query(question < 0 ? '' : url.slice(question + 1));
  if (!rawPath.startsWith('/')) throw new S3Error('InvalidURI');
  const hosted = bucketOfHost(authority);
  const resource = hosted === undefined ? rawPath : `/${hosted}${rawPath}`;
  const slash = resource.indexOf('/', 1);
  const bucket = decodePath(slash < 0 ? resource.slice(1) : resource.slice(1, slash));
  const key = slash < 0 ? '' : decodePath(resource.slice(slash + 1));
  if (bucket === '') {
    if (key !== '') throw new S3Error('InvalidBucketName', undefined, { BucketName: '' });
    return { rawPath, resource, query };
  }
  checkKeyLength(key);
  return { rawPath, resource, query, bucket, ...(key === '' ? {} : { key }) };
}

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
