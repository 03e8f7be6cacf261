import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import { OmsClient } from '#shared/oms/client.ts';
import { type Report, readReport } from '#shared/reconcile/report/report.ts';
import { EMPTY_ETAG, type StoredObject, storeObjects } from '../../scripts/bench/stored-objects.ts';
import { bundle } from '../../scripts/build/bundle.ts';
import { Accounts } from '../../scripts/local/accounts.ts';
import { type ObsServer, startObs } from '../../scripts/local/obs/server.ts';
import { type OmsServer, startOms } from '../../scripts/local/oms/server.ts';
import { ROOT } from '../../scripts/serverless/config.ts';
import type { ChildOptions } from '../helpers/reconcile-child.ts';

const OBJECTS = 100_000;
const MISSING_OF = 100;
const KILLS = 50;
const WORKERS = 4;
const REGION = 'cn-north-4';
const PROJECT = '0123456789abcdef0123456789abcdef';
const KEYS = { accessKey: 'KILLS', secretKey: 'kills-secret' };
const STATE = { bucket: 'state', prefix: 'reconcile/kills/' };
/** Requests of a process before it is killed: 8 are what it takes to begin. */
const LONGEST = 45;

const keyOf = (index: number): string => `folder-${String(Math.trunc(index / 700)).padStart(4, '0')}/报告 ${index}.bin`;

function* objects(isThere: (index: number) => boolean): Generator<StoredObject, void, undefined> {
  for (let index = 0; index < OBJECTS; index++)
    if (isThere(index)) yield { key: keyOf(index), size: 0, etag: EMPTY_ETAG, modified: Date.UTC(2026, 0, 1) };
}

interface ListedPage {
  readonly run: number;
  readonly bucket: string;
  readonly keys: readonly string[];
}

/** Stands before the object store, counts what passes, and says when a process has had its share. */
class Watch {
  readonly pages: ListedPage[] = [];
  /** Listings of the destination that were begun, by run: one for each range. */
  readonly begun: number[] = [];
  run = -1;
  #left = Number.POSITIVE_INFINITY;
  #onEnd: () => void = () => {};
  #answers = true;
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: Server;

  constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((request, response) => this.#pass(request, response));
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /**
   * @param requests after which the process is done for
   * @param answers whether the last of them reaches the store, and its answer nobody
   */
  begin(requests: number, answers: boolean, onEnd: () => void): void {
    this.run += 1;
    this.begun[this.run] = 0;
    this.#left = requests;
    this.#answers = answers;
    this.#onEnd = onEnd;
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { run } = this;
    this.#left -= 1;
    const isLast = this.#left === 0;
    if (isLast && !this.#answers) {
      this.#onEnd();
      return;
    }
    const { method, url = '/', headers } = request;
    const { hostname, port } = this.#target;
    const query = new URL(url, this.#target).searchParams;
    const bucket = url.split(/[/?]/)[1] ?? '';
    const isPage = method === 'GET' && query.has('list-type') && query.get('max-keys') !== '1';
    if (isPage && bucket === 'destination' && !query.has('continuation-token'))
      this.begun[run] = (this.begun[run] ?? 0) + 1;
    const outgoing = httpRequest({ hostname, port, method, path: url, headers, agent: this.#agent }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = Buffer.concat(chunks);
        if (isPage && incoming.statusCode === 200) {
          const keys = [...body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
          this.pages.push({ run, bucket, keys });
        }
        if (isLast) {
          this.#onEnd();
          return;
        }
        response.writeHead(incoming.statusCode ?? 502, incoming.headers);
        response.end(body);
      });
    });
    // A process that was killed hangs up.
    outgoing.on('error', () => response.destroy());
    request.on('error', () => outgoing.destroy());
    request.pipe(outgoing);
  }
}

let folder: string;
let obs: ObsServer;
let oms: OmsServer;
let watch: Watch;
let program: string;
let child: ChildOptions;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reconcile-kills-'));
  const dataDir = join(folder, 'obs');
  await storeObjects(dataDir, [
    { name: 'source', objects: objects(() => true) },
    { name: 'destination', objects: objects((index) => index % MISSING_OF !== 7) },
    { name: STATE.bucket, objects: [] },
  ]);
  const accounts = new Accounts([KEYS]);
  obs = await startObs({ dataDir, port: 0, region: REGION, accounts });
  oms = await startOms({
    dataDir: join(folder, 'oms'),
    port: 0,
    region: REGION,
    projectId: PROJECT,
    accounts,
    resolveEndpoint: () => obs.url,
  });
  const client = new OmsClient({ endpoint: oms.url, projectId: PROJECT, credentials: () => KEYS });
  const { sync_task_id: taskId } = await client.createSyncTask({
    src_cloud_type: 'HuaweiCloud',
    src_region: REGION,
    src_bucket: 'source',
    src_ak: KEYS.accessKey,
    src_sk: KEYS.secretKey,
    dst_region: REGION,
    dst_bucket: 'destination',
    dst_ak: KEYS.accessKey,
    dst_sk: KEYS.secretKey,
  });
  watch = new Watch(obs.url);
  child = {
    store: await watch.listen(),
    oms: oms.url,
    projectId: PROJECT,
    region: REGION,
    keys: KEYS,
    source: 'source',
    destination: 'destination',
    taskId,
    state: STATE,
    workers: WORKERS,
    leaseMs: 300,
  };
  const { code } = await bundle(ROOT, 'test/helpers/reconcile-child.ts');
  program = join(folder, 'reconcile-child.js');
  await writeFile(program, code);
});
afterAll(async () => {
  await watch?.close();
  await oms?.close();
  await obs?.close();
  await rm(folder, { recursive: true, force: true });
});

type End = 'killed' | 'completed' | 'leased';

/** A process that makes one run, unless it is killed at a request. */
async function run(requests: number, answers: boolean): Promise<End> {
  const started: ChildProcess = spawn(process.execPath, [program, JSON.stringify(child)], {
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  watch.begin(requests, answers, () => started.kill('SIGKILL'));
  let text = '';
  started.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const [, signal] = (await once(started, 'close')) as [number | null, NodeJS.Signals | null];
  if (signal === 'SIGKILL') return 'killed';
  return (JSON.parse(text) as { readonly outcome: End }).outcome;
}

/** A process that was killed still holds the lease for a while: a run that meets it is no run. */
async function runUnleased(requests: number, answers: boolean): Promise<End> {
  for (;;) {
    const end = await run(requests, answers);
    if (end !== 'leased') return end;
  }
}

async function latest(): Promise<Report | undefined> {
  const store = new ObjectStoreClient({ endpoint: obs.url, region: REGION, credentials: () => KEYS });
  const { body } = await store.getObject({ bucket: STATE.bucket, key: `${STATE.prefix}latest.json` });
  return readReport(body.toString());
}

it('a pass over 100,000 objects completes though its process is killed 50 times, and skips nothing', async () => {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  for (let kill = 0; kill < KILLS; kill++) {
    const requests = 8 + Math.floor(random() ** 2 * (LONGEST - 8));
    expect(await runUnleased(requests, random() < 0.5), `after ${kill} kills`).toBe('killed');
  }
  expect(await runUnleased(Number.POSITIVE_INFINITY, true)).toBe('completed');

  const report = await latest();
  expect(report).toMatchObject({ pass: 1, complete: true, pending: 0, failed: 0 });
  expect(report?.source.objects).toBe(OBJECTS);
  expect(report?.runs).toBeLessThanOrEqual(KILLS + 1);

  await oms.idle();
  expect(oms.stats()).toMatchObject({ copied: OBJECTS / MISSING_OF, failed: 0 });
  expect(await runUnleased(Number.POSITIVE_INFINITY, true)).toBe('completed');
  expect(await latest()).toMatchObject({ pass: 2, converged: true, submitted: 0 });

  // The last run is the second pass.
  const { twice, allowed } = pagesTwice(watch.run - 1);
  console.log(`${KILLS} kills: ${twice} pages of the destination were listed twice, at most ${allowed} may be`);
  expect(twice).toBeLessThanOrEqual(allowed);
}, 300_000);

/**
 * Pages of the destination that hold what an earlier run has listed; the source is also asked where to split a range,
 * which is no listing of it. For each range that a killed process was listing there may be two: the page that was not
 * saved, and one that reaches beyond the end of its range, where somebody else has been, for no LIST ends at a key.
 */
function pagesTwice(lastRun: number): { readonly twice: number; readonly allowed: number } {
  const seen = new Set<string>();
  let [twice, allowed] = [0, 0];
  for (let index = 0; index <= lastRun; index++) {
    const pages = watch.pages.filter(({ run: of, bucket }) => of === index && bucket === 'destination');
    twice += pages.filter(({ keys }) => keys.some((key) => seen.has(key))).length;
    for (const { keys } of pages) for (const key of keys) seen.add(key);
    allowed += 2 * Math.min(WORKERS, watch.begun[index] ?? 0);
  }
  return { twice, allowed };
}
