import { describe, expect, it } from 'vitest';
import { Accounts } from '../../../../scripts/local/accounts.ts';
import type { PolicyStatement } from '../../../../scripts/local/iam/policy.ts';
import { amzDate, hmacHex, signingKey } from '../../../../scripts/local/sigv4.ts';
import { CREDENTIALS, call, startStore } from './fixture.ts';

const OBJECTS = 'obs:*:*:object:';
const allow = (Action: string[], Resource: string[]): PolicyStatement => ({ Effect: 'Allow', Action, Resource });

/** A store with the bucket `photos` that holds `in/a`, and temporary credentials with just these permissions. */
async function startRestricted(...Statement: PolicyStatement[]) {
  const accounts = new Accounts([CREDENTIALS]);
  const server = await startStore({ accounts });
  const credentials = accounts.issueTemporary(undefined, 'agency');
  await call(server, 'PUT', '/photos');
  await call(server, 'PUT', '/photos/in/a', { body: 'a' });
  accounts.setAgencies(new Map([['agency', Statement.length === 0 ? [] : [{ Version: '1.1', Statement }]]]));
  const as = (method: string, path: string, options = {}) => call(server, method, path, { credentials, ...options });
  return { server, accounts, credentials, as };
}

const UPLOAD = { query: { uploadId: 'x', partNumber: '1' } };
const OPERATIONS: readonly [what: string, action: string, method: string, path: string, options?: object][] = [
  ['buckets are listed', 'obs:bucket:ListAllMyBuckets', 'GET', '/'],
  ['a bucket is created', 'obs:bucket:CreateBucket', 'PUT', '/other'],
  ['a bucket is asked for', 'obs:bucket:HeadBucket', 'HEAD', '/photos'],
  ['a bucket is deleted', 'obs:bucket:DeleteBucket', 'DELETE', '/photos'],
  ['a bucket is located', 'obs:bucket:GetBucketLocation', 'GET', '/photos', { query: { location: '' } }],
  ['versioning is read', 'obs:bucket:GetBucketVersioning', 'GET', '/photos', { query: { versioning: '' } }],
  ['objects are listed', 'obs:bucket:ListBucket', 'GET', '/photos'],
  ['objects are listed, version 2', 'obs:bucket:ListBucket', 'GET', '/photos', { query: { 'list-type': '2' } }],
  ['uploads are listed', 'obs:bucket:ListBucketMultipartUploads', 'GET', '/photos', { query: { uploads: '' } }],
  ['CORS is read', 'obs:bucket:GetBucketCORS', 'GET', '/photos', { query: { cors: '' } }],
  ['CORS is set', 'obs:bucket:PutBucketCORS', 'PUT', '/photos', { query: { cors: '' } }],
  ['CORS is deleted', 'obs:bucket:PutBucketCORS', 'DELETE', '/photos', { query: { cors: '' } }],
  ['an object is written', 'obs:object:PutObject', 'PUT', '/photos/in/b'],
  ['an upload is begun', 'obs:object:PutObject', 'POST', '/photos/in/b', { query: { uploads: '' } }],
  ['a part is written', 'obs:object:PutObject', 'PUT', '/photos/in/b', UPLOAD],
  [
    'a part is copied',
    'obs:object:PutObject',
    'PUT',
    '/photos/in/b',
    { ...UPLOAD, headers: { 'x-amz-copy-source': '/photos/in/a' } },
  ],
  ['an upload is completed', 'obs:object:PutObject', 'POST', '/photos/in/b', { query: { uploadId: 'x' } }],
  ['an upload is given up', 'obs:object:AbortMultipartUpload', 'DELETE', '/photos/in/b', { query: { uploadId: 'x' } }],
  ['parts are listed', 'obs:object:ListMultipartUploadParts', 'GET', '/photos/in/b', { query: { uploadId: 'x' } }],
  ['an object is read', 'obs:object:GetObject', 'GET', '/photos/in/a'],
  ['an object is asked for', 'obs:object:GetObject', 'HEAD', '/photos/in/a'],
  ['an object is restored', 'obs:object:RestoreObject', 'POST', '/photos/in/a', { query: { restore: '' } }],
  ['an object is deleted', 'obs:object:DeleteObject', 'DELETE', '/photos/in/a'],
];

describe('temporary credentials of an agency', () => {
  it.each(OPERATIONS)('need the permission when %s: %s', async (_what, action, method, path, options) => {
    const { accounts, as } = await startRestricted(
      { Effect: 'Allow', Action: ['obs:*:*'] },
      {
        Effect: 'Deny',
        Action: [action],
      },
    );

    const refused = await as(method, path, options);
    expect(refused.status).toBe(403);
    if (method !== 'HEAD') expect(refused.code).toBe('AccessDenied');

    accounts.setAgencies(
      new Map([['agency', [{ Version: '1.1', Statement: [{ Effect: 'Allow', Action: [action] }] }]]]),
    );
    expect((await as(method, path, options)).status).not.toBe(403);
  });

  it('may do nothing without a policy, and permanent ones everything', async () => {
    const { server, as } = await startRestricted();

    expect(await as('GET', '/photos/in/a')).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect((await call(server, 'GET', '/photos/in/a')).status).toBe(200);
  });

  it('write below the prefix that they are allowed, and nowhere else', async () => {
    const { as } = await startRestricted(allow(['obs:object:PutObject'], [`${OBJECTS}photos/dead-letters/*`]));

    expect((await as('PUT', '/photos/dead-letters/2026/a:b.json')).status).toBe(200);
    expect(await as('PUT', '/photos/dead-letters')).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await as('PUT', '/photos/in/a')).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await as('PUT', '/photos2/dead-letters/a')).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it('copy only what they may read', async () => {
    const { accounts, as } = await startRestricted(allow(['obs:object:PutObject'], [`${OBJECTS}photos/out/*`]));
    const copy = () => as('PUT', '/photos/out/a', { headers: { 'x-amz-copy-source': '/photos/in/a' } });

    expect(await copy()).toMatchObject({ status: 403, code: 'AccessDenied' });
    const Statement = [allow(['obs:object:*'], [`${OBJECTS}photos/*`])];
    accounts.setAgencies(new Map([['agency', [{ Version: '1.1', Statement }]]]));
    expect((await copy()).status).toBe(200);
  });

  it('copy parts only of what they may read', async () => {
    const { server, accounts, as } = await startRestricted(
      allow(['obs:object:PutObject'], [`${OBJECTS}photos/out/*`]),
      allow(['obs:bucket:ListBucket'], ['obs:*:*:bucket:photos']),
    );
    const begun = await call(server, 'POST', '/photos/out/a', { query: { uploads: '' } });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] ?? '';
    const copy = () =>
      as('PUT', '/photos/out/a', {
        query: { uploadId, partNumber: '1' },
        headers: { 'x-amz-copy-source': '/photos/in/a' },
      });

    expect(await copy()).toMatchObject({ status: 403, code: 'AccessDenied' });
    const Statement = [allow(['obs:object:*'], [`${OBJECTS}photos/*`])];
    accounts.setAgencies(new Map([['agency', [{ Version: '1.1', Statement }]]]));
    expect((await copy()).status).toBe(200);
  });

  it('upload by a form what they may write', async () => {
    const { server, credentials } = await startRestricted(
      allow(['obs:object:PutObject'], [`${OBJECTS}photos/forms/*`]),
    );

    expect((await postForm(server, credentials, 'forms/a')).status).toBe(204);
    const refused = await postForm(server, credentials, 'in/b');
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('<Code>AccessDenied</Code>');
    expect((await call(server, 'HEAD', '/photos/in/b')).status).toBe(404);
  });

  it('delete of a batch what they may delete', async () => {
    const { server, as } = await startRestricted(allow(['obs:object:DeleteObject'], [`${OBJECTS}photos/tmp/*`]));
    await call(server, 'PUT', '/photos/tmp/b');
    const body = '<Delete><Object><Key>in/a</Key></Object><Object><Key>tmp/b</Key></Object></Delete>';
    const md5 = await crypto.subtle.digest('SHA-256', Buffer.from(body));
    const headers = { 'x-amz-checksum-sha256': Buffer.from(md5).toString('base64') };

    const answer = await as('POST', '/photos', { query: { delete: '' }, headers, body });

    expect(answer.body).toContain('<Error><Key>in/a</Key><Code>AccessDenied</Code>');
    expect(answer.body).toContain('<Deleted><Key>tmp/b</Key></Deleted>');
    expect((await call(server, 'HEAD', '/photos/in/a')).status).toBe(200);
    expect((await call(server, 'HEAD', '/photos/tmp/b')).status).toBe(404);
  });

  it.each(['GET', 'HEAD'])(
    'learn from %s that an object is absent only where they may list the bucket',
    async (method) => {
      const read = allow(['obs:object:GetObject'], [`${OBJECTS}photos/*`]);
      const { accounts, as } = await startRestricted(read);

      expect((await as(method, '/photos/absent')).status).toBe(403);
      expect((await as(method, '/photos/in/a')).status).toBe(200);
      const Statement = [read, allow(['obs:bucket:ListBucket'], ['obs:*:*:bucket:photos'])];
      accounts.setAgencies(new Map([['agency', [{ Version: '1.1', Statement }]]]));
      expect((await as(method, '/photos/absent')).status).toBe(404);
    },
  );
});

/** The form that a browser sends for an upload with these credentials. */
function postForm(
  server: { readonly port: number },
  credentials: { readonly accessKey: string; readonly secretKey: string; readonly securityToken: string },
  key: string,
): Promise<Response> {
  const date = amzDate(Date.now());
  const scope = { date: date.slice(0, 8), region: 'cn-north-4', service: 's3' };
  const fields = {
    key,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${credentials.accessKey}/${scope.date}/cn-north-4/s3/aws4_request`,
    'x-amz-date': date,
    'x-amz-security-token': credentials.securityToken,
  };
  const policy = Buffer.from(
    JSON.stringify({
      expiration: new Date(Date.now() + 60_000).toISOString(),
      conditions: [{ bucket: 'photos' }, ...Object.entries(fields).map(([name, value]) => ({ [name]: value }))],
    }),
  ).toString('base64');
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.set('policy', policy);
  body.set('x-amz-signature', hmacHex(signingKey(credentials.secretKey, scope), policy));
  body.set('file', new Blob(['content']), 'f.txt');
  return fetch(`http://127.0.0.1:${server.port}/photos`, { method: 'POST', body });
}
