import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checksumOf } from '../../../../scripts/local/obs/checksums.ts';
import { canonicalQuery, signV4, UNSIGNED_PAYLOAD } from '../../../../scripts/local/sigv4.ts';
import { type CallResult, CREDENTIALS, call, startStore, temporaryFolder } from './fixture.ts';

type Server = Awaited<ReturnType<typeof startStore>>;

async function startWithBucket(options: Parameters<typeof startStore>[0] = {}): Promise<Server> {
  const server = await startStore(options);
  expect((await call(server, 'PUT', '/bucket')).status).toBe(200);
  return server;
}

describe('a batch of deletions', () => {
  const remove = (server: Server, body: string | Buffer): Promise<CallResult> => {
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
    return call(server, 'POST', '/bucket', { query: { delete: '' }, headers, body });
  };

  it.each([
    ['a\u0001b', 'a&#1;b'],
    ['a\u0001b', 'a&#x0001;b'],
    ['a\u0001b', 'a\u0001b'],
    ['a\ufffeb', 'a&#xFFFE;b'],
    ['a\ufffeb', 'a&#65534;b'],
    ['a\uffffb', 'a\uffffb'],
    ['a\r\nb', 'a&#xD;&#xA;b'],
  ])('deletes the key %j, which XML writes as %j', async (key, written) => {
    const server = await startWithBucket();
    await call(server, 'PUT', `/bucket/${key}`, { body: 'x' });
    const answer = await remove(server, `<Delete><Object><Key>${written}</Key></Object></Delete>`);
    expect([answer.status, answer.body.includes('<Deleted>')]).toEqual([200, true]);
    expect((await call(server, 'HEAD', `/bucket/${key}`)).status).toBe(404);
  });

  it.each([
    ['bytes that are no UTF-8', Buffer.from('<Delete><Object><Key>a\xff</Key></Object></Delete>', 'latin1')],
    ['two keys for one object', '<Delete><Object><Key>k</Key><Key>l</Key></Object></Delete>'],
    ['a document type', '<!DOCTYPE d [<!ENTITY k "k">]><Delete><Object><Key>&k;</Key></Object></Delete>'],
  ])('is refused whole for %s', async (_name, body) => {
    const server = await startWithBucket();
    for (const key of ['k', 'a\ufffd']) await call(server, 'PUT', `/bucket/${key}`, { body: 'x' });
    expect(await remove(server, body)).toMatchObject({ status: 400, code: 'MalformedXML' });
    for (const key of ['k', 'a\ufffd']) expect((await call(server, 'HEAD', `/bucket/${key}`)).status).toBe(200);
  });
});

describe('the end of an upload, said again because the answer was lost', () => {
  const begin = async (server: Server) => {
    const begun = await call(server, 'POST', '/bucket/mp', { query: { uploads: '' } });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] ?? '';
    const part = await call(server, 'PUT', '/bucket/mp', { query: { uploadId, partNumber: '1' }, body: 'part' });
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers['etag']}</ETag></Part></CompleteMultipartUpload>`;
    return {
      complete: (to: Server, options: { path?: string; body?: string; headers?: Record<string, string> } = {}) =>
        call(to, 'POST', options.path ?? '/bucket/mp', { query: { uploadId }, body, ...options }),
      abort: (to: Server) => call(to, 'DELETE', '/bucket/mp', { query: { uploadId } }),
    };
  };

  it('completes once, answers as the first time, and leaves what has been stored since alone', async () => {
    const server = await startWithBucket();
    const { complete } = await begin(server);
    // Only where nothing is there: the object of the first try is what the second one finds.
    const first = await complete(server, { headers: { 'if-none-match': '*' } });
    expect(first.status).toBe(200);
    expect(await complete(server, { headers: { 'if-none-match': '*' } })).toMatchObject({
      status: 200,
      body: first.body,
    });
    await call(server, 'PUT', '/bucket/mp', { body: 'newer' });
    expect(await complete(server)).toMatchObject({ status: 200, body: first.body });
    expect((await call(server, 'GET', '/bucket/mp')).body).toBe('newer');
    await call(server, 'DELETE', '/bucket/mp');
    expect(await complete(server)).toMatchObject({ status: 200, body: first.body });
    expect((await call(server, 'GET', '/bucket/mp')).status).toBe(404);
  });

  it('is remembered over restarts, also by a journal that was rewritten', async () => {
    const dataDir = temporaryFolder();
    const first = await startWithBucket({ dataDir });
    const [completed, aborted] = [await begin(first), await begin(first)];
    const { body } = await completed.complete(first);
    expect((await aborted.abort(first)).status).toBe(204);
    await first.close();
    const second = await startStore({ dataDir });
    expect(await completed.complete(second)).toMatchObject({ status: 200, body });
    await second.close();
    // A journal is rewritten when it is mostly about the past.
    const past = '{"t":"cors","bucket":"bucket","rules":null}\n'.repeat(1200);
    writeFileSync(join(dataDir, 'journal.jsonl'), past, { flag: 'a' });
    const third = await startStore({ dataDir });
    expect(readFileSync(join(dataDir, 'journal.jsonl'), 'utf8')).not.toContain('"rules":null');
    expect(await completed.complete(third)).toMatchObject({ status: 200, body });
    expect((await aborted.abort(third)).status).toBe(204);
    expect(await aborted.complete(third)).toMatchObject({ status: 404, code: 'NoSuchUpload' });
  });

  it('succeeds for each of several at once, and stores one object', async () => {
    const server = await startWithBucket();
    const { complete } = await begin(server);
    const answers = await Promise.all(Array.from({ length: 6 }, () => complete(server)));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  });

  it('answers 204 to a second abortion, also of a completed upload, whose object stays', async () => {
    const server = await startWithBucket();
    const [completed, aborted] = [await begin(server), await begin(server)];
    await completed.complete(server);
    for (const abort of [aborted.abort, aborted.abort, completed.abort]) expect((await abort(server)).status).toBe(204);
    expect((await call(server, 'GET', '/bucket/mp')).body).toBe('part');
  });

  it('is NoSuchUpload for other parts, another key, an aborted upload and a bucket that was created anew', async () => {
    const server = await startWithBucket();
    const { complete, abort } = await begin(server);
    const other = await begin(server);
    await complete(server);
    await other.abort(server);
    const gone = { status: 404, code: 'NoSuchUpload' };
    const body =
      '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>d41d8cd98f00b204e9800998ecf8427e</ETag></Part></CompleteMultipartUpload>';
    expect(await complete(server, { body })).toMatchObject(gone);
    expect(await complete(server, { path: '/bucket/other' })).toMatchObject(gone);
    expect(await other.complete(server)).toMatchObject(gone);
    await call(server, 'DELETE', '/bucket/mp');
    await call(server, 'DELETE', '/bucket');
    await call(server, 'PUT', '/bucket');
    expect(await complete(server)).toMatchObject(gone);
    expect(await abort(server)).toMatchObject(gone);
  });
});

describe('a header that asks for what the store does not do', () => {
  it.each([
    ['x-amz-acl', 'public-read'],
    ['x-obs-acl', 'public-read-write'],
    ['x-amz-grant-read', 'id=1'],
    ['x-obs-grant-full-control', 'id=1'],
    ['x-amz-server-side-encryption', 'AES256'],
    ['x-amz-server-side-encryption', 'aws:kms'],
    ['x-obs-server-side-encryption', 'kms'],
    ['x-amz-server-side-encryption-aws-kms-key-id', 'k'],
    ['x-amz-server-side-encryption-customer-algorithm', 'AES256'],
    ['x-amz-copy-source-server-side-encryption-customer-key', 'k'],
    ['x-amz-tagging', 'a=b'],
    ['x-amz-object-lock-mode', 'GOVERNANCE'],
    ['x-amz-object-lock-retain-until-date', '2030-01-01T00:00:00Z'],
    ['x-amz-object-lock-legal-hold', 'ON'],
    ['x-amz-write-offset-bytes', '0'],
    ['x-amz-mfa', '1 2'],
    ['x-obs-expires', '3'],
    ['x-obs-persistent-headers', 'a:b'],
    ['x-obs-traffic-limit', '819200'],
    ['x-amz-something-new', '1'],
  ])('%s: %s is NotImplemented, and names the header; nothing is stored or deleted', async (name, value) => {
    const server = await startWithBucket();
    await call(server, 'PUT', '/bucket/there', { body: 'x' });
    const headers = { [name]: value };
    const answers = [
      await call(server, 'PUT', '/bucket/k', { body: 'x', headers }),
      await call(server, 'POST', '/bucket/k', { query: { uploads: '' }, headers }),
      await call(server, 'DELETE', '/bucket/there', { headers }),
      await call(server, 'PUT', '/other', { headers }),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 501, code: 'NotImplemented' });
      expect(answer.body).toContain(`is not implemented: ${name.replace('x-obs-', 'x-amz-')}</Message>`);
    }
    expect((await call(server, 'HEAD', '/bucket/k')).status).toBe(404);
    expect((await call(server, 'HEAD', '/bucket/there')).status).toBe(200);
  });

  it.each([
    ['x-amz-acl', 'private'],
    ['x-amz-acl', 'bucket-owner-full-control'],
    ['x-amz-object-lock-legal-hold', 'OFF'],
    ['x-amz-user-agent', 'aws-sdk-js/3'],
    ['x-amz-request-payer', 'requester'],
    ['amz-sdk-invocation-id', '1'],
    ['amz-sdk-request', 'attempt=1'],
    ['x-amzn-trace-id', '1'],
    ['x-amz-expected-bucket-owner', '0123456789abcdef0123456789abcdef'],
    ['x-amz-checksum-mode', 'ENABLED'],
    ['x-obs-meta-a', 'b'],
  ])('%s: %s is no such header', async (name, value) => {
    const server = await startWithBucket();
    expect((await call(server, 'PUT', '/bucket/k', { body: 'x', headers: { [name]: value } })).status).toBe(200);
  });

  it('is told from a bucket of another owner, which is AccessDenied', async () => {
    const server = await startWithBucket();
    for (const name of ['x-amz-expected-bucket-owner', 'x-obs-expected-bucket-owner'])
      expect(await call(server, 'GET', '/bucket', { headers: { [name]: '111122223333' } })).toMatchObject({
        status: 403,
        code: 'AccessDenied',
      });
  });

  it('is refused in the body of a new bucket as well', async () => {
    const server = await startStore();
    const create = (inner: string, headers: Record<string, string> = {}) =>
      call(server, 'PUT', '/b-1', { body: `<CreateBucketConfiguration>${inner}</CreateBucketConfiguration>`, headers });
    const refused = { status: 501, code: 'NotImplemented' };
    expect(await create('<Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags>')).toMatchObject(refused);
    expect(await create('', { 'x-obs-storage-class': 'COLD' })).toMatchObject(refused);
    expect((await create('<LocationConstraint>cn-east-3</LocationConstraint>')).status).toBe(200);
  });
});

describe('a website redirection', () => {
  const REDIRECT = 'x-amz-website-redirect-location';

  it('is kept and answered, never copied, and must be a path or a URL', async () => {
    const server = await startWithBucket();
    const put = (value: string) => call(server, 'PUT', '/bucket/k', { body: 'x', headers: { [REDIRECT]: value } });
    expect((await put('/other')).status).toBe(200);
    expect((await call(server, 'HEAD', '/bucket/k')).headers[REDIRECT]).toBe('/other');
    const copy = (headers: Record<string, string>) =>
      call(server, 'PUT', '/bucket/copy', { headers: { 'x-amz-copy-source': '/bucket/k', ...headers } });
    await copy({});
    expect((await call(server, 'HEAD', '/bucket/copy')).headers[REDIRECT]).toBeUndefined();
    await copy({ [REDIRECT]: 'https://example.com/' });
    expect((await call(server, 'HEAD', '/bucket/copy')).headers[REDIRECT]).toBe('https://example.com/');
    expect(await put('other')).toMatchObject({ status: 400, code: 'InvalidRedirectLocation' });
  });
});

describe('a deletion under a condition', () => {
  it('of a version that is not there deletes nothing', async () => {
    const server = await startWithBucket();
    await call(server, 'PUT', '/bucket/k', { body: 'x' });
    const remove = (versionId: string) => call(server, 'DELETE', '/bucket/k', { query: { versionId } });
    expect(await remove('3sL4kqtJlcpXroDTDmJ')).toMatchObject({ status: 404, code: 'NoSuchVersion' });
    expect((await call(server, 'HEAD', '/bucket/k')).status).toBe(200);
    expect((await remove('null')).status).toBe(204);
  });

  it('in a batch looks at the ETag, and refuses conditions that it does not know', async () => {
    const server = await startWithBucket();
    const etag = String((await call(server, 'PUT', '/bucket/k', { body: 'x' })).headers['etag']);
    const remove = async (condition: string) => {
      const body = `<Delete><Object><Key>k</Key>${condition}</Object></Delete>`;
      const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
      const answer = await call(server, 'POST', '/bucket', { query: { delete: '' }, body, headers });
      return /<Code>(\w+)/.exec(answer.body)?.[1];
    };
    expect(await remove('<ETag>"0123"</ETag>')).toBe('PreconditionFailed');
    expect(await remove('<Size>7</Size>')).toBe('NotImplemented');
    expect(await remove(`<ETag>${etag}</ETag>`)).toBeUndefined();
    expect((await call(server, 'HEAD', '/bucket/k')).status).toBe(404);
  });
});

describe('a listing of buckets', () => {
  it('is by prefix and region, in pages', async () => {
    const server = await startStore();
    for (const name of ['a-1', 'b-1', 'b-2', 'b-3', 'c-1']) await call(server, 'PUT', `/${name}`);
    const list = async (query: Record<string, string>) => {
      const { body } = await call(server, 'GET', '/', { query });
      const names = [...body.matchAll(/<Name>([^<]*)/g)].map(([, name]) => name);
      return { names, token: /<ContinuationToken>([^<]*)/.exec(body)?.[1] };
    };
    expect(await list({})).toEqual({ names: ['a-1', 'b-1', 'b-2', 'b-3', 'c-1'], token: undefined });
    const first = await list({ prefix: 'b-', 'max-buckets': '2' });
    expect(first.names).toEqual(['b-1', 'b-2']);
    const rest = { prefix: 'b-', 'max-buckets': '2', 'continuation-token': first.token ?? '' };
    expect(await list(rest)).toEqual({ names: ['b-3'], token: undefined });
    expect((await list({ 'bucket-region': 'cn-north-4' })).names).toHaveLength(5);
    expect((await list({ 'bucket-region': 'eu-west-1' })).names).toEqual([]);
  });

  it.each([
    ['max-buckets', '0'],
    ['max-buckets', '10001'],
    ['max-buckets', 'x'],
    ['continuation-token', 'x'],
  ])('refuses %s=%s', async (name, value) => {
    const answer = await call(await startStore(), 'GET', '/', { query: { [name]: value } });
    expect(answer).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});

describe('Expect: 100-continue', () => {
  /** Sends the headers, and the body as soon as the server asks for it. */
  async function offer(server: Server, path: string, headers: Record<string, string>, query: Record<string, string>) {
    const signed = signV4({
      ...{ method: 'PUT', host: `127.0.0.1:${server.port}`, path, query, headers, now: Date.now(), ...CREDENTIALS },
      ...{ payloadHash: UNSIGNED_PAYLOAD, region: 'cn-north-4', service: 's3' },
    });
    return new Promise<{ status: number; asked: boolean; connection: string }>((resolve, reject) => {
      let asked = false;
      const text = canonicalQuery(query);
      const outgoing = request({
        ...{ method: 'PUT', host: '127.0.0.1', port: server.port, path: text === '' ? path : `${path}?${text}` },
        headers: { 'content-length': '4', ...signed, expect: '100-continue' },
        agent: false,
      });
      outgoing.on('continue', () => {
        asked = true;
        outgoing.end('body');
      });
      outgoing.on('response', (answer) => {
        answer.resume();
        const { connection = '' } = answer.headers;
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, asked, connection }));
      });
      outgoing.on('error', reject);
      outgoing.flushHeaders();
    });
  }

  it('asks for a body that is wanted', async () => {
    const server = await startWithBucket();
    expect(await offer(server, '/bucket/k', {}, {})).toMatchObject({ status: 200, asked: true });
    expect((await call(server, 'GET', '/bucket/k')).body).toBe('body');
  });

  it.each([
    ['a bucket that is not there', '/other-bucket/k', {}, {}, 404],
    ['a token that nobody issued', '/bucket/k', { 'x-amz-security-token': 'x' }, {}, 400],
    ['a condition that does not hold', '/bucket/there', { 'if-none-match': '*' }, {}, 412],
    ['a header that is not implemented', '/bucket/k', { 'x-amz-acl': 'public-read' }, {}, 501],
    ['a malformed digest', '/bucket/k', { 'content-md5': 'x' }, {}, 400],
    ['a checksum that no content has', '/bucket/k', { 'x-amz-checksum-crc32': 'x' }, {}, 400],
    ['too much content', '/bucket/k', { 'content-length': String(6 * 1024 ** 3) }, {}, 400],
    ['metadata that is too long', '/bucket/k', { 'x-amz-meta-a': 'x'.repeat(3000) }, {}, 400],
    ['an upload that is not there', '/bucket/k', {}, { uploadId: 'x', partNumber: '1' }, 404],
    ['a sub-resource that is not there', '/bucket/k', {}, { tagging: '' }, 501],
  ])('answers %s with the refusal, and ends the connection', async (_name, path, headers, query, status) => {
    const server = await startWithBucket();
    await call(server, 'PUT', '/bucket/there', { body: 'x' });
    expect(await offer(server, path, headers, query)).toEqual({ status, asked: false, connection: 'close' });
  });
});

describe('an answer', () => {
  it('has headers that a client of S3 may send back, as s3cmd does to change metadata', async () => {
    const server = await startWithBucket();
    await call(server, 'PUT', '/bucket/k', { body: 'x', headers: { 'x-amz-storage-class': 'STANDARD_IA' } });
    const { headers } = await call(server, 'HEAD', '/bucket/k');
    expect(Object.keys(headers).filter((name) => name.startsWith('x-obs-'))).toEqual([]);
    expect(headers['x-amz-storage-class']).toBe('STANDARD_IA');
  });
});

describe('the checksum of a multipart upload', () => {
  const base64 = (text: string | Buffer) => {
    const digest = checksumOf('x-amz-checksum-sha256');
    digest?.update(Buffer.from(text));
    return digest?.base64() ?? '';
  };
  const [ofPart, other] = [base64('part'), base64('other')];
  const crc = checksumOf('x-amz-checksum-crc32');
  crc?.update(Buffer.from('part'));
  const whole = crc?.base64() ?? '';
  const composite = `${base64(Buffer.from(ofPart, 'base64'))}-1`;

  it.each<[string, Record<string, string>, Record<string, string>, string, number, string]>([
    ['is composite unless told otherwise', { algorithm: 'SHA256' }, {}, '', 200, `<ChecksumSHA256>${composite}<`],
    ['may be of the whole', { algorithm: 'CRC32', type: 'FULL_OBJECT' }, {}, '', 200, `<ChecksumCRC32>${whole}<`],
    ['may be stated at the end', { algorithm: 'SHA256' }, { sha256: composite }, '', 200, '<ChecksumSHA256>'],
    ['may be stated at the end only', {}, { crc32: whole }, '', 200, `<ChecksumCRC32>${whole}<`],
    ['must be right', { algorithm: 'SHA256' }, { sha256: `${other}-1` }, '', 400, 'BadDigest'],
    ['must be right of the whole', {}, { sha256: other }, '', 400, 'BadDigest'],
    ['must be of the algorithm it began with', { algorithm: 'SHA256' }, { crc32: whole }, '', 400, 'InvalidRequest'],
    ['is one', {}, { crc32: whole, sha256: ofPart }, '', 400, 'InvalidRequest'],
    ['is right of a part', {}, {}, `<ChecksumSHA256>${ofPart}</ChecksumSHA256>`, 200, '<ETag>'],
    ['must be right of each part', {}, {}, `<ChecksumSHA256>${other}</ChecksumSHA256>`, 400, 'InvalidPart'],
  ])('%s', async (_name, begin, end, part, status, expected) => {
    const server = await startWithBucket();
    const named = (given: Record<string, string>) =>
      Object.fromEntries(Object.entries(given).map(([name, value]) => [`x-amz-checksum-${name}`, value]));
    const begun = await call(server, 'POST', '/bucket/mp', { query: { uploads: '' }, headers: named(begin) });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] ?? '';
    const { headers } = await call(server, 'PUT', '/bucket/mp', { query: { uploadId, partNumber: '1' }, body: 'part' });
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${headers['etag']}</ETag>${part}</Part></CompleteMultipartUpload>`;
    const answer = await call(server, 'POST', '/bucket/mp', { query: { uploadId }, body, headers: named(end) });
    expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(expected)]);
    expect((await call(server, 'HEAD', '/bucket/mp')).status).toBe(status === 200 ? 200 : 404);
  });

  it.each([
    [{ 'x-amz-checksum-algorithm': 'MD4' }],
    [{ 'x-amz-checksum-algorithm': 'SHA256', 'x-amz-checksum-type': 'FULL_OBJECT' }],
    [{ 'x-amz-checksum-algorithm': 'CRC64NVME', 'x-amz-checksum-type': 'COMPOSITE' }],
  ])('cannot be asked for as %j', async (headers) => {
    const answer = await call(await startWithBucket(), 'POST', '/bucket/mp', { query: { uploads: '' }, headers });
    expect(answer).toMatchObject({ status: 400, code: 'InvalidRequest' });
  });

  it('goes with the size of the object, which must be right, too; a copy gets the one that it asks for', async () => {
    const server = await startWithBucket();
    const begun = await call(server, 'POST', '/bucket/mp', { query: { uploads: '' } });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] ?? '';
    const { headers } = await call(server, 'PUT', '/bucket/mp', { query: { uploadId, partNumber: '1' }, body: 'part' });
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${headers['etag']}</ETag></Part></CompleteMultipartUpload>`;
    const complete = (size: string) =>
      call(server, 'POST', '/bucket/mp', { query: { uploadId }, body, headers: { 'x-amz-mp-object-size': size } });
    for (const size of ['5', 'x']) expect(await complete(size)).toMatchObject({ status: 400, code: 'InvalidRequest' });
    expect((await complete('4')).status).toBe(200);
    await call(server, 'PUT', '/bucket/copy', {
      headers: { 'x-amz-copy-source': '/bucket/mp', 'x-amz-checksum-algorithm': 'SHA256' },
    });
    const copy = await call(server, 'HEAD', '/bucket/copy', { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    expect(copy.headers['x-amz-checksum-sha256']).toBe(ofPart);
  });
});
