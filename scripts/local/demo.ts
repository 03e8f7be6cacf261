import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ROOT } from '../serverless/config.ts';
import { Arrivals } from './demo/arrivals.ts';
import { Cloud } from './demo/cloud.ts';
import { folderObjects, generatedObjects, hostileObjects, repositoryObjects } from './demo/objects.ts';
import { replicate, showErrors } from './demo/story.ts';
import { parseFlags, UsageError, wholeNumber } from './options.ts';
import { onShutdown } from './shutdown.ts';

const USAGE = `npm run demo -- [flags]

Starts the local cloud on free ports, loses some notifications on purpose, and uploads objects into the source bucket
with a stock S3 client. When everything has arrived of which a notification told, it shows what is missing, lets the
reconciler find and submit it, and lets it prove in a second pass that nothing is missing any more. At the end it
compares every object's bytes and metadata, and prints a summary.
Exit code: 0 when everything arrived, 1 when something is missing or differs, 2 for a wrong flag.`;

/** Notifications that are lost unless a flag says otherwise, of a hundred. */
const DROP = '5';

async function main(): Promise<number> {
  const flags = parseFlags(USAGE, {
    folder: {
      type: 'string',
      value: 'DIR',
      help: "upload this folder (default: the repository's files and hostile key names)",
    },
    objects: { type: 'string', value: 'N', help: 'generate N small objects instead' },
    'key-decoding': { type: 'string', value: 'STYLE', help: 'how OMS decodes keys: form or rfc3986 (form)' },
    drop: { type: 'string', value: 'PERCENT', help: `notifications to lose on purpose, 0 for none (${DROP})` },
    patience: { type: 'string', value: 'SECONDS', help: 'give up when nothing has arrived for so long (30)' },
    verbose: { type: 'boolean', help: 'print the log lines of functions and services' },
  });
  if (!flags) return 0;
  const keyDecoding = flags['key-decoding'] ?? 'form';
  if (keyDecoding !== 'form' && keyDecoding !== 'rfc3986') throw new UsageError('--key-decoding takes form or rfc3986');
  const patience = wholeNumber('patience', flags.patience ?? '30', 1, 3600) * 1000;
  const drop = wholeNumber('drop', flags.drop ?? DROP, 0, 100);
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
  const stopping = new AbortController();
  const { signal } = stopping;
  onShutdown(async () => {
    stopping.abort();
    console.error('\nstopped before the end');
    await cleanUp();
    process.exit(130);
  });
  console.log('starting the local cloud');
  try {
    const endpoints = await cloud.ready();
    const say = (line: string): void => {
      signal.throwIfAborted();
      console.log(line);
    };
    return await replicate({ cloud, endpoints, objects, arrivals, drop, patience, lines, signal, say });
  } catch (error) {
    // The shutdown is under way and ends the process itself.
    if (signal.aborted) return await new Promise<never>(() => {});
    showErrors(lines);
    throw error;
  } finally {
    if (!signal.aborted) await cleanUp();
  }
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
