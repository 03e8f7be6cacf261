import { Agent, createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ObjectStoreConnectionError } from '#shared/objectstore/errors.ts';
import { rejection } from '../oms/loopback.ts';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.ts';
import { BUCKET, testStore } from './test-store.ts';

let server: Server;
let port: number;
let requests: string[];
let connections: number;
beforeEach(async () => {
  requests = [];
  connections = 0;
  server = createServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, (request, response) => {
    requests.push(`${request.method} ${request.headers.host} ${request.url}`);
    response.writeHead(204).end();
  });
  server.on('secureConnection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const trusting = () =>
  new Agent({
    ca: CERTIFICATE,
    keepAlive: true,
    lookup: (_hostname, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
  });

describe('ObjectStoreClient over TLS', () => {
  it('finds the certificate of a bucket that is named in the host, and keeps its connection', async () => {
    const agent = trusting();
    const { store } = testStore(`https://store.localhost:${port}`, { addressing: 'virtual', agent });
    await store.deleteObject({ bucket: BUCKET, key: '../x' });
    await store.deleteObject({ bucket: BUCKET, key: 'y' });
    const host = `${BUCKET}.store.localhost:${port}`;
    expect(requests).toEqual([`DELETE ${host} /../x`, `DELETE ${host} /y`]);
    expect(connections).toBe(1);
    agent.destroy();
  });

  it('names a bucket with a dot in the path, for the certificate is good for one label', async () => {
    const agent = trusting();
    const { store } = testStore(`https://store.localhost:${port}`, { addressing: 'virtual', agent });
    await store.deleteObject({ bucket: 'my.bucket', key: 'x' });
    expect(requests).toEqual([`DELETE store.localhost:${port} /my.bucket/x`]);
    agent.destroy();
  });

  it('refuses a certificate that it does not trust, once, although the environment says otherwise', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const error = await rejection(
      testStore(`https://127.0.0.1:${port}`).store.deleteObject({ bucket: BUCKET, key: 'x' }),
    );
    expect(error).toBeInstanceOf(ObjectStoreConnectionError);
    expect(error).toMatchObject({ reason: 'DEPTH_ZERO_SELF_SIGNED_CERT', attempts: 1, retryable: false, status: 502 });
    expect(requests).toEqual([]);
  });

  it('does not take an agent that verifies nothing', () => {
    expect(() => testStore('https://127.0.0.1', { agent: new Agent({ rejectUnauthorized: false }) })).toThrow(
      TypeError,
    );
  });
});
