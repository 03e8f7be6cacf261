import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import {
  chunkStringToSign,
  hmacHex,
  type Scope,
  sha256Hex,
  signingKey,
  trailerStringToSign,
  UNSIGNED_PAYLOAD,
  uriEncodePath,
} from '../../../scripts/local/sigv4.ts';
import { presignV4 } from './presign.ts';
import { type RawRequest, send, signed } from './raw.ts';
import { type Bench, check, expectAnswer } from './target.ts';

const KEY = "报告/a+b %2F ☃ '(*)!.txt";

interface Chunked {
  readonly data: readonly Buffer[];
  readonly trailer?: Readonly<Record<string, string>>;
  readonly unsigned?: boolean;
  /** Breaks the signature of this chunk or of the trailer. */
  readonly breakChunk?: number;
  readonly breakTrailer?: boolean;
  /** Headers in place of those that go with the body; one without a value is left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Bytes behind the end of the body. */
  readonly rest?: string;
}

/** A request with an aws-chunked body, signed chunk by chunk unless told otherwise. */
function chunkedPut({ endpoint, credentials, bucket }: Bench, key: string, options: Chunked): RawRequest {
  const { data, trailer, unsigned = false, breakChunk, breakTrailer, rest = '' } = options;
  const size = data.reduce((sum, chunk) => sum + chunk.length, 0);
  const payloadHash = unsigned
    ? 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'
    : `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer ? '-TRAILER' : ''}`;
  const given: Record<string, string | undefined> = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': String(size),
    ...(trailer ? { 'x-amz-trailer': Object.keys(trailer).join(',') } : {}),
    ...options.headers,
  };
  const headers = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const head = signed(endpoint, credentials, { method: 'PUT', bucket, key, payloadHash, headers });
  const date = head.headers?.['x-amz-date'] ?? '';
  const scope: Scope = { date: date.slice(0, 8), region: 'us-east-1', service: 's3' };
  const secret = signingKey(credentials.secretKey, scope);
  let previous = /Signature=(\w+)/.exec(head.headers?.['authorization'] ?? '')?.[1] ?? '';
  const parts: Buffer[] = [];
  for (const [index, chunk] of [...data, Buffer.alloc(0)].entries()) {
    previous = hmacHex(secret, chunkStringToSign(date, scope, previous, sha256Hex(chunk)));
    const sent = index === breakChunk ? '0'.repeat(64) : previous;
    parts.push(Buffer.from(`${chunk.length.toString(16)}${unsigned ? '' : `;chunk-signature=${sent}`}\r\n`), chunk);
    if (chunk.length > 0) parts.push(Buffer.from('\r\n'));
  }
  for (const [name, value] of Object.entries(trailer ?? {})) parts.push(Buffer.from(`${name}:${value}\r\n`));
  if (trailer && !unsigned) {
    const text = Object.entries(trailer).map(([name, value]) => `${name}:${value}\n`);
    const signature = hmacHex(secret, trailerStringToSign(date, scope, previous, sha256Hex(text.join(''))));
    parts.push(Buffer.from(`x-amz-trailer-signature:${breakTrailer ? '0'.repeat(64) : signature}\r\n`));
  }
  parts.push(Buffer.from(`\r\n${rest}`));
  const body = Buffer.concat(parts);
  return { ...head, body, headers: { ...head.headers, 'content-length': String(body.length) } };
}

const DATA = [Buffer.alloc(65_536, 'a'), Buffer.alloc(65_536, 'b'), Buffer.from('end')];
const WHOLE = Buffer.concat(DATA);

function crc32Base64(data: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(data));
  return bytes.toString('base64');
}

async function expectStored({ call, bucket }: Bench, key: string): Promise<void> {
  const answer = await call({ bucket, key });
  expect([answer.status, createHash('md5').update(answer.body).digest('hex')]).toEqual([
    200,
    createHash('md5').update(WHOLE).digest('hex'),
  ]);
}

function presigned(
  bench: Bench,
  options: { method?: string; key?: string; age?: number; expiresIn?: number } = {},
): string {
  const { method = 'GET', key = KEY, age = 0, expiresIn = 60 } = options;
  const path = `/${bench.bucket}/${uriEncodePath(key)}`;
  const query = presignV4({
    method,
    host: new URL(bench.endpoint).host,
    path,
    ...bench.credentials,
    region: 'us-east-1',
    service: 's3',
    expiresIn,
    now: Date.now() - age,
  });
  return `${path}?${query}`;
}

/** Requests that break what they say of their body. */
export const integrityRefusals = [
  ...(
    [
      ['no decoded length', { headers: { 'x-amz-decoded-content-length': undefined } }, 411, 'MissingContentLength'],
      [
        'a decoded length that is no number',
        { headers: { 'x-amz-decoded-content-length': 'x' } },
        400,
        'InvalidArgument',
      ],
      [
        'a decoded length that is too small',
        { headers: { 'x-amz-decoded-content-length': '4' } },
        400,
        'IncompleteBody',
      ],
      [
        'a decoded length that is too large',
        { headers: { 'x-amz-decoded-content-length': '200000' } },
        400,
        'IncompleteBody',
      ],
      ['something behind its end', { rest: 'more' }, 400, 'IncompleteBody'],
      ['a trailer that was not announced', { headers: { 'x-amz-trailer': undefined } }, 400, 'MalformedTrailerError'],
      [
        'another trailer than announced',
        { headers: { 'x-amz-trailer': 'x-amz-checksum-sha1' } },
        400,
        'MalformedTrailerError',
      ],
      [
        'an announced trailer that is not there',
        { trailer: {}, headers: { 'x-amz-trailer': 'x-amz-checksum-crc32' } },
        400,
        'MalformedTrailerError',
      ],
      ['a trailer that is no checksum', { headers: { 'x-amz-trailer': 'x-amz-meta-a' } }, 400, 'InvalidRequest'],
      ['a trailer of the wrong length', { trailer: { 'x-amz-checksum-crc32': 'AAAA' } }, 400, 'InvalidRequest'],
      [
        'a checksum in a header and one in a trailer',
        { headers: { 'x-amz-checksum-sha1': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' } },
        400,
        'InvalidRequest',
      ],
      [
        'two trailers',
        { headers: { 'x-amz-trailer': 'x-amz-checksum-crc32,x-amz-checksum-sha1' } },
        400,
        'InvalidRequest',
      ],
      [
        'another algorithm than it says',
        { headers: { 'x-amz-sdk-checksum-algorithm': 'SHA1' } },
        400,
        'InvalidRequest',
      ],
    ] as const
  ).map(([what, change, status, code]) =>
    check(`a stream with ${what} is refused and nothing is stored`, async (bench) => {
      const trailer = { 'x-amz-checksum-crc32': crc32Base64(WHOLE) };
      for (const unsigned of [false, true]) {
        const answer = await send(bench.endpoint, chunkedPut(bench, 'k', { data: DATA, trailer, unsigned, ...change }));
        expectAnswer(answer, status, code);
      }
      expectAnswer(await bench.call({ bucket: bench.bucket, key: 'k' }), 404, 'NoSuchKey');
    }),
  ),
  check('a trailer needs a payload hash that announces it', async (bench) => {
    const headers = { 'x-amz-trailer': 'x-amz-checksum-crc32' };
    expectAnswer(await send(bench.endpoint, chunkedPut(bench, 'k', { data: DATA, headers })), 400, 'InvalidRequest');
  }),
  ...(
    [
      ['two algorithms', { 'x-amz-checksum-crc32': 'DUoRhQ==', 'x-amz-checksum-sha1': 'Kq5sNclPz7QV2+lfQIuc6R7oRu0=' }],
      ['an unknown algorithm', { 'x-amz-checksum-crc16': 'AAA=' }],
      ['a value of the wrong length', { 'x-amz-checksum-crc32': 'AAAA' }],
      ['a value that is no Base64', { 'x-amz-checksum-crc32': '!!!!!!==' }],
      [
        'another algorithm than it says',
        { 'x-amz-checksum-crc32': 'DUoRhQ==', 'x-amz-sdk-checksum-algorithm': 'SHA256' },
      ],
      ['an algorithm that it says only', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }],
    ] as const
  ).map(([what, headers]) =>
    check(`a checksum with ${what} is refused and nothing is stored`, async ({ call, bucket }) => {
      const put = { method: 'PUT', bucket, key: 'k', body: 'hello world', headers };
      expectAnswer(await call(put), 400, 'InvalidRequest');
      expectAnswer(await call({ bucket, key: 'k' }), 404, 'NoSuchKey');
    }),
  ),
];

export const signatureChecks = [
  check('a signed request with a difficult key is accepted', async ({ call, bucket }) => {
    expectAnswer(await call({ method: 'PUT', bucket, key: KEY, body: 'x' }), 200);
    expect((await call({ bucket, key: KEY })).body).toBe('x');
  }),
  check('an unsigned payload is accepted', async ({ call, bucket }) => {
    expectAnswer(await call({ method: 'PUT', bucket, key: 'k', body: 'x', payloadHash: UNSIGNED_PAYLOAD }), 200);
  }),
  check('an unsigned request is AccessDenied', async ({ endpoint, bucket }) => {
    expectAnswer(await send(endpoint, { path: `/${bucket}` }), 403, 'AccessDenied');
    expectAnswer(await send(endpoint, { path: `/${bucket}/k` }), 403, 'AccessDenied');
    expectAnswer(await send(endpoint, { method: 'PUT', path: `/${bucket}/k`, body: 'x' }), 403, 'AccessDenied');
  }),
  check('a signature in upper-case digits is refused', async ({ endpoint, credentials, bucket }) => {
    const request = signed(endpoint, credentials, { bucket });
    const authorization = request.headers?.['authorization']?.replace(/[0-9a-f]{64}$/, (hex) => hex.toUpperCase());
    const changed = { ...request, headers: { ...request.headers, authorization: authorization ?? '' } };
    expectAnswer(await send(endpoint, changed), 403, 'SignatureDoesNotMatch');
  }),
  check('a wrong secret key is SignatureDoesNotMatch', async ({ endpoint, credentials, bucket }) => {
    const request = signed(endpoint, { ...credentials, secretKey: 'wrong' }, { bucket });
    expectAnswer(await send(endpoint, request), 403, 'SignatureDoesNotMatch');
  }),
  check('an unknown access key is InvalidAccessKeyId', async ({ endpoint, bucket }) => {
    const request = signed(endpoint, { accessKey: 'UNKNOWN', secretKey: 'x' }, { bucket });
    expectAnswer(await send(endpoint, request), 403, 'InvalidAccessKeyId');
  }),
  check(
    'a changed header, path, query or method is SignatureDoesNotMatch',
    async ({ endpoint, credentials, bucket }) => {
      const request = signed(endpoint, credentials, {
        bucket,
        query: { prefix: 'a' },
        headers: { 'x-amz-meta-a': '1' },
      });
      for (const changed of [
        { ...request, headers: { ...request.headers, 'x-amz-meta-a': '2' } },
        { ...request, path: request.path.replace('prefix=a', 'prefix=b') },
        { ...request, path: `/${bucket}/other?prefix=a` },
        { ...request, method: 'DELETE' },
      ])
        expectAnswer(await send(endpoint, changed), 403, 'SignatureDoesNotMatch');
    },
  ),
  check(
    'a request that is 16 minutes old or early is RequestTimeTooSkewed, 14 are accepted',
    async ({ call, bucket }) => {
      for (const minutes of [-16, 16])
        expectAnswer(await call({ bucket, now: new Date(Date.now() + minutes * 60_000) }), 403, 'RequestTimeTooSkewed');
      for (const minutes of [-14, 14])
        expectAnswer(await call({ bucket, now: new Date(Date.now() + minutes * 60_000) }), 200);
    },
  ),
  check('a presigned URL reads an object with a difficult key', async (bench) => {
    await bench.s3.send(new PutObjectCommand({ Bucket: bench.bucket, Key: KEY, Body: 'x' }));
    const answer = await send(bench.endpoint, { path: presigned(bench) });
    expect([answer.status, answer.body]).toEqual([200, 'x']);
  }),
  check('a presigned URL writes an object', async (bench) => {
    const answer = await send(bench.endpoint, { method: 'PUT', path: presigned(bench, { method: 'PUT' }), body: 'x' });
    expectAnswer(answer, 200);
    expect((await bench.call({ bucket: bench.bucket, key: KEY })).body).toBe('x');
  }),
  check('a presigned URL is refused after its time', async (bench) => {
    const path = presigned(bench, { age: 61_000, expiresIn: 60 });
    expectAnswer(await send(bench.endpoint, { path }), 403, 'AccessDenied');
  }),
  check('a presigned URL holds for its method and key only', async (bench) => {
    expectAnswer(
      await send(bench.endpoint, { method: 'DELETE', path: presigned(bench) }),
      403,
      'SignatureDoesNotMatch',
    );
    const path = presigned(bench, { key: 'one' }).replace('/one?', '/two?');
    expectAnswer(await send(bench.endpoint, { path }), 403, 'SignatureDoesNotMatch');
  }),
  check('a presigned URL for more than a week is refused', async (bench) => {
    const answer = await send(bench.endpoint, { path: presigned(bench, { expiresIn: 604_801 }) });
    expect([400, 403]).toContain(answer.status);
  }),
  check('a body signed chunk by chunk is stored without its frames', async (bench) => {
    expectAnswer(await send(bench.endpoint, chunkedPut(bench, 'k', { data: DATA })), 200);
    await expectStored(bench, 'k');
  }),
  check('aws-chunked is not kept as a content encoding', async (bench) => {
    await send(bench.endpoint, chunkedPut(bench, 'k', { data: DATA }));
    expect((await bench.call({ bucket: bench.bucket, key: 'k' })).headers['content-encoding']).toBeUndefined();
  }),
  check('a chunk with a wrong signature is refused and nothing is stored', async (bench) => {
    for (const breakChunk of [0, 1, 3]) {
      const answer = await send(bench.endpoint, chunkedPut(bench, 'k', { data: DATA, breakChunk }));
      expectAnswer(answer, 403, 'SignatureDoesNotMatch');
    }
    expectAnswer(await bench.call({ bucket: bench.bucket, key: 'k' }), 404, 'NoSuchKey');
  }),
  check('a signed stream with a signed trailing checksum is stored', async (bench) => {
    const trailer = { 'x-amz-checksum-crc32': crc32Base64(WHOLE) };
    expectAnswer(await send(bench.endpoint, chunkedPut(bench, 'k', { data: DATA, trailer })), 200);
    await expectStored(bench, 'k');
  }),
  check('a signed stream with a wrong trailer signature is refused', async (bench) => {
    const trailer = { 'x-amz-checksum-crc32': crc32Base64(WHOLE) };
    const answer = await send(bench.endpoint, chunkedPut(bench, 'k', { data: DATA, trailer, breakTrailer: true }));
    expectAnswer(answer, 403, 'SignatureDoesNotMatch');
  }),
  check('an unsigned stream with a trailing checksum is stored', async (bench) => {
    const trailer = { 'x-amz-checksum-crc32': crc32Base64(WHOLE) };
    expectAnswer(await send(bench.endpoint, chunkedPut(bench, 'k', { data: DATA, trailer, unsigned: true })), 200);
    await expectStored(bench, 'k');
  }),
  check('a wrong trailing checksum is refused and nothing is stored', async (bench) => {
    const trailer = { 'x-amz-checksum-crc32': crc32Base64(Buffer.from('other')) };
    const answer = await send(bench.endpoint, chunkedPut(bench, 'k', { data: DATA, trailer, unsigned: true }));
    expectAnswer(answer, 400, 'BadDigest');
    expectAnswer(await bench.call({ bucket: bench.bucket, key: 'k' }), 404, 'NoSuchKey');
  }),
  check('other content encodings come back as they were sent', async (bench) => {
    for (const [sent, stored] of [
      ['gzip', 'gzip'],
      ['deflate, gzip', 'deflate, gzip'],
      ['deflate,gzip', 'deflate,gzip'],
    ]) {
      const headers = { 'content-encoding': sent ?? '' };
      expectAnswer(await bench.call({ method: 'PUT', bucket: bench.bucket, key: 'k', body: 'x', headers }), 200);
      const answer = await bench.call({ method: 'HEAD', bucket: bench.bucket, key: 'k' });
      expect(answer.headers['content-encoding']).toBe(stored);
    }
  }),
  check('what is left of a content encoding without aws-chunked is kept', async (bench) => {
    for (const encoding of ['aws-chunked,gzip', 'aws-chunked, gzip', 'gzip,aws-chunked', 'gzip, aws-chunked']) {
      const request = chunkedPut(bench, 'k', { data: DATA, headers: { 'content-encoding': encoding } });
      expectAnswer(await send(bench.endpoint, request), 200);
      expect((await bench.call({ bucket: bench.bucket, key: 'k' })).headers['content-encoding']).toBe('gzip');
      await expectStored(bench, 'k');
    }
  }),
  check('a body signed chunk by chunk needs no content encoding', async (bench) => {
    const request = chunkedPut(bench, 'k', { data: DATA, headers: { 'content-encoding': undefined } });
    expectAnswer(await send(bench.endpoint, request), 200);
    await expectStored(bench, 'k');
  }),
  check('chunks are never stored as content: they need a payload hash that announces them', async (bench) => {
    const body = '5\r\nhello\r\n0\r\n\r\n';
    for (const payloadHash of [UNSIGNED_PAYLOAD, undefined])
      for (const headers of [
        { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '5' },
        { 'content-encoding': 'gzip,aws-chunked' },
        { 'content-encoding': 'AWS-Chunked' },
        { 'x-amz-decoded-content-length': '5' },
      ]) {
        const hash = payloadHash === undefined ? {} : { payloadHash };
        const put = { method: 'PUT', bucket: bench.bucket, key: 'k', body, headers, ...hash };
        expectAnswer(await bench.call(put), 400, 'InvalidRequest');
      }
    expectAnswer(await bench.call({ bucket: bench.bucket, key: 'k' }), 404, 'NoSuchKey');
  }),
  ...integrityRefusals,
  check('a stream that ends early is refused and nothing is stored', async (bench) => {
    const request = chunkedPut(bench, 'k', { data: DATA });
    const body = Buffer.from(request.body ?? '').subarray(0, 100_000);
    const headers = { ...request.headers, 'content-length': String(body.length) };
    expect((await send(bench.endpoint, { ...request, body, headers })).status).toBeGreaterThanOrEqual(400);
    expectAnswer(await bench.call({ bucket: bench.bucket, key: 'k' }), 404, 'NoSuchKey');
  }),
];
