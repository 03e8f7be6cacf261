import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Bench, check, expectAnswer, expectRefusal, textOf } from './target.ts';

const md5 = (data: string | Buffer): string => createHash('md5').update(data).digest('hex');

async function put({ s3, bucket }: Bench, Key: string, Body: string | Buffer, more: object = {}): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...more }));
}

export const objectChecks = [
  check('an object comes back byte for byte, with the MD5 of its content as ETag', async (bench) => {
    const Body = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) & 255));
    await put(bench, 'bytes', Body);
    const output = await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'bytes' }));
    expect(Buffer.from((await output.Body?.transformToByteArray()) ?? []).equals(Body)).toBe(true);
    expect(output.ETag).toBe(`"${md5(Body)}"`);
    expect(output.ContentLength).toBe(Body.length);
    expect(output.LastModified?.getTime()).toBeGreaterThan(Date.now() - 3600_000);
  }),
  check('an empty object is an object', async (bench) => {
    await put(bench, 'empty', '');
    const output = await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'empty' }));
    expect(await textOf(output)).toBe('');
    expect(output.ETag).toBe('"d41d8cd98f00b204e9800998ecf8427e"');
  }),
  check('a second PUT replaces content and metadata', async (bench) => {
    await put(bench, 'k', 'one', { Metadata: { a: '1' }, CacheControl: 'no-store' });
    await put(bench, 'k', 'two');
    const output = await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
    expect(await textOf(output)).toBe('two');
    expect(output.Metadata).toEqual({});
    expect(output.CacheControl).toBeUndefined();
  }),
  check('GET and HEAD of a missing object are 404', async ({ s3, bucket }) => {
    await expectRefusal(s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'none' })), 404, 'NoSuchKey');
    await expectRefusal(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'none' })), 404, 'NotFound');
  }),
  check('GET and PUT in a missing bucket are NoSuchBucket', async ({ s3, bucket }) => {
    const Bucket = `${bucket}-none`;
    await expectRefusal(s3.send(new GetObjectCommand({ Bucket, Key: 'k' })), 404, 'NoSuchBucket');
    await expectRefusal(s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' })), 404, 'NoSuchBucket');
  }),
  check('an error has a document with code, message and request id', async ({ call, bucket }) => {
    const answer = await call({ bucket, key: 'none' });
    expectAnswer(answer, 404, 'NoSuchKey');
    expect(answer.headers['content-type']).toBe('application/xml');
    expect(/<RequestId>(.+)<\/RequestId>/.exec(answer.body)?.[1]).toBe(answer.headers['x-amz-request-id']);
  }),
  check('the answer to HEAD has no body, also for an error', async (bench) => {
    await put(bench, 'k', 'content');
    const found = await bench.call({ method: 'HEAD', bucket: bench.bucket, key: 'k' });
    expect([found.status, found.headers['content-length'], found.body]).toEqual([200, '7', '']);
    const missing = await bench.call({ method: 'HEAD', bucket: bench.bucket, key: 'none' });
    expect([missing.status, missing.body]).toEqual([404, '']);
  }),
  check('DELETE answers 204 whether or not the object exists', async ({ s3, bucket, ...bench }) => {
    await put({ s3, bucket, ...bench }, 'k', 'x');
    for (let round = 0; round < 2; round++) {
      const output = await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'k' }));
      expect(output.$metadata.httpStatusCode).toBe(204);
    }
    await expectRefusal(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'k' })), 404, 'NotFound');
  }),
  check('standard headers are kept', async (bench) => {
    const given = {
      ContentType: 'text/plain; charset=utf-8',
      CacheControl: 'max-age=60',
      ContentDisposition: 'attachment; filename="a b.txt"',
      ContentEncoding: 'gzip',
      ContentLanguage: 'de-AT',
      Expires: new Date('2030-01-02T03:04:05Z'),
    };
    await put(bench, 'k', 'x', given);
    const { ExpiresString: _, ...output } = await bench.s3.send(
      new HeadObjectCommand({ Bucket: bench.bucket, Key: 'k' }),
    );
    expect(output).toMatchObject(given);
  }),
  check('an object without a type is binary/octet-stream', async ({ call, bucket }) => {
    await call({ method: 'PUT', bucket, key: 'k', body: 'x' });
    expect((await call({ method: 'HEAD', bucket, key: 'k' })).headers['content-type']).toBe('binary/octet-stream');
  }),
  check('user metadata is kept, names in lower case', async (bench) => {
    await put(bench, 'k', 'x', { Metadata: { Author: 'Ada', 'x-y-z': 'a, b; c=d', spaces: 'two  blanks' } });
    const { Metadata } = await bench.s3.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
    expect(Metadata).toMatchObject({ author: 'Ada', 'x-y-z': 'a, b; c=d' });
  }),
  check('user metadata in RFC 2047 words comes back as such', async (bench) => {
    const value = `=?UTF-8?B?${Buffer.from('报告 ☃').toString('base64')}?=`;
    await put(bench, 'k', 'x', { Metadata: { title: value } });
    const { Metadata } = await bench.s3.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
    expect(Metadata).toEqual({ title: value });
  }),
  check('user metadata in UTF-8 bytes comes back as an RFC 2047 word', async ({ call, bucket }) => {
    // The wire carries the bytes of UTF-8, which a client signs.
    const wire = Buffer.from('报告', 'utf8').toString('latin1');
    const { status } = await call({
      method: 'PUT',
      bucket,
      key: 'k',
      body: 'x',
      headers: { 'x-amz-meta-title': wire },
    });
    expect(status).toBe(200);
    const { headers } = await call({ method: 'HEAD', bucket, key: 'k' });
    expect(headers['x-amz-meta-title']).toBe(`=?UTF-8?B?${Buffer.from('报告').toString('base64')}?=`);
  }),
  check('user metadata of more than 2 KB is refused', async ({ s3, bucket }) => {
    const work = s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'k', Metadata: { a: 'x'.repeat(2100) } }));
    await expectRefusal(work, 400, 'MetadataTooLarge');
  }),
  check('a storage class is kept', async (bench) => {
    await put(bench, 'k', 'x', { StorageClass: 'STANDARD_IA' });
    const output = await bench.s3.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
    expect(output.StorageClass).toBe('STANDARD_IA');
  }),
  check('an unknown storage class is refused', async ({ call, bucket }) => {
    const headers = { 'x-amz-storage-class': 'NONSENSE' };
    expectAnswer(await call({ method: 'PUT', bucket, key: 'k', headers }), 400, 'InvalidStorageClass');
  }),
  check('a matching Content-MD5 is accepted, a wrong or malformed one refused', async ({ call, bucket }) => {
    const putWith = (value: string) =>
      call({ method: 'PUT', bucket, key: 'k', body: 'content', headers: { 'content-md5': value } });
    expectAnswer(await putWith(createHash('md5').update('content').digest('base64')), 200);
    expectAnswer(await putWith(createHash('md5').update('other').digest('base64')), 400, 'BadDigest');
    expectAnswer(await putWith('nonsense'), 400, 'InvalidDigest');
  }),
  check('a body that is not the signed one is refused and nothing is stored', async ({ call, bucket }) => {
    const answer = await call({ method: 'PUT', bucket, key: 'k', body: 'content', payloadHash: '0'.repeat(64) });
    expectAnswer(answer, 400, 'XAmzContentSHA256Mismatch');
    expectAnswer(await call({ bucket, key: 'k' }), 404, 'NoSuchKey');
  }),
  check('response-* parameters replace headers', async (bench) => {
    await put(bench, 'k', 'x', { ContentType: 'text/plain' });
    const output = await bench.s3.send(
      new GetObjectCommand({
        Bucket: bench.bucket,
        Key: 'k',
        ResponseContentType: 'application/x-test',
        ResponseContentDisposition: 'attachment; filename="x"',
        ResponseCacheControl: 'no-cache',
        ResponseContentLanguage: 'fr',
      }),
    );
    expect(output.ContentType).toBe('application/x-test');
    expect(output.ContentDisposition).toBe('attachment; filename="x"');
    expect(output.CacheControl).toBe('no-cache');
    expect(output.ContentLanguage).toBe('fr');
  }),
  ...(
    [
      ['bytes=0-0', '0', 'bytes 0-0/10'],
      ['bytes=2-5', '2345', 'bytes 2-5/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
      ['bytes=5-100', '56789', 'bytes 5-9/10'],
      ['bytes=-100', '0123456789', 'bytes 0-9/10'],
    ] as const
  ).map(([Range, content, contentRange]) =>
    check(`range ${Range} of ten bytes is ${contentRange}`, async (bench) => {
      await put(bench, 'k', '0123456789');
      const output = await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'k', Range }));
      expect(await textOf(output)).toBe(content);
      expect([output.$metadata.httpStatusCode, output.ContentRange]).toEqual([206, contentRange]);
    }),
  ),
  check('a range behind the end is 416', async (bench) => {
    await put(bench, 'k', '0123456789');
    for (const Range of ['bytes=10-', 'bytes=10-20'])
      await expectRefusal(
        bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'k', Range })),
        416,
        'InvalidRange',
      );
  }),
  check('a suffix range of no bytes, and any range of an empty object, is 416', async (bench) => {
    await put(bench, 'k', '0123456789');
    await put(bench, 'empty', '');
    for (const [Key, Range] of [
      ['k', 'bytes=-0'],
      ['empty', 'bytes=0-'],
    ])
      await expectRefusal(
        bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key, Range })),
        416,
        'InvalidRange',
      );
  }),
  check('a range that cannot be understood is ignored', async ({ call, ...bench }) => {
    await put({ call, ...bench }, 'k', '0123456789');
    for (const range of ['bytes=a-b', 'lines=1-2', 'bytes=5-2']) {
      const answer = await call({ bucket: bench.bucket, key: 'k', headers: { range } });
      expect([answer.status, answer.body]).toEqual([200, '0123456789']);
    }
  }),
  check('HEAD honours a range', async (bench) => {
    await put(bench, 'k', '0123456789');
    const output = await bench.s3.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: 'k', Range: 'bytes=2-4' }));
    expect([output.$metadata.httpStatusCode, output.ContentLength]).toEqual([206, 3]);
  }),
  check('conditional reads: If-Match', async (bench) => {
    await put(bench, 'k', 'x');
    const get = (IfMatch: string) => bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'k', IfMatch }));
    expect(await textOf(await get(`"${md5('x')}"`))).toBe('x');
    await expectRefusal(get('"0123"'), 412, 'PreconditionFailed');
  }),
  check('conditional reads: If-None-Match', async (bench) => {
    await put(bench, 'k', 'x');
    const get = (value: string) => bench.call({ bucket: bench.bucket, key: 'k', headers: { 'if-none-match': value } });
    const same = await get(`"${md5('x')}"`);
    expect([same.status, same.body]).toEqual([304, '']);
    expect((await get('"0123"')).status).toBe(200);
  }),
  check('conditional reads: If-Modified-Since and If-Unmodified-Since', async (bench) => {
    await put(bench, 'k', 'x');
    const get = (headers: Record<string, string>) => bench.call({ bucket: bench.bucket, key: 'k', headers });
    const past = new Date(Date.now() - 3600_000).toUTCString();
    const modified = String((await get({})).headers['last-modified']);
    expect((await get({ 'if-modified-since': past })).status).toBe(200);
    expect((await get({ 'if-modified-since': modified })).status).toBe(304);
    expect((await get({ 'if-unmodified-since': modified })).status).toBe(200);
    expectAnswer(await get({ 'if-unmodified-since': past }), 412, 'PreconditionFailed');
  }),
  check('a write with If-None-Match: * succeeds only when nothing is there', async (bench) => {
    const write = () =>
      bench.s3.send(new PutObjectCommand({ Bucket: bench.bucket, Key: 'k', Body: 'x', IfNoneMatch: '*' }));
    await write();
    await expectRefusal(write(), 412, 'PreconditionFailed');
  }),
  check('of concurrent writes with If-None-Match: * exactly one succeeds', async (bench) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) =>
        bench.s3.send(new PutObjectCommand({ Bucket: bench.bucket, Key: 'k', Body: `${i}`, IfNoneMatch: '*' })),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  }),
  check('a write with If-Match replaces only the object that the client knows', async (bench) => {
    await put(bench, 'k', 'x');
    const write = (IfMatch: string) =>
      bench.s3.send(new PutObjectCommand({ Bucket: bench.bucket, Key: 'k', Body: 'y', IfMatch }));
    await expectRefusal(write('"0123"'), 412, 'PreconditionFailed');
    await write(`"${md5('x')}"`);
    expect(await textOf(await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'k' })))).toBe('y');
  }),
  check('concurrent writes of one key leave one of them whole', async (bench) => {
    const bodies = Array.from({ length: 6 }, (_, i) => Buffer.alloc(200_000, i + 1));
    await Promise.all(bodies.map((body) => put(bench, 'k', body)));
    const output = await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
    const stored = Buffer.from((await output.Body?.transformToByteArray()) ?? []);
    expect(bodies.some((body) => body.equals(stored))).toBe(true);
    expect(output.ETag).toBe(`"${md5(stored)}"`);
  }),
  check('a stream is stored with its trailing checksum', async (bench) => {
    const parts = [Buffer.alloc(70_000, 1), Buffer.alloc(33_333, 2)];
    await bench.s3.send(
      new PutObjectCommand({ Bucket: bench.bucket, Key: 'k', Body: Readable.from(parts), ContentLength: 103_333 }),
    );
    const output = await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
    expect(Buffer.from((await output.Body?.transformToByteArray()) ?? []).equals(Buffer.concat(parts))).toBe(true);
    expect(output.ContentEncoding).toBeUndefined();
  }),
  ...(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const).map((ChecksumAlgorithm) =>
    check(`a ${ChecksumAlgorithm} checksum is verified and returned`, async (bench) => {
      const name = `Checksum${ChecksumAlgorithm}` as const;
      const stored = await bench.s3.send(
        new PutObjectCommand({ Bucket: bench.bucket, Key: 'k', Body: 'content', ChecksumAlgorithm }),
      );
      expect(stored[name]).toBeTruthy();
      const output = await bench.s3.send(
        new GetObjectCommand({ Bucket: bench.bucket, Key: 'k', ChecksumMode: 'ENABLED' }),
      );
      expect([await textOf(output), output[name]]).toEqual(['content', stored[name]]);
    }),
  ),
  check('a wrong checksum is refused and nothing is stored', async ({ call, bucket }) => {
    const headers = { 'x-amz-checksum-crc32': 'AAAAAA==' };
    expectAnswer(await call({ method: 'PUT', bucket, key: 'k', body: 'content', headers }), 400, 'BadDigest');
    expectAnswer(await call({ bucket, key: 'k' }), 404, 'NoSuchKey');
  }),
  check('many objects are deleted at once, missing ones included', async (bench) => {
    const keys = ['a', 'b/c', 'ü ☃', 'new\r\nline', '<&>"\''];
    for (const key of keys) await put(bench, key, 'x');
    const { Deleted, Errors } = await bench.s3.send(
      new DeleteObjectsCommand({
        Bucket: bench.bucket,
        Delete: { Objects: [...keys, 'none'].map((Key) => ({ Key })) },
      }),
    );
    expect(Errors ?? []).toEqual([]);
    expect(Deleted?.map(({ Key }) => Key).sort()).toEqual([...keys, 'none'].sort());
    for (const Key of keys)
      await expectRefusal(bench.s3.send(new HeadObjectCommand({ Bucket: bench.bucket, Key })), 404, 'NotFound');
  }),
  check('a quiet batch delete reports errors only', async (bench) => {
    await put(bench, 'k', 'x');
    const output = await bench.s3.send(
      new DeleteObjectsCommand({ Bucket: bench.bucket, Delete: { Objects: [{ Key: 'k' }], Quiet: true } }),
    );
    expect([output.Deleted ?? [], output.Errors ?? []]).toEqual([[], []]);
  }),
  check('a batch delete takes 1000 keys and no more', async ({ s3, bucket }) => {
    const batch = (count: number) =>
      s3.send(
        new DeleteObjectsCommand({
          Bucket: bucket,
          Delete: { Objects: Array.from({ length: count }, (_, i) => ({ Key: `k${i}` })) },
        }),
      );
    expect((await batch(1000)).Deleted).toHaveLength(1000);
    await expectRefusal(batch(1001), 400, 'MalformedXML');
  }),
  check('a batch delete without Content-MD5 or checksum is refused', async ({ call, bucket }) => {
    const body = '<Delete><Object><Key>k</Key></Object></Delete>';
    expectAnswer(await call({ method: 'POST', bucket, query: { delete: '' }, body }), 400, 'InvalidRequest');
  }),
  check('a user metadata name may have an underscore', async (bench) => {
    await put(bench, 'k', 'x', { Metadata: { a_b: '1' } });
    expect((await bench.s3.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: 'k' }))).Metadata).toEqual({
      a_b: '1',
    });
  }),
  check('a key of 1024 bytes is stored', async ({ call, bucket }) => {
    for (const key of ['k'.repeat(1024), `${'汉'.repeat(341)}k`]) {
      expectAnswer(await call({ method: 'PUT', bucket, key, body: 'x' }), 200);
      expect((await call({ bucket, key })).body).toBe('x');
    }
  }),
  check('a key of 1025 bytes is KeyTooLongError', async ({ call, bucket }) => {
    for (const key of ['k'.repeat(1025), `${'汉'.repeat(341)}kk`])
      expectAnswer(await call({ method: 'PUT', bucket, key }), 400, 'KeyTooLongError');
  }),
];
