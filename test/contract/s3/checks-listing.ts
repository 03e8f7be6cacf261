import {
  GetObjectCommand,
  ListObjectsCommand,
  type ListObjectsCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { HOSTILE_KEYS } from '../../../scripts/local/hostile-keys.ts';
import { type Bench, check, expectAnswer, textOf } from './target.ts';

async function fill({ s3, bucket }: Bench, keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((Key) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }))));
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** A listing whose names are plain, whatever characters they have; form decoding is right for every server. */
const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

interface Listed {
  readonly keys: string[];
  readonly prefixes: string[];
  readonly pages: number;
}

async function listV2({ s3, bucket }: Bench, input: Partial<ListObjectsV2CommandInput> = {}): Promise<Listed> {
  const listed = { keys: [] as string[], prefixes: [] as string[], pages: 0 };
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, EncodingType: 'url', ...input, ContinuationToken }),
    );
    listed.pages++;
    for (const { Key = '' } of page.Contents ?? []) listed.keys.push(decode(Key));
    for (const { Prefix = '' } of page.CommonPrefixes ?? []) listed.prefixes.push(decode(Prefix));
    expect(page.KeyCount).toBe((page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0));
    expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return listed;
}

async function listV1({ s3, bucket }: Bench, input: Partial<ListObjectsCommandInput> = {}): Promise<Listed> {
  const listed = { keys: [] as string[], prefixes: [] as string[], pages: 0 };
  let Marker: string | undefined;
  for (;;) {
    const page = await s3.send(new ListObjectsCommand({ Bucket: bucket, EncodingType: 'url', ...input, Marker }));
    listed.pages++;
    for (const { Key = '' } of page.Contents ?? []) listed.keys.push(decode(Key));
    for (const { Prefix = '' } of page.CommonPrefixes ?? []) listed.prefixes.push(decode(Prefix));
    if (!page.IsTruncated) return listed;
    Marker = input.Delimiter === undefined ? listed.keys.at(-1) : decode(page.NextMarker ?? '');
  }
}

const TREE = ['a', 'a/1', 'a/2', 'a/b/1', 'a0', 'b/', 'b/1', 'c', 'd//e', 'd/e'];

export const listingChecks = [
  check('an empty bucket lists nothing', async (bench) => {
    expect(await listV2(bench)).toEqual({ keys: [], prefixes: [], pages: 1 });
    expect(await listV1(bench)).toEqual({ keys: [], prefixes: [], pages: 1 });
  }),
  check('a listing of no bucket is NoSuchBucket', async ({ call, bucket }) => {
    expectAnswer(await call({ bucket: `${bucket}-none`, query: { 'list-type': '2' } }), 404, 'NoSuchBucket');
  }),
  check(
    'every hostile key is stored, read and listed under exactly its name, in the order of its bytes',
    async (bench) => {
      await fill(bench, HOSTILE_KEYS);
      for (const Key of HOSTILE_KEYS)
        expect(await textOf(await bench.s3.send(new GetObjectCommand({ Bucket: bench.bucket, Key })))).toBe(Key);
      const expected = [...HOSTILE_KEYS].sort(byBytes);
      expect((await listV2(bench)).keys).toEqual(expected);
      expect((await listV2(bench, { MaxKeys: 3 })).keys).toEqual(expected);
      expect((await listV1(bench, { MaxKeys: 7 })).keys).toEqual(expected);
    },
  ),
  check('keys survive a listing without encoding-type', async ({ s3, bucket, ...bench }) => {
    const keys = ['a\rb', 'a\nb', 'a\tb', ' lead', 'trail ', '<&>"\'', '0012', 'ü☃😀', 'a%20b', 'a+b'].sort(byBytes);
    await fill({ s3, bucket, ...bench }, keys);
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(page.EncodingType).toBeUndefined();
    expect(page.Contents?.map(({ Key }) => Key)).toEqual(keys);
  }),
  check('control characters are listed with encoding-type=url', async (bench) => {
    const keys = ['a\u0001b', 'a\u001fb', 'a\u007fb', 'a\ufffeb'].sort(byBytes);
    await fill(bench, keys);
    expect((await listV2(bench)).keys).toEqual(keys);
  }),
  check('a name beyond U+FFFF is listed after U+FF5E, not before', async (bench) => {
    await fill(bench, ['😀', '～', 'z']);
    expect((await listV2(bench)).keys).toEqual(['z', '～', '😀']);
  }),
  check('an entry has size, ETag, time and storage class', async ({ s3, bucket, ...bench }) => {
    await fill({ s3, bucket, ...bench }, ['abc']);
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(Contents?.[0]).toMatchObject({
      Key: 'abc',
      Size: 3,
      ETag: '"900150983cd24fb0d6963f7d28e17f72"',
      StorageClass: 'STANDARD',
    });
    expect(Contents?.[0]?.LastModified?.getTime()).toBeGreaterThan(Date.now() - 3600_000);
    expect(Contents?.[0]?.Owner).toBeUndefined();
  }),
  check('fetch-owner adds the owner', async ({ s3, bucket, ...bench }) => {
    await fill({ s3, bucket, ...bench }, ['abc']);
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, FetchOwner: true }));
    expect(Contents?.[0]?.Owner?.ID).toBeTruthy();
  }),
  check('a prefix selects', async (bench) => {
    await fill(bench, TREE);
    expect((await listV2(bench, { Prefix: 'a/' })).keys).toEqual(['a/1', 'a/2', 'a/b/1']);
    expect((await listV2(bench, { Prefix: 'a' })).keys).toEqual(['a', 'a/1', 'a/2', 'a/b/1', 'a0']);
    expect((await listV1(bench, { Prefix: 'x' })).keys).toEqual([]);
  }),
  check('a delimiter rolls keys up into common prefixes', async (bench) => {
    await fill(bench, TREE);
    for (const list of [listV1, listV2]) {
      const { keys, prefixes } = await list(bench, { Delimiter: '/' });
      expect({ keys, prefixes }).toEqual({ keys: ['a', 'a0', 'c'], prefixes: ['a/', 'b/', 'd/'] });
    }
  }),
  check('prefix and delimiter show one folder', async (bench) => {
    await fill(bench, TREE);
    for (const list of [listV1, listV2]) {
      const a = await list(bench, { Delimiter: '/', Prefix: 'a/' });
      expect([a.keys, a.prefixes]).toEqual([['a/1', 'a/2'], ['a/b/']]);
      const b = await list(bench, { Delimiter: '/', Prefix: 'b/' });
      expect([b.keys, b.prefixes]).toEqual([['b/', 'b/1'], []]);
      const d = await list(bench, { Delimiter: '/', Prefix: 'd/' });
      expect([d.keys, d.prefixes]).toEqual([['d/e'], ['d//']]);
    }
  }),
  check('a delimiter may have several characters, also beyond ASCII', async (bench) => {
    await fill(bench, ['a--b', 'a--c', 'a-b', 'x☃1', 'x☃2']);
    const dashes = await listV2(bench, { Delimiter: '--' });
    expect([dashes.keys, dashes.prefixes]).toEqual([['a-b', 'x☃1', 'x☃2'], ['a--']]);
    const snow = await listV2(bench, { Delimiter: '☃' });
    expect([snow.keys, snow.prefixes]).toEqual([['a--b', 'a--c', 'a-b'], ['x☃']]);
  }),
  check('pages with a delimiter hold keys and prefixes together, none lost and none twice', async (bench) => {
    await fill(bench, TREE);
    for (const list of [listV1, listV2])
      for (const MaxKeys of [1, 2, 3, 5]) {
        const { keys, prefixes, pages } = await list(bench, { Delimiter: '/', MaxKeys });
        expect([keys, prefixes]).toEqual([
          ['a', 'a0', 'c'],
          ['a/', 'b/', 'd/'],
        ]);
        expect(pages).toBe(Math.ceil(6 / MaxKeys));
      }
  }),
  check('start-after and marker need not be keys', async (bench) => {
    await fill(bench, TREE);
    expect((await listV2(bench, { StartAfter: 'a/2' })).keys).toEqual(['a/b/1', 'a0', 'b/', 'b/1', 'c', 'd//e', 'd/e']);
    expect((await listV2(bench, { StartAfter: 'bb' })).keys).toEqual(['c', 'd//e', 'd/e']);
    const page = await bench.s3.send(new ListObjectsCommand({ Bucket: bench.bucket, Marker: 'bb' }));
    expect([page.Marker, page.Contents?.map(({ Key }) => Key)]).toEqual(['bb', ['c', 'd//e', 'd/e']]);
  }),
  check('start-after before or behind a prefix is no obstacle', async (bench) => {
    await fill(bench, TREE);
    expect((await listV2(bench, { Prefix: 'b', StartAfter: 'a' })).keys).toEqual(['b/', 'b/1']);
    expect((await listV2(bench, { Prefix: 'b', StartAfter: 'c' })).keys).toEqual([]);
  }),
  check('a marker that is a common prefix does not list it again', async (bench) => {
    await fill(bench, TREE);
    const page = await bench.s3.send(new ListObjectsCommand({ Bucket: bench.bucket, Marker: 'a/', Delimiter: '/' }));
    expect(page.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['b/', 'd/']);
    expect(page.Contents?.map(({ Key }) => Key)).toEqual(['a0', 'c']);
  }),
  check('max-keys of 0 lists nothing and is not truncated', async ({ s3, bucket, ...bench }) => {
    await fill({ s3, bucket, ...bench }, ['a']);
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 0 }));
    expect([page.Contents ?? [], page.IsTruncated, page.KeyCount]).toEqual([[], false, 0]);
  }),
  check('a page that holds exactly everything is not truncated', async ({ s3, bucket, ...bench }) => {
    await fill({ s3, bucket, ...bench }, ['a', 'b', 'c']);
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 3 }));
    expect([page.Contents?.length, page.IsTruncated, page.NextContinuationToken]).toEqual([3, false, undefined]);
  }),
  check('the parameters of a listing are repeated in its answer', async ({ s3, bucket }) => {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: 'p ü',
        Delimiter: '/',
        StartAfter: 'p ü1',
        EncodingType: 'url',
      }),
    );
    expect(page).toMatchObject({ Name: bucket, Delimiter: '/', EncodingType: 'url', MaxKeys: 1000 });
    expect([decode(page.Prefix ?? ''), decode(page.StartAfter ?? '')]).toEqual(['p ü', 'p ü1']);
  }),
  check('more than 1000 keys take several pages', async (bench) => {
    const keys = Array.from({ length: 1003 }, (_, i) => `k${String(i).padStart(4, '0')}`);
    for (let start = 0; start < keys.length; start += 100) await fill(bench, keys.slice(start, start + 100));
    const listed = await listV2(bench);
    expect([listed.pages, listed.keys.length]).toEqual([2, 1003]);
    expect(listed.keys).toEqual(keys);
    expect((await listV1(bench)).keys).toEqual(keys);
  }),
  check('parameters out of range are InvalidArgument', async ({ call, bucket }) => {
    for (const query of [{ 'max-keys': '-1' }, { 'max-keys': 'x' }, { 'encoding-type': 'rot13' }])
      expectAnswer(await call({ bucket, query }), 400, 'InvalidArgument');
  }),
  check('a continuation token that the server did not make is InvalidArgument', async ({ call, bucket }) => {
    const query = { 'list-type': '2', 'continuation-token': 'nonsense' };
    expectAnswer(await call({ bucket, query }), 400, 'InvalidArgument');
  }),
];
