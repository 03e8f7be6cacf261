import { createHash, type Hash } from 'node:crypto';
import { chunkStringToSign, hmacHex, sameText, sha256Hex, trailerStringToSign } from '../sigv4.ts';
import type { Payload } from './auth.ts';
import { S3Error } from './errors.ts';
import { StreamReader } from './stream-reader.ts';

const MAX_LINE = 16 * 1024;

/**
 * Decodes an aws-chunked body: `<hex size>[;chunk-signature=<hex>]\r\n<data>\r\n`, a chunk of size 0, and possibly
 * the announced trailer. Signatures of chunks and trailers are verified where the payload is signed.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export async function* decodeChunked(
  source: AsyncIterable<Buffer>,
  payload: Payload,
  announced: string | undefined,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const reader = new StreamReader(source);
  let previous = payload.signing?.seed ?? '';
  for (;;) {
    const { size, signature } = parseChunkHeader(await line(reader));
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
      if (!signature || !sameText(signature, expected)) throw new S3Error('SignatureDoesNotMatch');
      previous = signature;
    }
    if (size === 0) break;
    if ((await line(reader)) !== '') throw new S3Error('IncompleteBody');
  }
  await readTrailers(reader, payload, previous, announced, trailers);
  if (!(await reader.atEnd())) throw new S3Error('IncompleteBody');
}

async function line(reader: StreamReader): Promise<string | undefined> {
  return (await reader.until('\r\n', MAX_LINE))?.toString('latin1');
}

function parseChunkHeader(text: string | undefined): {
  readonly size: number;
  readonly signature?: string | undefined;
} {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(text ?? '');
  if (!match) throw new S3Error('IncompleteBody');
  return { size: Number.parseInt(match[1] ?? '', 16), signature: match[2] };
}

async function readTrailers(
  reader: StreamReader,
  { trailer, signing }: Payload,
  previous: string,
  announced: string | undefined,
  trailers: Map<string, string>,
): Promise<void> {
  let signature: string | undefined;
  for (let text = await line(reader); text; text = await line(reader)) {
    const colon = text.indexOf(':');
    const name = text.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = text.slice(colon + 1).trim();
    if (trailer && signing && name === 'x-amz-trailer-signature' && signature === undefined) signature = value;
    else if (trailer && name === announced && !trailers.has(name)) trailers.set(name, value);
    else throw new S3Error('MalformedTrailerError');
  }
  if (announced !== undefined && !trailers.has(announced)) throw new S3Error('MalformedTrailerError');
  if (!trailer || !signing) return;
  const signedText = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
  const { key, date, scope } = signing;
  const expected = hmacHex(key, trailerStringToSign(date, scope, previous, sha256Hex(signedText)));
  if (!signature || !sameText(signature, expected)) throw new S3Error('SignatureDoesNotMatch');
}
