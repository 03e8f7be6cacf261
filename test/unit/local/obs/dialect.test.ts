import { describe, expect, it } from 'vitest';
import { answerHeaders, innerHeaders, withHoisted } from '../../../../scripts/local/obs/dialect.ts';
import { Query } from '../../../../scripts/local/obs/request.ts';
import { call, startStore } from './fixture.ts';

describe('headers of OBS', () => {
  it('have the names of S3 inside, and keep theirs in answers', () => {
    const sent = { 'x-obs-meta-x-obs-a': '1', 'x-obs-acl': 'private', etag: 'e' };
    const inner = innerHeaders(sent);
    expect({ ...inner }).toEqual({ 'x-amz-meta-x-obs-a': '1', 'x-amz-acl': 'private', etag: 'e' });
    expect(answerHeaders(inner, true)).toEqual(sent);
    expect(answerHeaders(inner, false)).toBe(inner);
    const stored = { 'x-amz-storage-class': 'STANDARD_IA', 'x-amz-meta-a': 'STANDARD_IA' };
    expect(answerHeaders(stored, true)).toEqual({ 'x-obs-storage-class': 'WARM', 'x-obs-meta-a': 'STANDARD_IA' });
  });

  it.each([
    { 'x-obs-acl': 'private', 'x-amz-acl': 'public-read' },
    { 'x-amz-copy-source': 'a/b', 'x-obs-copy-source': 'a/c' },
  ])('are refused where both names say something else: %j', (headers) => {
    expect(() => innerHeaders(headers as Record<string, string>)).toThrow(
      expect.objectContaining({ code: 'InvalidArgument' }),
    );
  });

  it('count in the query of a presigned URL, but for those of the signature and checksums of a later body', () => {
    const query = new Query(
      'X-Amz-Date=1&x-amz-checksum-crc32=AAAA&X-Amz-Meta-A=%C3%A9&x-obs-acl=private&x-id=PutObject',
    );
    expect({ ...withHoisted({ 'x-obs-acl': 'private' }, query) }).toEqual({
      'x-amz-acl': 'private',
      'x-amz-meta-a': Buffer.from('é').toString('latin1'),
    });
    expect(() => withHoisted({ 'x-obs-acl': 'public-read' }, query)).toThrow(
      expect.objectContaining({ code: 'InvalidArgument' }),
    );
  });

  it.each(['x-obs', 'x-amz'])('%s-* works with Signature V4', async (prefix) => {
    const server = await startStore();
    await call(server, 'PUT', '/bucket');
    const headers = { [`${prefix}-meta-a`]: '1', [`${prefix}-storage-class`]: 'WARM' };
    const { etag } = (await call(server, 'PUT', '/bucket/k', { body: 'x', headers })).headers;
    expect((await call(server, 'GET', '/bucket/k')).headers).toMatchObject({
      'x-amz-meta-a': '1',
      'x-amz-storage-class': 'WARM',
    });
    const source = { [`${prefix}-copy-source`]: '/bucket/k' };
    for (const [condition, value, status] of [
      ['if-match', etag, 200],
      ['if-match', '"other"', 412],
      ['if-none-match', etag, 412],
      ['if-modified-since', new Date(Date.now() + 86_400_000).toUTCString(), 412],
      ['if-unmodified-since', new Date(0).toUTCString(), 412],
    ] as const) {
      const conditions = { ...source, [`${prefix}-copy-source-${condition}`]: String(value) };
      const answer = await call(server, 'PUT', '/bucket/copy', { headers: conditions });
      expect([condition, answer.status]).toEqual([condition, status]);
    }
  });
});

describe('addresses', () => {
  it('of a bucket in the host name have every key, also that of the fault plan', async () => {
    const server = await startStore();
    const host = `bucket.localhost:${server.port}`;
    expect((await call(server, 'PUT', '/', { host })).status).toBe(200);
    for (const key of ['/_faults', '/bucket/k', '//a']) {
      expect((await call(server, 'PUT', key, { host, body: key })).status).toBe(200);
      expect((await call(server, 'GET', `/bucket/${key.slice(1)}`)).body).toBe(key);
    }
  });

  it.each([
    ['PUT', '/bucket/k', 'metadata', 501],
    ['PUT', '/bucket/k', 'Modify', 501],
    ['GET', '/bucket/k', 'x-image-process', 501],
    ['DELETE', '/bucket', 'customDomain', 501],
    ['PUT', '/bucket', 'storagePolicy', 501],
    ['GET', '/bucket', 'LOCATION', 200],
    ['GET', '/bucket/k', 'x-id', 200],
  ])('%s %s?%s is answered with %i and changes nothing', async (method, path, name, status) => {
    const server = await startStore();
    await call(server, 'PUT', '/bucket');
    await call(server, 'PUT', '/bucket/k', { body: 'kept' });
    expect((await call(server, method, path, { query: { [name]: 'a' } })).status).toBe(status);
    expect((await call(server, 'GET', '/bucket/k')).body).toBe('kept');
  });

  it('with two sub-resources are refused', async () => {
    const server = await startStore();
    await call(server, 'PUT', '/bucket');
    const answer = await call(server, 'GET', '/bucket', { query: { acl: '', uploads: '' } });
    expect([answer.status, answer.code]).toEqual([400, 'InvalidArgument']);
  });
});

it('every truncated page of a listing of version 1 names its next marker', async () => {
  const server = await startStore();
  await call(server, 'PUT', '/bucket');
  for (const key of ['a/1', 'a/2', 'b']) await call(server, 'PUT', `/bucket/${key}`, { body: 'x' });
  const page = async (query: Record<string, string>) =>
    /<NextMarker>(.*)<\/NextMarker>/.exec((await call(server, 'GET', '/bucket', { query })).body)?.[1];
  expect(await page({ 'max-keys': '2' })).toBe('a/2');
  expect(await page({ 'max-keys': '1', delimiter: '/' })).toBe('a/');
  expect(await page({ 'max-keys': '3' })).toBeUndefined();
});
