import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { numberOf, type Run } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { ROOT } from '../serverless/config.ts';
import {
  ENDPOINTS_FILE,
  endpointsContent,
  publishEndpoints,
  removeStale,
  withdrawEndpoints,
} from './endpoints-file.ts';
import { readFaultFile } from './faults/file.ts';
import { readAccountFile } from './iam/account-file.ts';
import { PortInUseError } from './listen.ts';
import { lockFolder } from './lock.ts';
import { isRunning } from './process-identity.ts';
import { onShutdown } from './shutdown.ts';
import { type Endpoints, type Stack, startStack } from './stack.ts';

const load = createRequire(import.meta.url);

/** `oms-sync start`: runs until it is told to stop, which ends the process. */
export const run: Run = async (context) => {
  const { values: flags } = context;
  const portBase = numberOf(context, 'port-base', 0, 65531) ?? 8080;
  const keyDecoding = flags['key-decoding'] === 'rfc3986' ? 'rfc3986' : 'form';

  const retryDelay = numberOf(context, 'retry-delay', 0, 86_400_000) ?? 200;

  const faults = flags['faults'] === undefined ? {} : await readFaultFile(String(flags['faults']));

  const extraAccounts = flags['accounts'] === undefined ? [] : await readAccountFile(String(flags['accounts']));

  const local = join(ROOT, '.local');
  await mkdir(local, { recursive: true });
  await removeLeftovers(local);
  const endpointsFile = resolve(ROOT, String(flags['endpoints'] ?? ENDPOINTS_FILE));
  if (await removeStale(endpointsFile))
    context.say(
      `  ${relative(process.cwd(), endpointsFile)} was left over from a local cloud that no longer runs: removed`,
    );
  const kept = flags['data'] === undefined ? undefined : resolve(String(flags['data']));
  const dataDir = kept ?? join(local, `run-${process.pid}`);

  const aborter = new AbortController();
  const closers: (() => Promise<void>)[] = [];
  const shutdown = onShutdown(async (reason) => {
    context.say(`\nstopping (${reason})`);
    aborter.abort(new Error('stopped while starting'));
    await starting.catch(() => {});
    for (const closer of closers.reverse()) await closer();
    if (!kept) await rm(dataDir, { recursive: true, force: true });
  });

  const starting = (async () => {
    closers.push(await lockFolder(dataDir));
    const stack = await startStack({
      dataDir,
      portBase,
      keyDecoding,
      faults,
      retryDelay: (retry) => retryDelay * 2 ** (retry - 1),
      extraAccounts,
      resultLists: flags['without-result-lists'] !== true,
      signal: aborter.signal,
      say: (line) => context.say(`  ${line}`),
      log: (line) => {
        if (!flags['quiet']) context.say(line);
      },
    });
    closers.push(() => stack.close());
    const content = endpointsContent(stack.endpoints);
    // Registered before the file is written, so that no moment exists in which it would stay behind.
    closers.push(() => withdrawEndpoints(endpointsFile, content));
    aborter.signal.throwIfAborted();
    await publishEndpoints(endpointsFile, content);
    return stack;
  })();

  try {
    const stack = await starting;
    if (flags['watch'] && !aborter.signal.aborted) closers.push(await watchSources(stack, context.say, aborter.signal));
    if (!aborter.signal.aborted) context.say(instructions(stack.endpoints, endpointsFile, kept));
    if (!aborter.signal.aborted && context.json) context.print(stack.endpoints);
    if (flags['watch'] && !aborter.signal.aborted) context.say('\nwatching functions/, shared/ and serverless.yml');
  } catch (error) {
    if (aborter.signal.aborted) return await forever();
    shutdown.cancel();
    for (const closer of closers.reverse()) await closer();
    if (!kept) await rm(dataDir, { recursive: true, force: true });
    if (error instanceof PortInUseError)
      throw new CliError(
        'port_in_use',
        `${error.message}.`,
        'Choose other ports with --port-base N; 0 picks free ones.',
      );
    throw error;
  }
  return await forever();
};

/** The shutdown ends the process. */
function forever(): Promise<never> {
  return new Promise<never>(() => {});
}

/** @returns what ends the watch, and waits for what is under way */
async function watchSources(
  stack: Stack,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  // Loaded only here: the bundler and the library of deployments.
  const { startWatching } = load('./watch.ts') as typeof import('./watch.ts');
  const { redeploy } = load('./redeploy.ts') as typeof import('./redeploy.ts');
  const watcher = startWatching({
    deploy: async (keys) => {
      await redeploy(stack.endpoints, stack.config, keys, signal);
    },
    redeclare: () => stack.redeclare(),
    say,
  });
  return () => watcher.close();
}

/** Removes the folders of runs that were killed and could not do it themselves. */
async function removeLeftovers(local: string): Promise<void> {
  for (const name of await readdir(local)) {
    if (!/^run-\d+$/.test(name)) continue;
    const owner = await readFile(join(local, name, 'lock'), 'utf8').catch(() => name.slice('run-'.length));
    if (!isRunning(owner)) await rm(join(local, name), { recursive: true, force: true });
  }
}

function instructions(endpoints: Endpoints, endpointsFile: string, kept: string | undefined): string {
  const remote = `:s3,provider=Other,endpoint="${endpoints.obs}",access_key_id=${endpoints.access_key},secret_access_key=${endpoints.secret_key}`;
  return `
ready. Addresses and keys are in ${relative(process.cwd(), endpointsFile)}
  access key    ${endpoints.access_key}
  secret key    ${endpoints.secret_key}
  AppCode       ${endpoints.app_code}
  sync task     ${endpoints.sync_task_id}
  buckets       ${endpoints.source_bucket}, ${endpoints.destination_bucket}; ${endpoints.state_bucket} for what must not get lost
  data          ${kept ?? 'removed when this run ends (keep it with: npm start -- --data DIR)'}

Put a file and find it in the destination:
  rclone copyto README.md '${remote}:${endpoints.source_bucket}/报告/a+b ☃.md'
  rclone lsf -R '${remote}:${endpoints.destination_bucket}'

See what could not be submitted (dead letters, failed invocations), and what was given up:
  rclone lsf -R '${remote}:${endpoints.state_bucket}'

Show the task with its counters, and name an object to be copied:
  curl -H 'X-Apig-AppCode: ${endpoints.app_code}' ${endpoints.gateway}/sync-tasks/${endpoints.sync_task_id}
  curl -H 'X-Apig-AppCode: ${endpoints.app_code}' -d '{"objects":["报告/a+b ☃.md"]}' ${endpoints.gateway}/sync-tasks/${endpoints.sync_task_id}/events

Ctrl-C stops everything.`;
}
