import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { numberOf, type Run, textOf } from '../cli/command.ts';
import { UsageError } from '../cli/errors.ts';
import { ROOT } from '../serverless/config.ts';
import { Arrivals } from './demo/arrivals.ts';
import { Cloud } from './demo/cloud.ts';
import { folderObjects, generatedObjects, hostileObjects, repositoryObjects } from './demo/objects.ts';
import { replicate, showErrors } from './demo/story.ts';
import { onShutdown } from './shutdown.ts';

/** Notifications that are lost unless a flag says otherwise, of a hundred. */
const DROP = 5;

export const run: Run = async (context) => {
  const { values: flags } = context;
  const keyDecoding = flags['key-decoding'] === 'rfc3986' ? 'rfc3986' : 'form';
  const patience = (numberOf(context, 'patience', 1, 3600) ?? 30) * 1000;
  const drop = numberOf(context, 'drop', 0, 100) ?? DROP;
  const count = numberOf(context, 'objects', 1, 10_000_000);
  const folder = textOf(context, 'folder');
  if (folder !== undefined && count !== undefined) throw new UsageError('--folder and --objects exclude each other.');
  const { objects, skipped = [] } = count
    ? { objects: generatedObjects(count) }
    : folder
      ? await folderObjects(resolve(folder))
      : { objects: [...(await repositoryObjects(ROOT)), ...hostileObjects()] };
  // The document of --json is alone on stdout.
  const tell = context.json ? context.note : context.say;
  for (const line of skipped) tell(`not uploaded: ${line}`);
  if (objects.length === 0) throw new UsageError('there is nothing to upload: the folder holds no files');

  const dataDir = await mkdtemp(join(tmpdir(), 'oms-sync-demo-'));
  const arrivals = new Arrivals();
  const lines: string[] = [];
  const cloud = new Cloud({
    dataDir,
    keyDecoding,
    arrived: (all) => arrivals.arrived(all),
    say: (line) => tell(`  ${line}`),
    log: (line) => {
      if (flags['verbose']) tell(line);
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
  tell('starting the local cloud');
  try {
    const endpoints = await cloud.ready();
    const say = (line: string): void => {
      signal.throwIfAborted();
      tell(line);
    };
    const outcome = await replicate({ cloud, endpoints, objects, arrivals, drop, patience, lines, signal, say });
    if (context.json) context.print(outcome);
    return outcome.converged ? 0 : 1;
  } catch (error) {
    // The shutdown is under way and ends the process itself.
    if (signal.aborted) return await new Promise<never>(() => {});
    showErrors(lines);
    throw error;
  } finally {
    if (!signal.aborted) await cleanUp();
  }
};
