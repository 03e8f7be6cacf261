import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { canonicalQuery, sha256Hex, signV4 } from '../local/sigv4.ts';
import { nextMessage, startProgram, stopProgram } from './child.ts';
import type { Bench, Measurement } from './measurement.ts';
import { median, quantile } from './statistics.ts';
import { withWorkspace } from './workspace.ts';

/** Milliseconds that a page of 1000 keys may take in a bucket of 100,000. */
const PAGE_MS = 20;
const BUCKET = 'source';

type Call = (method: 'GET' | 'PUT', key: string, query?: Record<string, string>) => Promise<string>;

/** Signed calls to a bucket of the local object store, which is a process of its own. */
function callsOf(agent: Agent, port: number): Call {
  return (method, key, query = {}) =>
    new Promise((resolve, reject) => {
      const path = `/${BUCKET}${key === '' ? '' : `/${key}`}`;
      const headers = signV4({
        ...{ method, host: `127.0.0.1:${port}`, path, query, payloadHash: sha256Hex(''), region: 'cn-north-4' },
        ...{ service: 's3', now: Date.now(), accessKey: 'BENCH', secretKey: 'bench-secret' },
        headers: { 'content-length': '0' },
      });
      const text = canonicalQuery(query);
      const target = text === '' ? path : `${path}?${text}`;
      const outgoing = request({ agent, port, host: '127.0.0.1', method, headers, path: target }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          if ((incoming.statusCode ?? 0) < 300) resolve(body);
          else reject(new Error(`${method} ${path}: ${incoming.statusCode} ${body}`));
        });
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
}

async function page(call: Call, query: Record<string, string>): Promise<{ readonly ms: number; readonly xml: string }> {
  const start = performance.now();
  const xml = await call('GET', '', { 'list-type': '2', ...query });
  return { ms: performance.now() - start, xml };
}

/** Every page of a listing, timed one by one. */
async function walk(call: Call, query: Record<string, string> = {}): Promise<number[]> {
  const times: number[] = [];
  for (let token: string | undefined = ''; token !== undefined; ) {
    const { ms, xml } = await page(call, { ...query, ...(token === '' ? {} : { 'continuation-token': token }) });
    times.push(ms);
    token = /<NextContinuationToken>([^<]*)</.exec(xml)?.[1];
  }
  return times;
}

/** Pages of 1000 keys of the local object store: in order, at any position, and while objects are being stored. */
export const listing: Bench = ({ quick, progress }) =>
  withWorkspace(async (workspace) => {
    const objects = quick ? 2000 : 100_000;
    const program = await workspace.bundle('object-store');
    const store = startProgram(program, [join(workspace.folder, 'store'), 'folders', String(objects)]);
    const agent = new Agent({ keepAlive: true });
    const measurement = (measure: string, times: readonly number[]): Measurement => ({
      measure: `page of 1000, ${measure}`,
      value: `${median(times).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms`,
      baseline: `${PAGE_MS} ms`,
      ratio: median(times) / PAGE_MS,
      target: { atMost: 1 },
    });
    try {
      const call = callsOf(agent, await nextMessage<number>(store));
      progress(`filled with ${objects} objects`);
      const whole = await walk(call);
      const encoded = await walk(call, { 'encoding-type': 'url' });
      const anywhere: number[] = [];
      for (let index = 0; index < 50; index++) {
        const folder = String(Math.trunc(((index * 104_729) % objects) / 1000)).padStart(6, '0');
        anywhere.push((await page(call, { 'start-after': `folder-${folder}/measurement-${index}` })).ms);
      }
      let writing = true;
      const writers = ['a', 'b', 'c', 'd'].map(async (lane) => {
        for (let index = 0; writing; index++) await call('PUT', `new-${lane}-${index}`);
      });
      const busy = await walk(call).finally(() => {
        writing = false;
      });
      await Promise.all(writers);
      return [
        measurement(`whole bucket (${objects} keys)`, whole),
        measurement('encoding-type=url', encoded),
        measurement('behind any key', anywhere),
        measurement('while storing objects', busy),
      ];
    } finally {
      agent.destroy();
      await stopProgram(store);
    }
  });
