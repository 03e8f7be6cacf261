import { describe, expect, it } from 'vitest';
import { checksumOf } from '../../../../scripts/local/obs/checksums.ts';
import { checkWriteConditions, readConditionsHold } from '../../../../scripts/local/obs/conditions.ts';
import { readMeta, writeMeta } from '../../../../scripts/local/obs/metadata.ts';
import { parseCopyRange, parseRange } from '../../../../scripts/local/obs/range.ts';
import type { ObjectRecord } from '../../../../scripts/local/obs/records.ts';
import { parseTarget } from '../../../../scripts/local/obs/request.ts';

const OBJECT: ObjectRecord = {
  segments: [],
  size: 10,
  etag: 'abc',
  modified: Date.parse('2026-01-02T03:04:05.678Z'),
  sequence: 1,
  headers: {},
  metadata: {},
};

describe('parseTarget', () => {
  it.each([
    ['/b/../x', '../x'],
    ['/b/./a//b/', './a//b/'],
    ['/b/a+b', 'a+b'],
    ['/b/a%20b%2Fc%25', 'a b/c%'],
    ['/b//lead', '/lead'],
    ['/b/%F0%9F%98%80?x=1', '😀'],
    ['/b/\xf0\x9f\x98\x80', '😀'],
    ['http://host:1/b/k', 'k'],
  ])('%j addresses the key %j', (url, key) => {
    expect(parseTarget(url)).toMatchObject({ bucket: 'b', key });
  });

  it.each([
    ['source.localhost', '/a/b', 'source', 'a/b'],
    ['source.localhost:8081', '/', 'source', undefined],
    ['my.Source.localhost.:8081', '//k', 'my.source', '/k'],
    ['source.127.0.0.1.nip.io:8081', '/k', 'source', 'k'],
    ['localhost:8081', '/b/k', 'b', 'k'],
    ['127.0.0.1.nip.io', '/b/k', 'b', 'k'],
    ['127.0.0.1:8081', '/b/k', 'b', 'k'],
    ['10.0.0.1', '/b/k', 'b', 'k'],
    ['[::1]:8081', '/b/k', 'b', 'k'],
    ['source.example.com', '/b/k', 'b', 'k'],
    ['other.example', 'http://source.localhost:8081/k', 'source', 'k'],
    ['source.localhost', 'http://127.0.0.1:8081/b/k', 'b', 'k'],
  ])('at the host %j, %j addresses the bucket %j and the key %j', (host, url, bucket, key) => {
    const target = parseTarget(url, host);
    expect([target.bucket, target.key]).toEqual([bucket, key]);
  });

  it('tells service, bucket and object apart', () => {
    expect([parseTarget('/'), parseTarget('/b'), parseTarget('/b/?x')].map(({ bucket, key }) => [bucket, key])).toEqual(
      [
        [undefined, undefined],
        ['b', undefined],
        ['b', undefined],
      ],
    );
  });

  it('reads a query with repeated, empty and encoded parts; + is a space there', () => {
    const { query } = parseTarget('/b?prefix=a+b%2Bc&acl&x=1&x=2&prefix=later');
    expect([query.get('prefix'), query.get('acl'), query.get('none')]).toEqual(['a b+c', '', undefined]);
    expect(query.pairs).toHaveLength(5);
  });

  it.each(['/b/%', '/b/%zz', '/b/%ff', '/b/%ed%a0%80', 'no-slash'])('refuses %j', (url) => {
    expect(() => parseTarget(url)).toThrow(expect.objectContaining({ code: 'InvalidURI' }));
  });
});

describe('ranges', () => {
  it.each([
    [undefined, undefined],
    ['bytes=0-', { start: 0, end: 10 }],
    ['bytes=2-3', { start: 2, end: 4 }],
    ['bytes=2-999', { start: 2, end: 10 }],
    ['bytes=-4', { start: 6, end: 10 }],
    ['bytes=0-1,3-4', undefined],
    ['bytes=-', undefined],
  ])('%j of ten bytes is %j', (header, range) => {
    expect(parseRange(header, 10)).toEqual(range);
  });

  it.each(['bytes=10-', 'bytes=-0'])('%j of ten bytes is refused', (header) => {
    expect(() => parseRange(header, 10)).toThrow(expect.objectContaining({ code: 'InvalidRange', status: 416 }));
  });

  it('a range to copy must lie in the source', () => {
    expect(parseCopyRange('bytes=0-9', 10)).toEqual({ start: 0, end: 10 });
    for (const header of ['bytes=0-10', 'bytes=5-', 'bytes=5-4', '0-3'])
      expect(() => parseCopyRange(header, 10)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  });
});

describe('conditions', () => {
  it.each([
    [{}, true],
    [{ 'if-match': '"abc"' }, true],
    [{ 'if-match': '*' }, true],
    [{ 'if-none-match': '"x", W/"abc"' }, false],
    [{ 'if-none-match': '"x"', 'if-modified-since': 'Fri, 01 Jan 2027 00:00:00 GMT' }, true],
    [{ 'if-modified-since': 'Fri, 02 Jan 2026 03:04:05 GMT' }, false],
    [{ 'if-modified-since': 'nonsense' }, true],
    [{ 'if-match': '"abc"', 'if-unmodified-since': 'Wed, 01 Jan 2020 00:00:00 GMT' }, true],
  ])('a read with %j holds: %j', (headers, holds) => {
    expect(readConditionsHold(OBJECT, headers)).toBe(holds);
  });

  it('a failed precondition of a read is 412', () => {
    for (const headers of [{ 'if-match': '"x"' }, { 'if-unmodified-since': 'Fri, 02 Jan 2026 03:04:04 GMT' }])
      expect(() => readConditionsHold(OBJECT, headers)).toThrow(expect.objectContaining({ status: 412 }));
  });

  it('a conditional write looks at what is there', () => {
    expect(() => checkWriteConditions(undefined, { 'if-none-match': '*' })).not.toThrow();
    expect(() => checkWriteConditions(OBJECT, { 'if-match': 'abc' })).not.toThrow();
    expect(() => checkWriteConditions(OBJECT, { 'if-none-match': '*' })).toThrow(
      expect.objectContaining({ status: 412 }),
    );
    expect(() => checkWriteConditions(undefined, { 'if-match': 'abc' })).toThrow(
      expect.objectContaining({ status: 404 }),
    );
    expect(() => checkWriteConditions(OBJECT, { 'if-none-match': '"x"' })).toThrow(
      expect.objectContaining({ status: 501 }),
    );
  });
});

describe('metadata', () => {
  it('takes standard headers, user metadata and a storage class', () => {
    const meta = readMeta({
      'content-type': 'text/plain',
      'x-amz-meta-a': '1',
      'x-amz-meta-b': '2',
      'x-amz-storage-class': 'WARM',
      'user-agent': 'ignored',
    });
    expect(meta).toEqual({
      headers: { 'content-type': 'text/plain' },
      metadata: { a: '1', b: '2' },
      storageClass: 'WARM',
    });
  });

  it('drops aws-chunked from the content encoding and keeps the rest', () => {
    expect(readMeta({ 'content-encoding': 'aws-chunked' }).headers).toEqual({});
    expect(readMeta({ 'content-encoding': 'aws-chunked,gzip' }).headers).toEqual({ 'content-encoding': 'gzip' });
  });

  it.each([
    ['=?UTF-8?B?5oql5ZGK?=', '报告'],
    ['=?utf-8?q?a_=E2=98=83?=', 'a ☃'],
    ['=?UTF-8?B?5oql?= =?UTF-8?B?5ZGK?=', '报告'],
    ['\xe6\x8a\xa5', '报'],
    ['caf\xe9', 'café'],
    ['=?latin1?B?6Q==?=', '=?latin1?B?6Q==?='],
  ])('reads the value %j as %j', (wire, value) => {
    expect(readMeta({ 'x-amz-meta-a': wire }).metadata).toEqual({ a: value });
  });

  it('writes beyond ASCII as an RFC 2047 word', () => {
    expect(writeMeta({ ...OBJECT, metadata: { a: '报告', b: 'plain' } })).toMatchObject({
      'x-amz-meta-a': '=?UTF-8?B?5oql5ZGK?=',
      'x-amz-meta-b': 'plain',
    });
  });
});

// The check values of the CRC catalogue and of the NVMe specification, for the text 123456789.
describe('checksums of 123456789', () => {
  it.each([
    ['x-amz-checksum-crc32', 'cbf43926'],
    ['x-amz-checksum-crc32c', 'e3069283'],
    ['x-amz-checksum-crc64nvme', 'ae8b14860a799888'],
    ['x-amz-checksum-sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['x-amz-checksum-sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ])('%s is %s', (name, expected) => {
    const digest = checksumOf(name);
    for (const part of ['1234', '', '56789']) digest?.update(Buffer.from(part));
    expect(Buffer.from(digest?.base64() ?? '', 'base64').toString('hex')).toBe(expected);
  });

  it('there is none of another name', () => {
    expect(checksumOf('x-amz-checksum-md4')).toBeUndefined();
    expect(checksumOf('constructor')).toBeUndefined();
  });
});
