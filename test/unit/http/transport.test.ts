import { Agent } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Exchange, isNotHttp, isTlsRefusal, Transport } from '#shared/http/transport.ts';
import {
  answer,
  type Loopback,
  type Reply,
  refusedPort,
  rejection,
  reset,
  silence,
  startLoopback,
} from '../oms/loopback.ts';

let server: Loopback | undefined;
afterEach(() => {
  vi.useRealTimers();
  return server?.close();
});

const GET: Exchange = {
  method: 'GET',
  target: '/',
  headers: {},
  body: '',
  timeout: 5_000,
  freshConnection: false,
  maxBytes: 10,
};

async function transportTo(...replies: readonly Reply[]) {
  server = await startLoopback(...replies);
  return { server, transport: new Transport({ secure: false, hostname: '127.0.0.1', port: server.port }) };
}

const chunked: Reply = (_received, response) => {
  response.writeHead(200);
  response.write('123456');
  response.end('789012');
};

describe('Transport', () => {
  it('sends target and headers as they are, and gives status, headers and bytes', async () => {
    const { server, transport } = await transportTo(answer(201, 'é', { 'x-thing': 'a, b' }));
    const given = await transport.send({ ...GET, target: '/a/../b//?x#y', headers: { 'x-mine': '1' } });
    expect(given).toMatchObject({ status: 201, headers: { 'x-thing': 'a, b' }, body: Buffer.from('é') });
    expect(server.requests[0]).toMatchObject({ target: '/a/../b//?x#y', headers: { 'x-mine': '1' } });
  });

  it.each<[string | Uint8Array, string]>([
    ['text é', 'text é'],
    [Buffer.from('bytes'), 'bytes'],
    [new Uint8Array([0x61]), 'a'],
  ])('sends the body %j with its length', async (body, received) => {
    const { server, transport } = await transportTo(answer(200));
    await transport.send({ ...GET, method: 'PUT', body });
    expect(server.requests[0]).toMatchObject({
      body: received,
      headers: { 'content-length': String(Buffer.byteLength(received)) },
    });
  });

  it('goes to another host of the same server where the exchange names one', async () => {
    server = await startLoopback(answer(200));
    const asked: string[] = [];
    const agent = new Agent({
      lookup: (hostname, _options, done) => {
        asked.push(hostname);
        done(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    const transport = new Transport({ secure: false, hostname: 'one.localhost', port: server.port }, agent);
    await transport.send(GET);
    await transport.send({ ...GET, hostname: 'other.localhost' });
    expect(asked).toEqual(['one.localhost', 'other.localhost']);
  });

  it.each<[string, Reply, Partial<Exchange>]>([
    ['an answer that announces too much', answer(200, '12345678901', { 'content-length': '11' }), {}],
    ['an answer that turns out to be too much', chunked, {}],
    ['a refusal beyond its own limit', answer(500, '123456', { 'content-length': '6' }), { maxErrorBytes: 5 }],
    ['a refusal beyond the only limit', answer(500, '12345678901'), {}],
  ])('refuses %s', async (_name, reply, change) => {
    const { transport } = await transportTo(reply);
    expect(await rejection(transport.send({ ...GET, ...change }))).toMatchObject({ kind: 'too_large', sent: true });
  });

  it.each<[string, Reply, Partial<Exchange>]>([
    ['an answer of exactly the limit', answer(200, '1234567890'), {}],
    ['a longer refusal than a success may be', answer(404, '12345678901'), { maxErrorBytes: 11 }],
    [
      'the length that HEAD announces of what it does not send',
      answer(200, '', { 'content-length': '11' }),
      {
        method: 'HEAD',
      },
    ],
  ])('takes %s', async (_name, reply, change) => {
    const { transport } = await transportTo(reply);
    expect((await transport.send({ ...GET, ...change })).status).toBeGreaterThan(0);
  });

  it('keeps connections, but for an exchange that wants its own', async () => {
    const { server, transport } = await transportTo(answer(200));
    await transport.send(GET);
    await transport.send(GET);
    expect(server.connections()).toBe(1);
    await transport.send({ ...GET, freshConnection: true });
    expect(server.connections()).toBe(2);
  });

  it('knows of a kept connection that was closed that it was stale, and of a new one that it was not', async () => {
    const { transport } = await transportTo(answer(200), reset(), reset());
    await transport.send(GET);
    expect(await rejection(transport.send(GET))).toMatchObject({ kind: 'connection', stale: true });
    expect(await rejection(transport.send({ ...GET, freshConnection: true }))).toMatchObject({
      stale: false,
      sent: true,
    });
  });

  it('does not take a kept connection that broke within an answer for stale', async () => {
    const { transport } = await transportTo(answer(200), reset({ status: 200, part: 'x' }));
    await transport.send(GET);
    expect(await rejection(transport.send({ ...GET, maxBytes: 5_000 }))).toMatchObject({
      kind: 'connection',
      stale: false,
    });
  });

  it('knows of a new connection that did not come about that nothing was sent', async () => {
    const transport = new Transport({ secure: false, hostname: '127.0.0.1', port: await refusedPort() });
    expect(await rejection(transport.send({ ...GET, freshConnection: true }))).toMatchObject({
      code: 'ECONNREFUSED',
      sent: false,
    });
  });

  it('fails where a body is cut, and says which status it had', async () => {
    const { transport } = await transportTo(reset({ status: 206, part: 'x' }));
    expect(await rejection(transport.send({ ...GET, maxBytes: 5_000 }))).toMatchObject({
      kind: 'connection',
      status: 206,
      stale: false,
    });
  });

  it('fails after the timeout', async () => {
    const { transport } = await transportTo(silence);
    expect(await rejection(transport.send({ ...GET, timeout: 20 }))).toMatchObject({
      kind: 'timeout',
      code: 'ETIMEDOUT',
      status: undefined,
    });
  });

  it.each<[string, Reply]>([
    ['an answer', answer(200)],
    ['a failure', reset()],
  ])('leaves no timer behind after %s', async (_name, reply) => {
    const { transport } = await transportTo(reply);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await transport.send(GET).catch(() => {});
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('codes of failures', () => {
  it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED', 'EPROTO'])(
    '%s is a refusal of TLS',
    (code) => expect(isTlsRefusal(code)).toBe(true),
  );

  it.each(['ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'HPE_INVALID_CONSTANT'])('%s is none', (code) =>
    expect(isTlsRefusal(code)).toBe(false),
  );

  it('of the parser say that it was no HTTP', () => {
    expect(isNotHttp('HPE_INVALID_CONSTANT')).toBe(true);
    expect(isNotHttp('ECONNRESET')).toBe(false);
  });
});
