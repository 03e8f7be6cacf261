import { describe, expect, it } from 'vitest';
import { readEndpoint } from '#shared/http/endpoint.ts';
import { locate } from '#shared/objectstore/endpoint.ts';
import { ValidationError } from '#shared/validation/errors.ts';

const OBS = readEndpoint('https://obs.cn-north-4.myhuaweicloud.com');
const LOCAL = readEndpoint('http://localhost:8081');

describe('readEndpoint', () => {
  it.each([
    [
      'https://obs.cn-north-4.myhuaweicloud.com',
      { secure: true, port: 443, hostname: 'obs.cn-north-4.myhuaweicloud.com', isLoopback: false },
    ],
    ['https://obs.example:8443/', { secure: true, port: 8443, host: 'obs.example:8443' }],
    ['http://127.0.0.1:8081', { secure: false, port: 8081, host: '127.0.0.1:8081', isLoopback: true }],
    ['http://localhost', { secure: false, port: 80, host: 'localhost', isLoopback: true }],
    ['http://[::1]:81', { hostname: '::1', host: '[::1]:81', port: 81, isLoopback: true }],
  ])('reads %s', (url, expected) => {
    expect(readEndpoint(url)).toMatchObject(expected);
  });

  it.each([
    'obs.example',
    'ftp://obs.example',
    'http://obs.example',
    'http://127.0.0.1.example.com',
    'http://10.0.0.1',
    'https://user@obs.example',
    'https://:hunter2@obs.example',
    'https://obs.example/path',
    'https://obs.example/?x=1',
    'https://obs.example/#x',
  ])('refuses %s without repeating it', (url) => {
    expect(() => readEndpoint(url)).toThrow(TypeError);
    expect(() => readEndpoint(url)).not.toThrow(/obs\.example|127|10\.0|hunter2/);
  });
});

describe('locate', () => {
  it('names the bucket in the host, before the port', () => {
    expect(locate(OBS, 'virtual', 'bucket', '../x')).toEqual({
      hostname: 'bucket.obs.cn-north-4.myhuaweicloud.com',
      host: 'bucket.obs.cn-north-4.myhuaweicloud.com',
      path: '/../x',
    });
    expect(locate(LOCAL, 'virtual', 'bucket')).toEqual({
      hostname: 'bucket.localhost',
      host: 'bucket.localhost:8081',
      path: '/',
    });
  });

  it('names the bucket in the path', () => {
    expect(locate(OBS, 'path', 'bucket', 'a//b ')).toEqual({
      hostname: 'obs.cn-north-4.myhuaweicloud.com',
      host: 'obs.cn-north-4.myhuaweicloud.com',
      path: '/bucket/a//b%20',
    });
  });

  it.each([
    ['a bucket with a dot, which no wildcard certificate covers', OBS, 'my.bucket'],
    ['a bucket with capitals', OBS, 'Bucket'],
    ['a bucket with an underscore', OBS, 'my_bucket'],
    ['an IPv4 address', readEndpoint('http://127.0.0.1:81'), 'bucket'],
    ['an IPv4 address without a port', readEndpoint('https://10.1.2.3'), 'bucket'],
    ['an IPv6 address', readEndpoint('http://[::1]:81'), 'bucket'],
  ])('names it in the path for %s', (_name, endpoint, bucket) => {
    expect(locate(endpoint, 'virtual', bucket, 'k')).toEqual({
      hostname: endpoint.hostname,
      host: endpoint.host,
      path: `/${bucket}/k`,
    });
  });

  it('names a bucket with a dot in the host where there is no certificate', () => {
    expect(locate(LOCAL, 'virtual', 'my.bucket', 'k').host).toBe('my.bucket.localhost:8081');
  });

  it.each(['', 'ab', '..', '../x', 'a/b', 'a?b', 'a#b', 'a b', '.abc', '-abc', 'a%2Fb', 'a\nb', 'évé', 'x'.repeat(64)])(
    'refuses the bucket %j',
    (bucket) => {
      for (const addressing of ['path', 'virtual'] as const)
        expect(() => locate(OBS, addressing, bucket, 'k')).toThrow(ValidationError);
    },
  );
});
