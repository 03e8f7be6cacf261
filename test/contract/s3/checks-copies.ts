import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { HOSTILE_KEYS } from '../../../scripts/local/hostile-keys.ts';
import { type Bench, check, expectRefusal, textOf } from './target.ts';

const MIB = 1024 ** 2;
const md5 = (data: string | Buffer): string => createHash('md5').update(data).digest('hex');

async function source(bench: Bench): Promise<void> {
  await bench.s3.send(
    new PutObjectCommand({
      Bucket: bench.bucket,
      Key: 'source',
      Body: 'content',
      ContentType: 'text/plain',
      CacheControl: 'no-cache',
      Metadata: { a: '1' },
    }),
  );
}

function copy({ s3, bucket }: Bench, Key: string, more: Partial<CopyObjectCommandInput> = {}) {
  return s3.send(new CopyObjectCommand({ Bucket: bucket, Key, CopySource: `${bucket}/source`, ...more }));
}

/** The ETag of a result document, where not every server writes the quotes. */
const bare = (etag: string | undefined): string | undefined => etag?.replaceAll('"', '');

const head = ({ s3, bucket }: Bench, Key: string) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));

async function begin({ s3, bucket }: Bench, more: object = {}): Promise<string> {
  const { UploadId = '' } = await s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'mp', ...more }));
  return UploadId;
}

async function part({ s3, bucket }: Bench, UploadId: string, PartNumber: number, Body: string | Buffer) {
  const { ETag } = await s3.send(new UploadPartCommand({ Bucket: bucket, Key: 'mp', UploadId, PartNumber, Body }));
  return { PartNumber, ETag };
}

type Parts = { PartNumber: number; ETag: string | undefined }[];

function complete({ s3, bucket }: Bench, UploadId: string, Parts: Parts) {
  return s3.send(
    new CompleteMultipartUploadCommand({ Bucket: bucket, Key: 'mp', UploadId, MultipartUpload: { Parts } }),
  );
}

export const copyChecks = [
  check('a copy has the content and metadata of its source', async (bench) => {
    await source(bench);
    const { CopyObjectResult } = await copy(bench, 'copy');
    expect(bare(CopyObjectResult?.ETag)).toBe(md5('content'));
    const output = await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'copy' }));
    expect(await textOf(output)).toBe('content');
    expect(output).toMatchObject({ ContentType: 'text/plain', CacheControl: 'no-cache', Metadata: { a: '1' } });
  }),
  check('a copy with directive REPLACE has the metadata of the request', async (bench) => {
    await source(bench);
    await copy(bench, 'copy', { MetadataDirective: 'REPLACE', ContentType: 'text/html', Metadata: { b: '2' } });
    const output = await head(bench, 'copy');
    expect(output).toMatchObject({ ContentType: 'text/html', Metadata: { b: '2' } });
    expect(output.CacheControl).toBeUndefined();
  }),
  check('a copy onto itself must change something', async (bench) => {
    await source(bench);
    await expectRefusal(copy(bench, 'source'), 400, 'InvalidRequest');
    await copy(bench, 'source', { MetadataDirective: 'REPLACE', Metadata: { c: '3' } });
    expect((await head(bench, 'source')).Metadata).toEqual({ c: '3' });
  }),
  check('a copy from a missing object or bucket is 404', async (bench) => {
    await expectRefusal(copy(bench, 'copy', { CopySource: `${bench.bucket}/none` }), 404, 'NoSuchKey');
    await expectRefusal(copy(bench, 'copy', { CopySource: `${bench.bucket}-none/k` }), 404, 'NoSuchBucket');
  }),
  check('a copy source without a key is InvalidArgument', async (bench) => {
    await expectRefusal(copy(bench, 'copy', { CopySource: bench.bucket }), 400, 'InvalidArgument');
  }),
  check('a copy source may begin with a slash', async (bench) => {
    await source(bench);
    await copy(bench, 'copy', { CopySource: `/${bench.bucket}/source` });
    expect((await head(bench, 'copy')).ContentLength).toBe(7);
  }),
  check('every hostile key can be the source of a copy', async (bench) => {
    for (const Key of HOSTILE_KEYS) {
      await bench.s3.send(new PutObjectCommand({ Bucket: bench.bucket, Key, Body: `of ${Key}` }));
      await copy(bench, 'copy', { CopySource: `${bench.bucket}/${encodeURIComponent(Key)}` });
      const output = await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'copy' }));
      expect(await textOf(output)).toBe(`of ${Key}`);
    }
  }),
  check('conditional copies: the ETag of the source', async (bench) => {
    await source(bench);
    await copy(bench, 'copy', { CopySourceIfMatch: `"${md5('content')}"` });
    await expectRefusal(copy(bench, 'copy', { CopySourceIfMatch: '"0123"' }), 412, 'PreconditionFailed');
    await expectRefusal(
      copy(bench, 'copy', { CopySourceIfNoneMatch: `"${md5('content')}"` }),
      412,
      'PreconditionFailed',
    );
  }),
  check('conditional copies: the age of the source', async (bench) => {
    await source(bench);
    const past = new Date(Date.now() - 3600_000);
    await copy(bench, 'copy', { CopySourceIfModifiedSince: past });
    await expectRefusal(copy(bench, 'copy', { CopySourceIfUnmodifiedSince: past }), 412, 'PreconditionFailed');
  }),
  check('a multipart upload becomes one object with the ETag of its parts', async (bench) => {
    const bodies = [Buffer.alloc(5 * MIB, 1), Buffer.alloc(5 * MIB + 7, 2), Buffer.from('end')];
    const id = await begin(bench, { ContentType: 'text/x-parts', Metadata: { m: 'p' } });
    const parts = await Promise.all(bodies.map((body, index) => part(bench, id, index + 1, body)));
    await complete(bench, id, parts);
    const digest = createHash('md5');
    for (const body of bodies) digest.update(createHash('md5').update(body).digest());
    const ETag = `"${digest.digest('hex')}-3"`;
    const output = await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'mp' }));
    expect(Buffer.from((await output.Body?.transformToByteArray()) ?? []).equals(Buffer.concat(bodies))).toBe(true);
    expect(output).toMatchObject({ ETag, ContentType: 'text/x-parts', Metadata: { m: 'p' } });
    const Range = `bytes=${5 * MIB - 2}-${5 * MIB + 1}`;
    const range = await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'mp', Range }));
    expect([...((await range.Body?.transformToByteArray()) ?? [])]).toEqual([1, 1, 2, 2]);
  }),
  check('one part of an object can be read by its number', async (bench) => {
    const id = await begin(bench);
    await complete(bench, id, [await part(bench, id, 3, Buffer.alloc(5 * MIB, 1)), await part(bench, id, 5, 'end')]);
    const get = (PartNumber: number) =>
      bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'mp', PartNumber }));
    const output = await get(2);
    expect([await textOf(output), output.PartsCount]).toEqual(['end', 2]);
    expect([output.$metadata.httpStatusCode, output.ContentRange]).toEqual([
      206,
      `bytes ${5 * MIB}-${5 * MIB + 2}/${5 * MIB + 3}`,
    ]);
    await expectRefusal(get(3), 416, 'InvalidPartNumber', 'InvalidRange');
  }),
  check('the answer to a completion names the object and its ETag', async (bench) => {
    const id = await begin(bench);
    const { ETag, Key, Bucket } = await complete(bench, id, [await part(bench, id, 1, 'x')]);
    expect([Bucket, Key, ETag]).toEqual([bench.bucket, 'mp', (await head(bench, 'mp')).ETag]);
  }),
  check('part numbers may have gaps, and a part may be sent again', async (bench) => {
    const id = await begin(bench);
    await part(bench, id, 7, 'first try');
    const parts = [await part(bench, id, 7, Buffer.alloc(5 * MIB, 1)), await part(bench, id, 9000, 'end')];
    await complete(bench, id, parts);
    expect((await head(bench, 'mp')).ContentLength).toBe(5 * MIB + 3);
  }),
  check('a completion takes only the parts that it names', async (bench) => {
    const id = await begin(bench);
    const named = await part(bench, id, 2, 'named');
    await part(bench, id, 1, 'left out');
    await complete(bench, id, [named]);
    expect(await textOf(await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'mp' })))).toBe('named');
  }),
  check('parts out of order are InvalidPartOrder', async (bench) => {
    const id = await begin(bench);
    const parts = [await part(bench, id, 1, Buffer.alloc(5 * MIB)), await part(bench, id, 2, 'b')];
    await expectRefusal(complete(bench, id, parts.reverse()), 400, 'InvalidPartOrder');
  }),
  check('an unknown part or a wrong ETag is InvalidPart', async (bench) => {
    const id = await begin(bench);
    const { ETag } = await part(bench, id, 1, 'a');
    await expectRefusal(complete(bench, id, [{ PartNumber: 2, ETag }]), 400, 'InvalidPart');
    await expectRefusal(complete(bench, id, [{ PartNumber: 1, ETag: `"${md5('b')}"` }]), 400, 'InvalidPart');
  }),
  check('a part other than the last must have 5 MiB', async (bench) => {
    const id = await begin(bench);
    const parts = [await part(bench, id, 1, 'small'), await part(bench, id, 2, 'end')];
    await expectRefusal(complete(bench, id, parts), 400, 'EntityTooSmall');
  }),
  check('a completion without parts is MalformedXML', async (bench) => {
    const id = await begin(bench);
    await expectRefusal(complete(bench, id, []), 400, 'MalformedXML', 'InvalidRequest');
  }),
  check('an aborted or unknown upload is NoSuchUpload', async (bench) => {
    const { s3, bucket } = bench;
    const UploadId = await begin(bench);
    const done = await part(bench, UploadId, 1, 'a');
    await s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: 'mp', UploadId }));
    await expectRefusal(part(bench, UploadId, 2, 'b'), 404, 'NoSuchUpload');
    const abort = new AbortMultipartUploadCommand({ Bucket: bucket, Key: 'mp', UploadId: 'unknown' });
    await expectRefusal(s3.send(abort), 404, 'NoSuchUpload');
    await expectRefusal(head(bench, 'mp'), 404, 'NotFound');
    expect(done.ETag).toBeTruthy();
  }),
  check('an upload of another key or bucket is NoSuchUpload', async (bench) => {
    const { s3, bucket } = bench;
    const UploadId = await begin(bench);
    const abort = new AbortMultipartUploadCommand({ Bucket: bucket, Key: 'other', UploadId });
    await expectRefusal(s3.send(abort), 404, 'NoSuchUpload');
  }),
  check('an aborted or completed upload cannot be completed', async (bench) => {
    const { s3, bucket } = bench;
    const UploadId = await begin(bench);
    const done = await part(bench, UploadId, 1, 'a');
    await s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: 'mp', UploadId }));
    await expectRefusal(complete(bench, UploadId, [done]), 404, 'NoSuchUpload');
  }),
  check('part numbers are 1 to 10000', async (bench) => {
    const id = await begin(bench);
    await expectRefusal(part(bench, id, 10_001, 'x'), 400, 'InvalidArgument');
  }),
  check('an upload under way is no object and hides none', async (bench) => {
    await bench.s3.send(new PutObjectCommand({ Bucket: bench.bucket, Key: 'mp', Body: 'old' }));
    const id = await begin(bench);
    const done = await part(bench, id, 1, 'new');
    const get = () => bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'mp' }));
    expect(await textOf(await get())).toBe('old');
    await complete(bench, id, [done]);
    expect(await textOf(await get())).toBe('new');
  }),
  check('parts are listed by number, in pages', async (bench) => {
    const UploadId = await begin(bench);
    for (const number of [3, 1, 2]) await part(bench, UploadId, number, 'x'.repeat(number));
    const input = { Bucket: bench.bucket, Key: 'mp', UploadId };
    const first = await bench.s3.send(new ListPartsCommand({ ...input, MaxParts: 2 }));
    expect(first.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect([first.IsTruncated, first.NextPartNumberMarker]).toEqual([true, '2']);
    const second = await bench.s3.send(new ListPartsCommand({ ...input, PartNumberMarker: '2' }));
    expect(second.Parts).toMatchObject([{ PartNumber: 3, Size: 3, ETag: `"${md5('xxx')}"` }]);
    expect(second.IsTruncated).toBe(false);
  }),
  check('uploads under way are listed by key, in pages', async ({ s3, bucket }) => {
    const keys = ['b', 'a', 'c/d', '😀', '～'];
    for (const Key of keys) await s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }));
    const listed: string[] = [];
    let markers = {};
    for (;;) {
      const page = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket, MaxUploads: 2, ...markers }));
      for (const { Key = '' } of page.Uploads ?? []) listed.push(Key);
      if (!page.IsTruncated) break;
      markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
    expect(listed).toEqual(['a', 'b', 'c/d', '～', '😀']);
  }),
  check('uploads under way are listed by prefix and delimiter', async ({ s3, bucket }) => {
    for (const Key of ['a', 'c/d', 'c/e', 'd'])
      await s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }));
    const prefix = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: 'c/' }));
    expect(prefix.Uploads?.map(({ Key }) => Key)).toEqual(['c/d', 'c/e']);
    const folder = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket, Delimiter: '/' }));
    expect(folder.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['c/']);
    expect(folder.Uploads?.map(({ Key }) => Key)).toEqual(['a', 'd']);
  }),
  check('a part can be copied from a range of an object', async (bench) => {
    const { s3, bucket } = bench;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'source', Body: '0123456789' }));
    const UploadId = await begin(bench);
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({
        Bucket: bucket,
        Key: 'mp',
        UploadId,
        PartNumber: 1,
        CopySource: `${bucket}/source`,
        CopySourceRange: 'bytes=2-5',
      }),
    );
    expect(bare(CopyPartResult?.ETag)).toBe(md5('2345'));
    await complete(bench, UploadId, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
    expect(await textOf(await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'mp' })))).toBe('2345');
  }),
  check('a part can be copied from a whole object, not from beyond its end', async (bench) => {
    const { s3, bucket } = bench;
    await source(bench);
    const UploadId = await begin(bench);
    const copyPart = (PartNumber: number, more: object = {}) =>
      s3.send(
        new UploadPartCopyCommand({
          ...{ Bucket: bucket, Key: 'mp', UploadId, PartNumber, CopySource: `${bucket}/source`, ...more },
        }),
      );
    expect(bare((await copyPart(1)).CopyPartResult?.ETag)).toBe(md5('content'));
    await expectRefusal(copyPart(2, { CopySourceRange: 'bytes=0-7' }), 400, 'InvalidArgument', 'InvalidRange');
    await expectRefusal(copyPart(2, { CopySourceRange: '0-3' }), 400, 'InvalidArgument');
  }),
  check('the copy of a multipart object has the same content', async (bench) => {
    const id = await begin(bench);
    await complete(bench, id, [await part(bench, id, 1, Buffer.alloc(5 * MIB, 1)), await part(bench, id, 2, 'end')]);
    await copy(bench, 'copy', { CopySource: `${bench.bucket}/mp` });
    const [original, copied] = await Promise.all(
      ['mp', 'copy'].map(async (Key) => {
        const output = await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key }));
        return md5(Buffer.from((await output.Body?.transformToByteArray()) ?? []));
      }),
    );
    expect(copied).toBe(original);
  }),
];
