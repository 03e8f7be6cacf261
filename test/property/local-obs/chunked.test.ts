import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Payload } from '../../../scripts/local/obs/auth.ts';
import { decodeChunked } from '../../../scripts/local/obs/chunked.ts';
import { chunkStringToSign, hmacHex, type Scope, sha256Hex, signingKey } from '../../../scripts/local/sigv4.ts';
import { runs } from '../../helpers/thorough.ts';

const SEED = 20_260_930;
const SCOPE: Scope = { date: '20260930', region: 'cn-north-4', service: 's3' };
const SIGNING = { key: signingKey('secret', SCOPE), date: '20260930T000000Z', scope: SCOPE, seed: 'f'.repeat(64) };

function encode(chunks: readonly Uint8Array[], signed: boolean, trailer?: string): Buffer {
  let previous = SIGNING.seed;
  const parts: Buffer[] = [];
  for (const chunk of [...chunks.filter(({ length }) => length > 0), Buffer.alloc(0)]) {
    previous = hmacHex(SIGNING.key, chunkStringToSign(SIGNING.date, SCOPE, previous, sha256Hex(chunk)));
    const signature = signed ? `;chunk-signature=${previous}` : '';
    parts.push(Buffer.from(`${chunk.length.toString(16)}${signature}\r\n`), Buffer.from(chunk));
    if (chunk.length > 0) parts.push(Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from(trailer ? `${trailer}\r\n\r\n` : '\r\n')]);
}

/** The same bytes in pieces of the given sizes, as a network delivers them. */
async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function decode(
  source: AsyncIterable<Buffer>,
  payload: Payload,
  trailers = new Map<string, string>(),
): Promise<Buffer> {
  const data: Buffer[] = [];
  const announced = payload.trailer ? 'x-amz-checksum-crc32' : undefined;
  for await (const chunk of decodeChunked(source, payload, announced, trailers)) data.push(chunk);
  return Buffer.concat(data);
}

const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });
const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 });

it('an aws-chunked body is decoded wherever the network cuts it', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, sizes, fc.constantFrom('signed', 'trailer', ''), async (chunks, sizes, kind) => {
      const [signed, trailer] = [kind === 'signed', kind === 'trailer'];
      const body = encode(chunks, signed, trailer ? 'X-Amz-Checksum-Crc32: AAAAAA==' : undefined);
      const trailers = new Map<string, string>();
      const payload: Payload = { chunked: true, trailer, ...(signed ? { signing: SIGNING } : {}) };
      expect((await decode(pieces(body, sizes), payload, trailers)).equals(Buffer.concat(chunks))).toBe(true);
      expect([...trailers]).toEqual(trailer ? [['x-amz-checksum-crc32', 'AAAAAA==']] : []);
    }),
    { seed: SEED, numRuns: runs(200) },
  );
});

it('a signed body of which one byte was changed is refused', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, sizes, fc.nat(), async (chunks, sizes, position) => {
      const body = encode(chunks, true);
      const at = position % (body.length - 2);
      body[at] = (body[at] ?? 0) ^ 1;
      const work = decode(pieces(body, sizes), { chunked: true, trailer: false, signing: SIGNING });
      await expect(work).rejects.toThrow(expect.objectContaining({ name: 'S3Error' }));
    }),
    { seed: SEED, numRuns: runs(200) },
  );
});

it('a body that ends early is refused', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, sizes, fc.nat(), async (chunks, sizes, position) => {
      const body = encode(chunks, true);
      const cut = body.subarray(0, position % (body.length - 4));
      const work = decode(pieces(cut, sizes), { chunked: true, trailer: false, signing: SIGNING });
      await expect(work).rejects.toThrow(expect.objectContaining({ name: 'S3Error' }));
    }),
    { seed: SEED, numRuns: runs(200) },
  );
});
