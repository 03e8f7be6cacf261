import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { expect, it } from 'vitest';
import { signV4, UNSIGNED_PAYLOAD } from '../../../../scripts/local/sigv4.ts';
import { startChild } from './child.ts';
import { CREDENTIALS, call, temporaryFolder } from './fixture.ts';

const CHUNK = Buffer.alloc(1024 ** 2, 'abcdefg');
const CHUNKS = 512;
const MIB = 1024 ** 2;

/** The most memory that a process has had, in bytes. */
function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

it.skipIf(process.platform !== 'linux')(
  'an object of 512 MiB goes in and out without being held in memory',
  async () => {
    const child = await startChild(temporaryFolder());
    await call(child, 'PUT', '/bucket');
    const before = peakMemory(child.pid);
    const send = (method: string, length: number) => {
      const headers = signV4({
        ...{ method, host: `127.0.0.1:${child.port}`, path: '/bucket/large', payloadHash: UNSIGNED_PAYLOAD },
        ...{
          now: Date.now(),
          region: 'r',
          service: 's3',
          ...CREDENTIALS,
          headers: { 'content-length': String(length) },
        },
      });
      return request({ port: child.port, host: '127.0.0.1', method, path: '/bucket/large', headers, agent: false });
    };
    const digest = createHash('md5');
    for (let index = 0; index < CHUNKS; index++) digest.update(CHUNK);
    const md5 = digest.digest('hex');

    const etag = await new Promise<unknown>((resolve, reject) => {
      const outgoing = send('PUT', CHUNKS * CHUNK.length);
      outgoing.on('response', (incoming) => {
        incoming.resume();
        resolve(incoming.headers['etag']);
      });
      outgoing.on('error', reject);
      let sent = 0;
      const more = (): void => {
        while (sent < CHUNKS) {
          sent++;
          if (!outgoing.write(CHUNK)) {
            outgoing.once('drain', more);
            return;
          }
        }
        outgoing.end();
      };
      more();
    });
    expect(etag).toBe(`"${md5}"`);

    const received = await new Promise<string>((resolve, reject) => {
      const hash = createHash('md5');
      const outgoing = send('GET', 0);
      outgoing.on('response', (incoming) => {
        incoming.on('data', (chunk: Buffer) => hash.update(chunk));
        incoming.on('end', () => resolve(hash.digest('hex')));
        incoming.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
    expect(received).toBe(md5);
    const growth = peakMemory(child.pid) - before;
    console.log(`peak memory of the store: ${Math.round(before / MIB)} MiB, then ${Math.round(growth / MIB)} MiB more`);
    expect(growth).toBeLessThan(200 * MIB);
  },
);
