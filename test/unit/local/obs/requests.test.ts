import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CallResult, call, startStore } from './fixture.ts';

type Server = Awaited<ReturnType<typeof startStore>>;

async function startWithBucket(): Promise<Server> {
  const server = await startStore();
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
