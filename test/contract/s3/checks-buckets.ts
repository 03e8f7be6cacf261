import { createHash } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { send } from './raw.ts';
import { type Bench, check, expectAnswer, expectRefusal } from './target.ts';

const CORS = {
  CORSRules: [
    {
      ID: 'web',
      AllowedOrigins: ['https://*.example.com', 'http://localhost:3000'],
      AllowedMethods: ['GET', 'PUT'],
      AllowedHeaders: ['x-amz-*', 'Content-Type'],
      ExposeHeaders: ['ETag'],
      MaxAgeSeconds: 600,
    },
  ],
};

async function withCors({ s3, bucket }: Bench): Promise<void> {
  await s3.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: CORS }));
}

function preflight(bench: Bench, headers: Record<string, string>) {
  return send(bench.endpoint, { method: 'OPTIONS', path: `/${bench.bucket}/k`, headers });
}

export const bucketChecks = [
  check('a created bucket is listed with its creation date', async ({ s3, bucket }) => {
    const { Buckets, Owner } = await s3.send(new ListBucketsCommand());
    const found = Buckets?.find(({ Name }) => Name === bucket);
    expect(found?.CreationDate?.getTime()).toBeGreaterThan(Date.now() - 3600_000);
    expect(Owner?.ID).toBeTruthy();
  }),
  check('a second creation of a bucket is refused with BucketAlreadyOwnedByYou', async ({ s3, bucket }) => {
    await expectRefusal(s3.send(new CreateBucketCommand({ Bucket: bucket })), 409, 'BucketAlreadyOwnedByYou');
  }),
  check('a bucket name that breaks the rules is refused with InvalidBucketName', async ({ call }) => {
    for (const bucket of ['ab', 'Upper-Case', 'under_score', '-dash', 'dash-', 'a..b', '192.168.0.1'])
      expectAnswer(await call({ method: 'PUT', bucket }), 400, 'InvalidBucketName');
  }),
  check('HEAD answers 200 for a bucket and 404 for none', async ({ s3, bucket }) => {
    expect((await s3.send(new HeadBucketCommand({ Bucket: bucket }))).$metadata.httpStatusCode).toBe(200);
    await expectRefusal(s3.send(new HeadBucketCommand({ Bucket: `${bucket}-none` })), 404, 'NotFound');
  }),
  check('an empty bucket can be deleted, once', async ({ s3, bucket }) => {
    expect((await s3.send(new DeleteBucketCommand({ Bucket: bucket }))).$metadata.httpStatusCode).toBe(204);
    await expectRefusal(s3.send(new DeleteBucketCommand({ Bucket: bucket })), 404, 'NoSuchBucket');
  }),
  check('a bucket with objects cannot be deleted', async ({ s3, bucket }) => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'k', Body: 'x' }));
    await expectRefusal(s3.send(new DeleteBucketCommand({ Bucket: bucket })), 409, 'BucketNotEmpty');
  }),
  check('the location of a bucket can be asked', async ({ call, bucket }) => {
    const answer = await call({ bucket, query: { location: '' } });
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('<LocationConstraint');
  }),
  check('the location of no bucket is NoSuchBucket', async ({ s3, bucket }) => {
    await expectRefusal(s3.send(new GetBucketLocationCommand({ Bucket: `${bucket}-none` })), 404, 'NoSuchBucket');
  }),
  check('a bucket has no versioning', async ({ s3, bucket }) => {
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status).toBeUndefined();
  }),
  check('a bucket without CORS rules answers NoSuchCORSConfiguration', async ({ s3, bucket }) => {
    await expectRefusal(s3.send(new GetBucketCorsCommand({ Bucket: bucket })), 404, 'NoSuchCORSConfiguration');
  }),
  check('CORS rules are returned as they were stored', async (bench) => {
    await withCors(bench);
    const { CORSRules } = await bench.s3.send(new GetBucketCorsCommand({ Bucket: bench.bucket }));
    const [rule] = CORSRules ?? [];
    expect(CORSRules).toHaveLength(1);
    expect([...(rule?.AllowedOrigins ?? [])].sort()).toEqual(['http://localhost:3000', 'https://*.example.com']);
    expect([...(rule?.AllowedMethods ?? [])].sort()).toEqual(['GET', 'PUT']);
    expect(rule?.MaxAgeSeconds).toBe(600);
    expect(rule?.ExposeHeaders).toEqual(['ETag']);
  }),
  check('a preflight request that a rule allows is answered without a signature', async (bench) => {
    await withCors(bench);
    const answer = await preflight(bench, {
      origin: 'https://app.example.com',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type, x-amz-date',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBe('https://app.example.com');
    expect(answer.headers['access-control-allow-methods']).toContain('PUT');
    expect(String(answer.headers['access-control-allow-headers']).toLowerCase()).toContain('x-amz-date');
    expect(answer.headers['access-control-max-age']).toBe('600');
  }),
  check('a preflight request that no rule allows is refused', async (bench) => {
    await withCors(bench);
    const origin = 'https://app.example.com';
    for (const headers of [
      { origin: 'https://evil.test', 'access-control-request-method': 'PUT' },
      { origin, 'access-control-request-method': 'DELETE' },
      { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-other' },
    ]) {
      const answer = await preflight(bench, headers);
      expect(answer.status).toBe(403);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  }),
  check('a preflight request to a bucket without rules is refused', async (bench) => {
    const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'GET' };
    expect((await preflight(bench, headers)).status).toBe(403);
  }),
  check('an actual request carries CORS headers when its origin is allowed, and is answered anyway', async (bench) => {
    await withCors(bench);
    const { bucket, call } = bench;
    await bench.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'k', Body: 'x' }));
    const allowed = await call({ bucket, key: 'k', headers: { origin: 'http://localhost:3000' } });
    expect(allowed.headers['access-control-allow-origin']).toBe('http://localhost:3000');
    expect(allowed.headers['access-control-expose-headers']).toBe('ETag');
    const other = await call({ bucket, key: 'k', headers: { origin: 'https://evil.test' } });
    expect(other.status).toBe(200);
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
  }),
  check('deleted CORS rules are gone', async (bench) => {
    await withCors(bench);
    await bench.s3.send(new DeleteBucketCorsCommand({ Bucket: bench.bucket }));
    await expectRefusal(
      bench.s3.send(new GetBucketCorsCommand({ Bucket: bench.bucket })),
      404,
      'NoSuchCORSConfiguration',
    );
  }),
  check('CORS rules that are no XML are MalformedXML', async ({ call, bucket }) => {
    const body = '<CORSConfiguration><CORSRule>';
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
    expectAnswer(await call({ method: 'PUT', bucket, query: { cors: '' }, body, headers }), 400, 'MalformedXML');
  }),
];
