import { createHash } from 'node:crypto';
import { type AnnouncedChecksum, announcedChecksum, checkChecksumValue } from './announced-checksum.ts';
import type { Payload } from './auth.ts';
import { checksumOf, type Digest } from './checksums.ts';
import { decodeChunked } from './chunked.ts';
import { codingsOf } from './content-encoding.ts';
import { S3Error } from './errors.ts';

/** Bytes: 5 GiB in one request. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAX_SIZE = 5 * 1024 ** 3;
/** Bytes of an XML body: 1000 keys of 1024 bytes, each of them escaped, and room. */
const MAX_DOCUMENT = 8 * 1024 ** 2;

interface BodySummary {
  readonly size: number;
  readonly md5: string;
  readonly checksums: Readonly<Record<string, string>>;
}

/**
 * The body of a request: decoded, and checked against everything that the request says of it (length, SHA-256 of the
 * signature, Content-MD5, checksum headers and trailers). Reading to the end without an error means it is right.
 */
export class Body {
  readonly #source: AsyncIterable<Buffer>;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #payload: Payload;
  #summary: BodySummary | undefined;

  constructor(source: AsyncIterable<Buffer>, headers: Readonly<Record<string, string>>, payload: Payload) {
    this.#source = source;
    this.#headers = headers;
    this.#payload = payload;
  }

  get summary(): BodySummary {
    if (!this.#summary) throw new S3Error('IncompleteBody');
    return this.#summary;
  }

  /** @throws S3Error MissingContentLength, EntityTooLarge, IncompleteBody, BadDigest, XAmzContentSHA256Mismatch, … */
  async *read({ limit = MAX_SIZE, ownChecksum = true } = {}): AsyncGenerator<Buffer> {
    const length = this.#announcedLength();
    const tooLarge = (size: number): S3Error =>
      new S3Error('EntityTooLarge', undefined, { ProposedSize: String(size), MaxSizeAllowed: String(limit) });
    if (length !== undefined && length > limit) throw tooLarge(length);
    const contentMd5 = parseContentMd5(this.#headers['content-md5']);
    const announced = this.#announcedChecksum(ownChecksum);
    const trailers = new Map<string, string>();
    const digest = announced && checksumOf(announced.name);
    const md5 = createHash('md5');
    const sha256 = this.#payload.sha256 === undefined ? undefined : createHash('sha256');
    const source = this.#payload.chunked
      ? decodeChunked(
          this.#source,
          this.#payload,
          announced?.value === undefined ? announced?.name : undefined,
          trailers,
        )
      : this.#source;
    let size = 0;
    for await (const chunk of source) {
      size += chunk.length;
      if (length !== undefined && size > length) throw new S3Error('IncompleteBody');
      if (size > limit) throw tooLarge(size);
      md5.update(chunk);
      sha256?.update(chunk);
      digest?.update(chunk);
      yield chunk;
    }
    if (length !== undefined && size !== length)
      throw new S3Error('IncompleteBody', undefined, {
        NumberBytesExpected: String(length),
        NumberBytesProvided: String(size),
      });
    if (sha256 && sha256.digest('hex') !== this.#payload.sha256) throw new S3Error('XAmzContentSHA256Mismatch');
    const md5Bytes = md5.digest();
    if (contentMd5 && !contentMd5.equals(md5Bytes)) throw new S3Error('BadDigest');
    const checksums = announced && digest ? verified(announced, digest, trailers) : {};
    this.#summary = { size, md5: md5Bytes.toString('hex'), checksums };
  }

  /**
   * The whole body as text, for small documents. Throws S3Error MalformedXML where it is not UTF-8: two keys must not
   * become one by replacing bytes.
   * @param options.ownChecksum false where a checksum header is not of the body, but of the object it is about
   */
  async text(options: { readonly ownChecksum?: boolean } = {}): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.read({ ...options, limit: MAX_DOCUMENT })) chunks.push(chunk);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    } catch {
      throw new S3Error('MalformedXML');
    }
  }

  /** Undefined where the end of the body has to tell. */
  #announcedLength(): number | undefined {
    const name = this.#payload.chunked ? 'x-amz-decoded-content-length' : 'content-length';
    const value = this.#headers[name];
    if (value === undefined) {
      if (!this.#payload.chunked && this.#headers['transfer-encoding'] === undefined) return 0;
      if (!this.#payload.chunked && this.#payload.unsized) return undefined;
      throw new S3Error('MissingContentLength');
    }
    if (!/^\d{1,15}$/.test(value)) throw new S3Error('InvalidArgument', `${name} must be a number of bytes`);
    return Number(value);
  }

  #announcedChecksum(own: boolean): AnnouncedChecksum | undefined {
    const { chunked, trailer } = this.#payload;
    const framed = codingsOf(this.#headers['content-encoding']).includes('aws-chunked');
    // The frames would be stored as content.
    if (!chunked && (framed || this.#headers['x-amz-decoded-content-length'] !== undefined))
      throw new S3Error(
        'InvalidRequest',
        'A body with Content-Encoding aws-chunked or x-amz-decoded-content-length needs a value of x-amz-content-sha256 that begins with STREAMING-.',
      );
    const announced = own ? announcedChecksum(this.#headers) : undefined;
    if (!trailer && announced && announced.value === undefined)
      throw new S3Error(
        'InvalidRequest',
        'A request with x-amz-trailer needs a value of x-amz-content-sha256 that ends with -TRAILER.',
      );
    return announced;
  }
}

function verified(
  { name, value = '' }: AnnouncedChecksum,
  digest: Digest,
  trailers: ReadonlyMap<string, string>,
): Record<string, string> {
  const trailer = trailers.get(name);
  if (trailer !== undefined) checkChecksumValue(name, trailer, 'trailing header');
  const actual = digest.base64();
  if (actual !== (trailer ?? value))
    throw new S3Error(
      'BadDigest',
      `The ${name.slice('x-amz-checksum-'.length).toUpperCase()} you specified did not match the calculated checksum.`,
    );
  return { [name]: actual };
}

function parseContentMd5(value: string | undefined): Buffer | undefined {
  if (value === undefined) return undefined;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== 16 || bytes.toString('base64') !== value) throw new S3Error('InvalidDigest');
  return bytes;
}
