import { randomUUID } from 'node:crypto';
import { stateLocation, statePrefixes } from '#shared/config/state.ts';
import { DeadLetters } from '#shared/deadletters/store.ts';
import { Logger } from '#shared/logging/logger.ts';
import { concealIn } from '#shared/logging/redact.ts';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import { OmsClient } from '#shared/oms/client.ts';
import { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import { TaskStates } from '#shared/pipeline/task-states.ts';
import { listDocuments } from '#shared/redrive/listing.ts';
import { toFilter } from '#shared/redrive/options.ts';
import { type RedriveRun, redrive, sourcesOf } from '#shared/redrive/redrive.ts';
import type { RedriveReport } from '#shared/redrive/report.ts';
import { systemClock } from '#shared/runtime/clock.ts';
import { type CommandLine, readCommandLine } from './redrive/flags.ts';
import { startProgress } from './redrive/progress.ts';
import { summaryOf } from './redrive/table.ts';
import { findTarget, type Target } from './redrive/target.ts';

async function main(): Promise<number> {
  const line = readCommandLine(process.argv.slice(2));
  if (!line) return 0;
  const target = await findTarget(line.endpoints, process.env);
  const run = connect(target, line);
  if (!line.json) console.error(`${line.options.dry_run ? 'looking at' : 'redriving'} ${target.what}`);
  const report = await watched(run);
  console.log(line.json ? JSON.stringify(report, null, 2) : summaryOf(report));
  if (!line.json) for (const code of unknownCodes(line, report)) console.error(`no document has the code ${code}`);
  return report.remains ? 1 : 0;
}

/** The run with a progress bar, ended in order by Ctrl-C. */
async function watched(run: RedriveRun): Promise<RedriveReport> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) return;
    console.error('\nstopping after the calls under way');
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  let total = 0;
  for await (const _ of listDocuments(run.store, run.bucket, sourcesOf(run))) total += 1;
  const progress = startProgress(total, !run.dryRun, () => performance.now());
  try {
    return await redrive({ ...run, signal: controller.signal, onProgress: (state) => progress.show(state) });
  } finally {
    progress.stop();
  }
}

function connect({ config, credentials }: Target, { options, rate, verbose }: CommandLine): RedriveRun {
  const clock = systemClock;
  const now = () => clock.now();
  const location = stateLocation(config, config.region);
  if (location === undefined) throw new Error('The variables of the state bucket were not checked.');
  const { bucket } = location;
  const store = new ObjectStoreClient({ ...location, credentials: () => credentials });
  const oms = new OmsClient({
    ...(config.region === undefined ? {} : { region: config.region }),
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    projectId: config.projectId,
    timeoutMs: config.timeout,
    maxAttempts: config.maxAttempts,
    credentials: () => credentials,
  });
  const states = new TaskStates({ now });
  const secrets = Object.values(credentials);
  const log = new Logger({
    level: verbose ? config.logLevel : 'error',
    write: (_level, text) => {
      if (verbose) process.stderr.write(`${text}\n`);
    },
  });
  log.conceal(secrets);
  const prefixes = {
    deadLetters: config.deadLetterPrefix,
    parked: config.parkedPrefix,
    failedInvocations: config.failedInvocationsPrefix,
  };
  return {
    store,
    bucket,
    deadLetters: new DeadLetters({ store, bucket, prefix: prefixes.deadLetters, parkedPrefix: prefixes.parked }),
    prefixes,
    state: { bucket, prefixes: statePrefixes(config).map(([, prefix]) => prefix) },
    maxAttempts: config.redriveMaxAttempts,
    routes: config.routes,
    eventGridKeyEncoding: config.eventGridKeyEncoding,
    obsKeyEncoding: config.obsKeyEncoding,
    maxKeysPerCall: config.maxKeysPerCall,
    concurrency: config.concurrency,
    send: (call) => oms.createSyncEvents(call),
    remaining: () => Number.POSITIVE_INFINITY,
    limiter: new RateLimiter({ perSecond: rate ?? config.callsPerSecond, now, sleep: (ms) => clock.sleep(ms) }),
    taskState: (syncTaskId) => states.of(syncTaskId, oms),
    clock,
    filter: toFilter(options, now()),
    dryRun: options.dry_run ?? false,
    backoff: false,
    id: randomUUID(),
    redact: (text) => concealIn(text, secrets),
    log,
  };
}

/** A code that nothing has is a typing mistake, most likely. */
function unknownCodes({ options }: CommandLine, { codes }: RedriveReport): string[] {
  const known = new Set(codes.map(({ code }) => code));
  return (options.codes ?? []).filter((code) => !known.has(code));
}

// Nobody reads any more (`| head`).
process.stdout.on('error', () => process.exit(2));

main().then(
  (code) => {
    // Connections are kept alive for calls that will not come; what is written must be read before the end.
    process.stdout.write('', () => process.exit(code));
  },
  (error: Error) => {
    console.error(error.message.replaceAll('\n', ' '));
    process.exit(2);
  },
);
