import { createHash, type Hash } from 'node:crypto';
import { chunkStringToSign, hmacHex, sameSignature, sha256Hex, trailerStringToSign } from '../sigv4.ts';
import type { Payload } from './auth.ts';
import { S3Error } from './errors.ts';

const MAX_LINE = 16 * 1024;

/**
 * Decodes an aws-chunked body: `<hex size>[;chunk-signature=<hex>]\r\n<data>\r\n`, a chunk of size 0, and possibly
 * trailing headers. Signatures of chunks and trailers are verified where the payload is signed.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 *
 * @param onTrailer receives each trailing header, name in lower case
 * @throws S3Error IncompleteBody, SignatureDoesNotMatch
 */
export async function* decodeChunked(
  source: AsyncIterable<Buffer>,
  payload: Payload,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Buffer> {
  const reader = new Reader(source);
  let previous = payload.signing?.seed ?? '';
  for (;;) {
    const { size, signature } = parseChunkHeader(await reader.line());
    const hash: Hash | undefined = payload.signing ? createHash('sha256') : undefined;
    for (let left = size; left > 0; ) {
      const data = await reader.take(left);
      left -= data.length;
      hash?.update(data);
      yield data;
    }
    if (payload.signing && hash) {
      const { key, date, scope } = payload.signing;
      const expected = hmacHex(key, chunkStringToSign(date, scope, previous, hash.digest('hex')));
      if (!signature || !sameSignature(signature, expected)) throw new S3Error('SignatureDoesNotMatch');
      previous = signature;
    }
    if (size === 0) break;
    if ((await reader.line()) !== '') throw new S3Error('IncompleteBody');
  }
  await readTrailers(reader, payload, previous, onTrailer);
}

function parseChunkHeader(line: string | undefined): {
  readonly size: number;
  readonly signature?: string | undefined;
} {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line ?? '');
  if (!match) throw new S3Error('IncompleteBody');
  return { size: Number.parseInt(match[1] ?? '', 16), signature: match[2] };
}

async function readTrailers(
  reader: Reader,
  payload: Payload,
  previous: string,
  onTrailer: (name: string, value: string) => void,
): Promise<void> {
  let signedText = '';
  let signature: string | undefined;
  for (let line = await reader.line(); line; line = await reader.line()) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new S3Error('IncompleteBody');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature') {
      signature = value;
    } else {
      signedText += `${name}:${value}\n`;
      onTrailer(name, value);
    }
  }
  if (!payload.trailer || !payload.signing) return;
  const { key, date, scope } = payload.signing;
  const expected = hmacHex(key, trailerStringToSign(date, scope, previous, sha256Hex(signedText)));
  if (!signature || !sameSignature(signature, expected)) throw new S3Error('SignatureDoesNotMatch');
}

/** Lines and byte counts out of a stream. */
class Reader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Up to the next CRLF, without it; undefined at the end of the stream. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#buffer.toString('latin1', 0, end);
        this.#buffer = this.#buffer.subarray(end + 2);
        return line;
      }
      if (this.#buffer.length > MAX_LINE) throw new S3Error('IncompleteBody');
      const step = await this.#source.next();
      if (step.done) return this.#buffer.length === 0 ? undefined : this.#rest();
      this.#buffer = this.#buffer.length === 0 ? step.value : Buffer.concat([this.#buffer, step.value]);
    }
  }

  /** At least one byte and at most this many. */
  async take(most: number): Promise<Buffer> {
    while (this.#buffer.length === 0) {
      const step = await this.#source.next();
      if (step.done) throw new S3Error('IncompleteBody');
      this.#buffer = step.value;
    }
    const taken = this.#buffer.subarray(0, most);
    this.#buffer = this.#buffer.subarray(taken.length);
    return taken;
  }

  #rest(): string {
    const rest = this.#buffer.toString('latin1');
    this.#buffer = Buffer.alloc(0);
    return rest;
  }
}
