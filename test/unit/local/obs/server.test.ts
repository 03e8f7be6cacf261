import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Accounts } from '../../../../scripts/local/accounts.ts';
import { PortInUseError } from '../../../../scripts/local/obs/server.ts';
import { signV4, UNSIGNED_PAYLOAD } from '../../../../scripts/local/sigv4.ts';
import { CREDENTIALS, call, startStore, temporaryFolder } from './fixture.ts';

/** Names of all content files of a store. */
function contentFiles(dataDir: string): string[] {
  const blobs = join(dataDir, 'blobs');
  return readdirSync(blobs).flatMap((folder) => readdirSync(join(blobs, folder)));
}

describe('temporary credentials', () => {
  it('are accepted with their token, refused without it, with another one and after their time', async () => {
    let now = Date.now();
    const accounts = new Accounts([CREDENTIALS], () => now);
    const server = await startStore({ accounts, now: () => now });
    const temporary = accounts.issueTemporary(3600_000);
    const list = (credentials: typeof CREDENTIALS & { securityToken?: string }) =>
      call(server, 'GET', '/', { credentials, now });
    expect((await list(temporary)).status).toBe(200);
    const { accessKey, secretKey } = temporary;
    expect(await list({ accessKey, secretKey })).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' });
    expect(await list({ ...temporary, securityToken: 'other' })).toMatchObject({ status: 400, code: 'InvalidToken' });
    expect(await list({ ...CREDENTIALS, securityToken: 'x' })).toMatchObject({ status: 400, code: 'InvalidToken' });
    now += 3600_001;
    expect(await list(temporary)).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' });
  });
});

describe('requests that cannot be authenticated', () => {
  const headersOf = (port: number, change: Record<string, string | undefined>): Record<string, string> => {
    const signed: Record<string, string | undefined> = {
      ...signV4({
        ...{ method: 'GET', host: `127.0.0.1:${port}`, path: '/', payloadHash: UNSIGNED_PAYLOAD, now: new Date() },
        ...{ region: 'r', service: 's3', ...CREDENTIALS },
      }),
      ...change,
    };
    return Object.fromEntries(
      Object.entries(signed).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  };

  it.each([
    ['an unknown scheme', { authorization: 'Basic TEST:abc' }, 400, 'InvalidRequest'],
    ['an empty credential', { authorization: 'AWS4-HMAC-SHA256 Credential=' }, 400, 'AuthorizationHeaderMalformed'],
    ['no x-amz-content-sha256', { 'x-amz-content-sha256': undefined }, 400, 'InvalidRequest'],
    ['a header that is not signed', { 'x-amz-acl': 'public-read' }, 403, 'AccessDenied'],
    ['no date', { 'x-amz-date': undefined }, 403, 'AccessDenied'],
  ])('%s is refused', async (_name, change, status, code) => {
    const server = await startStore();
    const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const headers = headersOf(server.port, change);
      request({ port: server.port, host: '127.0.0.1', path: '/', headers, agent: false }, (incoming) => {
        let body = '';
        incoming.on('data', (chunk) => (body += chunk));
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body }));
      })
        .on('error', reject)
        .end();
    });
    expect([answer.status, /<Code>(\w+)/.exec(answer.body)?.[1]]).toEqual([status, code]);
  });
});

describe('a restart', () => {
  it('keeps buckets, objects, metadata, CORS rules and uploads under way', async () => {
    const dataDir = temporaryFolder();
    const first = await startStore({ dataDir });
    const cors =
      '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>';
    await call(first, 'PUT', '/bucket');
    await call(first, 'PUT', '/bucket', { query: { cors: '' }, body: cors });
    await call(first, 'PUT', '/bucket/报告/a+b', { body: 'one', headers: { 'x-amz-meta-a': '1' } });
    await call(first, 'PUT', '/bucket/gone', { body: 'two' });
    await call(first, 'DELETE', '/bucket/gone');
    const begun = await call(first, 'POST', '/bucket/mp', { query: { uploads: '' } });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] ?? '';
    const part = await call(first, 'PUT', '/bucket/mp', { query: { uploadId, partNumber: '1' }, body: 'part' });
    await first.close();

    const second = await startStore({ dataDir });
    const object = await call(second, 'GET', '/bucket/报告/a+b');
    expect([object.body, object.headers['x-amz-meta-a']]).toEqual(['one', '1']);
    expect((await call(second, 'GET', '/bucket/gone')).status).toBe(404);
    expect((await call(second, 'GET', '/bucket', { query: { cors: '' } })).body).toContain('<AllowedOrigin>*<');
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers['etag']}</ETag></Part></CompleteMultipartUpload>`;
    expect((await call(second, 'POST', '/bucket/mp', { query: { uploadId }, body })).status).toBe(200);
    expect((await call(second, 'GET', '/bucket/mp')).body).toBe('part');
  });

  it('drops half a journal line and the files that no record names', async () => {
    const dataDir = temporaryFolder();
    const first = await startStore({ dataDir });
    await call(first, 'PUT', '/bucket');
    await call(first, 'PUT', '/bucket/k', { body: 'kept' });
    await first.close();
    const files = contentFiles(dataDir);
    writeFileSync(join(dataDir, 'journal.jsonl'), '{"t":"put","bucket":"buck', { flag: 'a' });
    writeFileSync(join(dataDir, 'blobs', '00', 'earlierrun-0'), 'orphan');
    writeFileSync(join(dataDir, 'blobs', 'tmp', 'earlierrun-1'), 'half');

    const second = await startStore({ dataDir });
    await call(second, 'PUT', '/bucket/k2', { body: 'more' });
    await second.close();
    expect(contentFiles(dataDir)).toHaveLength(files.length + 1);
    expect(existsSync(join(dataDir, 'blobs', '00', 'earlierrun-0'))).toBe(false);

    const third = await startStore({ dataDir });
    expect((await call(third, 'GET', '/bucket/k')).body).toBe('kept');
    expect((await call(third, 'GET', '/bucket/k2')).body).toBe('more');
  });

  it('refuses a journal that is damaged in the middle', async () => {
    const dataDir = temporaryFolder();
    const first = await startStore({ dataDir });
    await call(first, 'PUT', '/bucket');
    await first.close();
    writeFileSync(join(dataDir, 'journal.jsonl'), 'damage\n{"t":"unbucket","bucket":"bucket"}\n', { flag: 'a' });
    await expect(startStore({ dataDir })).rejects.toThrow(/line 2, is damaged/);
  });

  it('rewrites a journal that is mostly about the past', async () => {
    const dataDir = temporaryFolder();
    const first = await startStore({ dataDir });
    await call(first, 'PUT', '/bucket');
    await first.close();
    const journal = join(dataDir, 'journal.jsonl');
    const cors = `${JSON.stringify({ t: 'cors', bucket: 'bucket', rules: null })}\n`;
    writeFileSync(journal, cors.repeat(1100), { flag: 'a' });
    const second = await startStore({ dataDir });
    await call(second, 'PUT', '/bucket/k', { body: 'x' });
    await second.close();
    const third = await startStore({ dataDir });
    expect((await call(third, 'GET', '/bucket/k')).body).toBe('x');
    expect(readFileSync(journal, 'utf8').split('\n')).toHaveLength(4);
  });
});

describe('a disk that is full', () => {
  it('is an error of the request; what was stored before is still there, and the next request works', async () => {
    const dataDir = temporaryFolder();
    const errors: Error[] = [];
    const server = await startStore({ dataDir, onError: (error) => void errors.push(error) });
    await call(server, 'PUT', '/bucket');
    await call(server, 'PUT', '/bucket/k', { body: 'old' });
    const probe = await open(join(dataDir, 'journal.jsonl'));
    const handles = Object.getPrototypeOf(probe) as FileHandle;
    await probe.close();
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    for (const [method, path] of [
      ['PUT', '/bucket/k'],
      ['PUT', '/bucket/new'],
      ['DELETE', '/bucket/k'],
    ] as const) {
      const write = vi.spyOn(handles, 'write').mockRejectedValueOnce(full);
      expect(await call(server, method, path, { body: 'new' })).toMatchObject({ status: 500, code: 'InternalError' });
      write.mockRestore();
      expect((await call(server, 'GET', '/bucket/k')).body).toBe('old');
      expect((await call(server, 'GET', '/bucket/new')).status).toBe(404);
    }
    expect(errors.map(({ message }) => message)).toEqual([full.message, full.message, full.message]);
    expect((await call(server, 'PUT', '/bucket/later', { body: 'later' })).status).toBe(200);
    await server.close();
    const next = await startStore({ dataDir });
    expect((await call(next, 'GET', '/bucket/k')).body).toBe('old');
    expect((await call(next, 'GET', '/bucket/later')).body).toBe('later');
    expect(contentFiles(dataDir)).toHaveLength(2);
  });
});

describe('content files', () => {
  it('are removed with their object, its replacement, and an aborted upload', async () => {
    const dataDir = temporaryFolder();
    const server = await startStore({ dataDir });
    await call(server, 'PUT', '/bucket');
    await call(server, 'PUT', '/bucket/a', { body: 'one' });
    await call(server, 'PUT', '/bucket/a', { body: 'two' });
    await call(server, 'PUT', '/bucket/b', { body: 'x' });
    await call(server, 'DELETE', '/bucket/b');
    const begun = await call(server, 'POST', '/bucket/mp', { query: { uploads: '' } });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] ?? '';
    await call(server, 'PUT', '/bucket/mp', { query: { uploadId, partNumber: '1' }, body: 'part' });
    await call(server, 'DELETE', '/bucket/mp', { query: { uploadId } });
    expect(contentFiles(dataDir)).toHaveLength(1);
  });

  it('do not remain when an upload is refused at commit', async () => {
    const dataDir = temporaryFolder();
    const server = await startStore({ dataDir });
    await call(server, 'PUT', '/bucket');
    await call(server, 'PUT', '/bucket/a', { body: 'one' });
    const headers = { 'if-none-match': '*' };
    expect((await call(server, 'PUT', '/bucket/a', { body: 'two', headers })).status).toBe(412);
    expect(contentFiles(dataDir)).toHaveLength(1);
  });

  it('stay readable to a reader that began before the object was replaced', async () => {
    const dataDir = temporaryFolder();
    const server = await startStore({ dataDir });
    await call(server, 'PUT', '/bucket');
    const old = Buffer.alloc(8 * 1024 ** 2, 1);
    await call(server, 'PUT', '/bucket/a', { body: old });
    const host = `127.0.0.1:${server.port}`;
    const headers = signV4({
      ...{ method: 'GET', host, path: '/bucket/a', payloadHash: UNSIGNED_PAYLOAD, now: Date.now() },
      ...{ region: 'r', service: 's3', ...CREDENTIALS },
    });
    const read = await new Promise<Buffer>((resolve, reject) => {
      request({ port: server.port, host: '127.0.0.1', path: '/bucket/a', headers, agent: false }, (incoming) => {
        const chunks: Buffer[] = [];
        // Nothing is taken from the socket until the object is another one.
        call(server, 'PUT', '/bucket/a', { body: 'new' }).then(() => {
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('end', () => resolve(Buffer.concat(chunks)));
        }, reject);
        incoming.on('error', reject);
      })
        .on('error', reject)
        .end();
    });
    expect(read.equals(old)).toBe(true);
    expect((await call(server, 'GET', '/bucket/a')).body).toBe('new');
    await server.close();
    expect(contentFiles(dataDir)).toHaveLength(1);
  });
});

describe('connections', () => {
  it('serve the next request after a large upload was refused', async () => {
    const server = await startStore();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const body = Buffer.alloc(4 * 1024 ** 2);
    for (let round = 0; round < 3; round++)
      expect(await call(server, 'PUT', '/no-bucket/k', { body, agent })).toMatchObject({ code: 'NoSuchBucket' });
    await call(server, 'PUT', '/bucket', { agent });
    const headers = { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' };
    expect(await call(server, 'PUT', '/bucket/k', { body, agent, headers })).toMatchObject({ code: 'BadDigest' });
    expect((await call(server, 'PUT', '/bucket/k', { body: 'x', agent })).status).toBe(200);
  });

  it('that break off in an upload leave nothing behind', async () => {
    const dataDir = temporaryFolder();
    const errors: Error[] = [];
    const server = await startStore({ dataDir, onError: (error) => void errors.push(error) });
    await call(server, 'PUT', '/bucket');
    const headers = signV4({
      ...{ method: 'PUT', host: `127.0.0.1:${server.port}`, path: '/bucket/k', payloadHash: UNSIGNED_PAYLOAD },
      ...{ now: Date.now(), region: 'r', service: 's3', ...CREDENTIALS, headers: { 'content-length': '1000000' } },
    });
    await new Promise<void>((resolve) => {
      const outgoing = request({ port: server.port, host: '127.0.0.1', method: 'PUT', path: '/bucket/k', headers });
      outgoing.on('error', () => resolve());
      outgoing.write(Buffer.alloc(200_000), () => outgoing.destroy(new Error('cut')));
    });
    expect((await call(server, 'GET', '/bucket/k')).status).toBe(404);
    await server.close();
    expect(contentFiles(dataDir)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('under way are answered before close() returns, idle ones do not delay it', async () => {
    const server = await startStore({ graceMs: 10_000 });
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    await call(server, 'PUT', '/bucket', { agent });
    const headers = signV4({
      ...{ method: 'PUT', host: `127.0.0.1:${server.port}`, path: '/bucket/k', payloadHash: UNSIGNED_PAYLOAD },
      ...{ now: Date.now(), region: 'r', service: 's3', ...CREDENTIALS, headers: { 'content-length': '4' } },
    });
    const status = new Promise<number>((resolve, reject) => {
      const options = { port: server.port, host: '127.0.0.1', method: 'PUT', path: '/bucket/k', headers, agent };
      const outgoing = request(options, (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      outgoing.write('ab', () => {
        // The first half has arrived when another request has been answered.
        call(server, 'HEAD', '/bucket').then(() => {
          void server.close();
          outgoing.end('cd');
        }, reject);
      });
    });
    expect(await status).toBe(200);
    const start = performance.now();
    await server.close();
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

it('writing through to the device changes nothing else', async () => {
  const dataDir = temporaryFolder();
  const first = await startStore({ dataDir, fsync: true });
  await call(first, 'PUT', '/bucket');
  await call(first, 'PUT', '/bucket/k', { body: 'x' });
  await call(first, 'PUT', '/bucket/large', { body: Buffer.alloc(100_000) });
  await call(first, 'PUT', '/bucket/copy', { headers: { 'x-amz-copy-source': '/bucket/k' } });
  await first.close();
  const second = await startStore({ dataDir, fsync: true });
  expect((await call(second, 'GET', '/bucket/copy')).body).toBe('x');
});

it('a port that is taken is an error that names it', async () => {
  const server = await startStore();
  const second = startStore({ port: server.port });
  await expect(second).rejects.toBeInstanceOf(PortInUseError);
  await expect(second).rejects.toMatchObject({ port: server.port });
});

it('what is not implemented says so', async () => {
  const server = await startStore();
  await call(server, 'PUT', '/bucket');
  expect(await call(server, 'GET', '/bucket', { query: { lifecycle: '' } })).toMatchObject({ status: 501 });
  expect(await call(server, 'PUT', '/bucket/k', { query: { acl: '' } })).toMatchObject({ status: 501 });
  expect(await call(server, 'POST', '/')).toMatchObject({ status: 405, code: 'MethodNotAllowed' });
});
