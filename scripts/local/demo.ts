import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { ROOT } from '../serverless/config.ts';
import { Cloud } from './demo/cloud.ts';
import { compareObject } from './demo/compare.ts';
import { type DemoObject, folderObjects, generatedObjects, hostileObjects, repositoryObjects } from './demo/objects.ts';
import { forEachConcurrently } from './demo/pool.ts';
import { startProgress } from './demo/progress.ts';
import { type Arrival, preciseNow } from './demo/protocol.ts';
import { parseFlags, UsageError, wholeNumber } from './options.ts';
import { s3Client } from './s3.ts';
import { onShutdown } from './shutdown.ts';
import type { Endpoints } from './stack.ts';

const USAGE = `npm run demo -- [flags]

Starts the local cloud on free ports, uploads objects into the source bucket with a stock S3 client, waits until
OMS has copied them all, compares every object's bytes and metadata, and prints a summary.
Exit code: 0 when everything arrived, 1 when something is missing or differs, 2 for a wrong flag.`;

async function main(): Promise<number> {
  const flags = parseFlags(USAGE, {
    folder: {
      type: 'string',
      value: 'DIR',
      help: "upload this folder (default: the repository's files and hostile key names)",
    },
    objects: { type: 'string', value: 'N', help: 'generate N small objects instead' },
    'key-decoding': { type: 'string', value: 'STYLE', help: 'how OMS decodes keys: form or rfc3986 (form)' },
    patience: { type: 'string', value: 'SECONDS', help: 'give up when nothing has arrived for so long (30)' },
    verbose: { type: 'boolean', help: 'print the log lines of functions and services' },
  });
  if (!flags) return 0;
  const keyDecoding = flags['key-decoding'] ?? 'form';
  if (keyDecoding !== 'form' && keyDecoding !== 'rfc3986') throw new UsageError('--key-decoding takes form or rfc3986');
  const patience = wholeNumber('patience', flags.patience ?? '30', 1, 3600) * 1000;
  if (flags.folder && flags.objects) throw new UsageError('--folder and --objects exclude each other');
  const { objects, skipped = [] } = flags.objects
    ? { objects: generatedObjects(wholeNumber('objects', flags.objects, 1, 10_000_000)) }
    : flags.folder
      ? await folderObjects(resolve(String(flags.folder)))
      : { objects: [...(await repositoryObjects(ROOT)), ...hostileObjects()] };
  for (const line of skipped) console.log(`not uploaded: ${line}`);
  if (objects.length === 0) throw new UsageError('there is nothing to upload: the folder holds no files');

  const dataDir = await mkdtemp(join(tmpdir(), 'oms-sync-demo-'));
  const arrivals = new Arrivals();
  const lines: string[] = [];
  console.log('starting the local cloud');
  const cloud = new Cloud({
    dataDir,
    keyDecoding,
    arrived: (all) => arrivals.arrived(all),
    say: (line) => console.log(`  ${line}`),
    log: (line) => {
      if (flags.verbose) console.log(line);
      else if (lines.push(line) > 2000) lines.shift();
    },
  });
  const cleanUp = async (): Promise<void> => {
    await cloud.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  let stopped = false;
  onShutdown(async () => {
    stopped = true;
    console.error('\nstopped before the end');
    await cleanUp();
    process.exit(130);
  });
  try {
    return await replicate(cloud, await cloud.ready(), objects, arrivals, patience, lines);
  } catch (error) {
    // The shutdown is under way and ends the process itself.
    if (stopped) return await new Promise<never>(() => {});
    throw error;
  } finally {
    if (!stopped) await cleanUp();
  }
}

/** When each object was acknowledged to the uploader and when OMS had dealt with it. */
class Arrivals {
  readonly #uploadedAt = new Map<string, number>();
  readonly #arrivedAt = new Map<string, number>();

  get count(): number {
    return this.#arrivedAt.size;
  }

  arrived(arrivals: readonly Arrival[]): void {
    for (const { key, at } of arrivals) if (!this.#arrivedAt.has(key)) this.#arrivedAt.set(key, at);
  }

  uploaded(key: string): void {
    this.#uploadedAt.set(key, preciseNow());
  }

  /** Milliseconds from upload to arrival, ascending. */
  latencies(): number[] {
    const all: number[] = [];
    for (const [key, uploaded] of this.#uploadedAt) {
      const arrived = this.#arrivedAt.get(key);
      // A fast copy can be done before the uploader has read its answer.
      if (arrived !== undefined) all.push(Math.max(0, arrived - uploaded));
    }
    return all.sort((a, b) => a - b);
  }
}

async function replicate(
  cloud: Cloud,
  endpoints: Endpoints,
  objects: readonly DemoObject[],
  arrivals: Arrivals,
  patience: number,
  lines: readonly string[],
): Promise<number> {
  const client = s3Client({
    endpoint: endpoints.obs,
    region: endpoints.region,
    accessKey: endpoints.access_key,
    secretKey: endpoints.secret_key,
  });
  console.log(`\nuploading ${objects.length} objects to "${endpoints.source_bucket}"`);
  const progress = startProgress({ uploaded: objects.length, arrived: objects.length });
  const began = performance.now();
  let bytes = 0;
  const tick = setInterval(() => progress.set('arrived', arrivals.count), 100);
  try {
    let uploaded = 0;
    await forEachConcurrently(objects, 4, async (object) => {
      const body = await object.read();
      await client.send(
        new PutObjectCommand({
          Bucket: endpoints.source_bucket,
          Key: object.key,
          Body: body,
          ContentType: object.contentType,
          Metadata: { ...object.metadata },
          ...object.headers,
        }),
      );
      arrivals.uploaded(object.key);
      bytes += body.length;
      progress.set('uploaded', ++uploaded);
    });
    await converge(objects.length, arrivals, patience);
    progress.set('arrived', arrivals.count);
  } finally {
    clearInterval(tick);
    progress.stop();
  }
  const seconds = (performance.now() - began) / 1000;

  console.log('\ncomparing bytes and metadata of every object');
  const problems: string[] = [];
  await forEachConcurrently(objects, 16, async ({ key }) => {
    const problem = await compareObject(client, endpoints.source_bucket, endpoints.destination_bucket, key);
    if (problem) problems.push(`${JSON.stringify(key)}: ${problem}`);
  });
  client.destroy();

  const latencies = arrivals.latencies();
  const at = (share: number): string => {
    const value = latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
    return value === undefined ? '-' : `${value.toFixed(0)} ms`;
  };
  const { calls, keys } = await cloud.stats();
  const rows: readonly (readonly [string, string])[] = [
    ['objects', `${objects.length - problems.length} of ${objects.length} arrived, same bytes, same metadata`],
    ['bytes', bytes.toLocaleString('en-US')],
    ['time', `${seconds.toFixed(1)} s (${(objects.length / seconds).toFixed(0)} objects/s)`],
    ['upload to arrival', `p50 ${at(0.5)}, p99 ${at(0.99)}`],
    ['OMS event calls', `${calls}, ${calls === 0 ? '-' : (keys / calls).toFixed(1)} keys per call`],
  ];
  console.log(`\n${rows.map(([name, value]) => `  ${name.padEnd(18)} ${value}`).join('\n')}\n`);
  if (problems.length === 0) {
    console.log('converged: source and destination hold the same objects');
    return 0;
  }
  console.error(`${problems.length} of ${objects.length} objects did not arrive as they are:`);
  for (const problem of problems.slice(0, 100)) console.error(`  ${problem}`);
  if (problems.length > 100) console.error(`  ... and ${problems.length - 100} more`);
  const errors = lines.filter((line) => /"level":"(error|ERROR|warn)"|errorMessage/.test(line));
  if (errors.length > 0) console.error(`\nlast errors logged:\n${errors.slice(-10).join('\n')}`);
  return 1;
}

/** Waits until `count` objects have arrived, or nothing has arrived for `patience` milliseconds. */
async function converge(count: number, arrivals: Arrivals, patience: number): Promise<void> {
  let last = arrivals.count;
  let since = performance.now();
  while (arrivals.count < count && performance.now() - since < patience) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (arrivals.count > last) {
      last = arrivals.count;
      since = performance.now();
    }
  }
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
