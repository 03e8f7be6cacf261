import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type S3Bucket, S3Client } from '../../../../scripts/local/oms/s3-client.ts';
import { StubS3 } from './stub-s3.ts';

const bucketAt = (endpoint: string): S3Bucket => ({
  endpoint,
  region: 'r',
  name: 'source',
  accessKey: 'AK',
  secretKey: 'SK',
});

describe('S3Client', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  const client = (timeout?: number): S3Client => {
    const s3 = new S3Client({ maxSockets: 1, now: () => 0, ...(timeout === undefined ? {} : { timeout }) });
    closers.push(() => s3.close());
    return s3;
  };
  /** A server that answers each connection by `serve`. */
  const serverOf = async (serve: (socket: Socket) => void): Promise<string> => {
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      serve(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it('asks again on a new connection when the server closed an idle one', async () => {
    let connections = 0;
    const endpoint = await serverOf((socket) => {
      connections += 1;
      const first = connections === 1;
      let requests = 0;
      socket.on('data', () => {
        requests += 1;
        if (first && requests > 1) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
    });
    const s3 = client();
    for (let n = 0; n < 2; n++) expect((await s3.headObject(bucketAt(endpoint), 'a')).status).toBe(200);
    expect(connections).toBe(2);
  });

  it('rejects where nothing listens, and where a new connection breaks', async () => {
    const s3 = client();
    await expect(s3.headObject(bucketAt('http://127.0.0.1:1'), 'a')).rejects.toThrow('ECONNREFUSED');
    const endpoint = await serverOf((socket) => socket.on('data', () => socket.resetAndDestroy()));
    await expect(s3.headObject(bucketAt(endpoint), 'a')).rejects.toThrow(/ECONNRESET|socket hang up/);
  });

  it('gives up on a server that does not answer', async () => {
    const endpoint = await serverOf(() => {});
    await expect(client(20).headObject(bucketAt(endpoint), 'a')).rejects.toThrow('No answer within 20 ms');
  });

  it('sends the path as it is and signs the payload as unsigned', async () => {
    const store = new StubS3();
    const bucket = bucketAt(await store.listen());
    closers.push(() => store.close());
    const answer = await client().putObject(bucket, '../a//b c+', { 'content-length': '1' }, Buffer.from('x'));
    expect(answer.status).toBe(200);
    expect(store.objects.has('source/../a//b c+')).toBe(true);
    expect(store.requests[0]?.headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
  });
});
