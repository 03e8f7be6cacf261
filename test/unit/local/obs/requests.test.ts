import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CallResult, call, startStore, temporaryFolder } from './fixture.ts';

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
