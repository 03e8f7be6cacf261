/**
 * The local object store under load: objects stored and read per second, and the time of a listing page of 1000 in a
 * bucket of 100,000 objects, at any position, with a delimiter, and while objects are being stored.
 *
 * Usage: node --import tsx scripts/bench/listing.ts [number of objects]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Accounts } from '../local/accounts.ts';
import { type ObsServer, startObs } from '../local/obs/server.ts';
import { canonicalQuery, sha256Hex, signV4, uriEncodePath } from '../local/sigv4.ts';

const CREDENTIALS = { accessKey: 'BENCH', secretKey: 'bench-secret' };
const REGION = 'cn-north-4';
const BUCKET = 'bench';
const CONCURRENCY = 32;
const BODY = Buffer.alloc(200, 'x');

interface Answer {
  readonly status: number;
  readonly body: string;
}

function client(server: ObsServer) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  const host = `127.0.0.1:${server.port}`;
  const call = (
    method: string,
    key: string,
    query: Record<string, string> = {},
    body = Buffer.alloc(0),
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const path = `/${BUCKET}${key === '' ? '' : `/${uriEncodePath(key)}`}`;
      const headers = signV4({
        ...{ method, host, path, query, payloadHash: sha256Hex(body), region: REGION, service: 's3', now: new Date() },
        ...CREDENTIALS,
        headers: { 'content-length': String(body.length) },
      });
      const text = canonicalQuery(query);
      const options = { agent, port: server.port, host: '127.0.0.1', method, headers };
      const outgoing = request({ ...options, path: text === '' ? path : `${path}?${text}` }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          const answer = { status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
          if (answer.status < 300) resolve(answer);
          else reject(new Error(`${method} ${path}: ${answer.status} ${answer.body}`));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return { call, close: () => agent.destroy() };
}

type Call = ReturnType<typeof client>['call'];

const keyOf = (index: number): string =>
  `folder-${String(index % 100).padStart(2, '0')}/object ${String(index).padStart(7, '0')}.bin`;

/** Runs a number of tasks, a few at a time; returns how many were done per second. */
async function perSecond(count: number, task: (index: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (next < count) await task(next++);
    }),
  );
  return count / ((performance.now() - start) / 1000);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const rank = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

function report(label: string, times: readonly number[]): void {
  const [median, p95, most] = [rank(times, 0.5), rank(times, 0.95), Math.max(...times)].map((time) => time.toFixed(1));
  console.log(`${label.padEnd(44)} median ${median} ms, p95 ${p95} ms, max ${most} ms (${times.length} pages)`);
}

async function walk(call: Call, query: Record<string, string>): Promise<{ times: number[]; keys: number }> {
  const times: number[] = [];
  let keys = 0;
  let token: string | undefined;
  do {
    let page = '';
    const all = { 'list-type': '2', ...query, ...(token ? { 'continuation-token': token } : {}) };
    times.push(await timed(async () => (page = (await call('GET', '', all)).body)));
    keys += page.split('<Contents>').length - 1;
    token = /<NextContinuationToken>([^<]*)</.exec(page)?.[1];
  } while (token);
  return { times, keys };
}

async function run(objects: number, dataDir: string): Promise<void> {
  const options = { dataDir, port: 0, region: REGION, accounts: new Accounts([CREDENTIALS]) };
  let server = await startObs(options);
  let { call, close } = client(server);
  await call('PUT', '');
  await perSecond(500, (index) => call('PUT', `warm-up/${index}`, {}, BODY));
  const puts = await perSecond(objects, (index) => call('PUT', keyOf(index), {}, BODY));
  console.log(`PUT of 200 bytes, ${CONCURRENCY} at a time:`.padEnd(44), `${Math.round(puts)}/s (${objects} objects)`);
  const gets = await perSecond(Math.min(objects, 10_000), (index) => call('GET', keyOf((index * 7919) % objects)));
  console.log(`GET of 200 bytes, ${CONCURRENCY} at a time:`.padEnd(44), `${Math.round(gets)}/s`);

  const flat = await walk(call, {});
  report(`page of 1000, whole bucket (${flat.keys} keys)`, flat.times);
  report('page of 1000, encoding-type=url', (await walk(call, { 'encoding-type': 'url' })).times);
  report('delimiter /, 100 folders', (await walk(call, { delimiter: '/' })).times);
  report('delimiter /, pages of 10', (await walk(call, { delimiter: '/', 'max-keys': '10' })).times);
  const random = Array.from({ length: 50 }, (_, index) => keyOf((index * 104_729) % objects));
  const positions: number[] = [];
  for (const after of random)
    positions.push(await timed(() => call('GET', '', { 'list-type': '2', 'start-after': after })));
  report('page of 1000 behind any key', positions);

  let writing = true;
  let written = 0;
  const writer = Promise.all(
    Array.from({ length: 4 }, async (_, lane) => {
      while (writing) await call('PUT', `folder-${lane}/new ${written++}`, {}, BODY);
    }),
  );
  report('page of 1000 while storing objects', (await walk(call, {})).times);
  writing = false;
  await writer;

  close();
  await server.close();
  const restart = await timed(async () => {
    server = await startObs(options);
  });
  ({ call, close } = client(server));
  await call('GET', '', { 'max-keys': '1' });
  console.log(`restart with ${objects + written + 500} objects:`.padEnd(44), `${restart.toFixed(0)} ms`);
  close();
  await server.close();
}

const objects = Number(process.argv[2] ?? 100_000);
const dataDir = await mkdtemp(join(tmpdir(), 'bench-obs-'));
try {
  await run(objects, dataDir);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
