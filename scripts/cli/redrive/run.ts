import { randomUUID } from 'node:crypto';
import { stateLocation } from '#shared/config/state.ts';
import { systemClock } from '#shared/http/clock.ts';
import { concealIn, concealWithin } from '#shared/logging/redact.ts';
import { ObjectStoreClient } from '#shared/objectstore/client.ts';
import { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { TaskStates } from '#shared/pipeline/task-states.ts';
import { listDocuments, type Source } from '#shared/redrive/listing.ts';
import { prepareRedrive } from '#shared/redrive/prepare.ts';
import { type RedriveRun, redrive, sourcesOf } from '#shared/redrive/redrive.ts';
import type { RedriveReport } from '#shared/redrive/report.ts';
import type { Context, Run } from '../command.ts';
import { commandLog, connectOms } from '../connect.ts';
import { holdLines, holdsOf, isHeld } from '../holds.ts';
import { placeOf, stageOf } from '../stage.ts';
import { type CommandLine, readCommandLine } from './flags.ts';
import { FoundObjects } from './found-objects.ts';
import { startProgress } from './progress.ts';
import { summaryOf } from './table.ts';
import { findTarget, type Target } from './target.ts';

/** `oms-sync redrive`. */
export const run: Run = async (context) => {
  const line = readCommandLine(context);
  const { options } = line;
  const stage = await stageOf(context, { writes: !options.dry_run });
  const target = await findTarget(stage);
  if (!options.dry_run) {
    const { region = '', endpoint = '', projectId: project } = target.config;
    context.note(placeOf(stage.name, { region, endpoint, project, ...target.credentials }));
  }
  const work = connect(target, line);
  if (!line.json) context.note(`${options.dry_run ? 'looking at' : 'redriving'} ${target.what}`);
  const found = new FoundObjects();
  const holds = options.dry_run ? await holdsOf(stage, { tasks: tasksOf, queue: true }) : [];
  const { report, fault } = await watched({ ...work, onFound: (taken) => found.add(taken) }, context);
  if (line.json) {
    const more = options.dry_run
      ? { objects: found.objects, objects_left_out: found.leftOut, holds: holds ?? null }
      : {};
    context.print({ ...report, ...(concealWithin(more, work.redact) as object) });
  }
  context.say(work.redact(summaryOf(report, { found, holds: holdLines(holds) })));
  if (fault !== undefined) throw fault;
  if (holds === undefined)
    context.note('not known whether invocations wait or a sync task is stopped: see oms-sync status');
  if (!line.json) {
    for (const code of unknownCodes(line, report)) context.note(`no document has the code ${code}`);
    const parked = await passedOver(work, report);
    if (parked > 0) context.note(`${parked} parked before and not looked at: --parked takes them, too`);
  }
  return report.remains || isHeld(holds) ? 1 : 0;
};

const tasksOf = (routes: readonly Route[]) => routes.map(({ sync_task_id: id }) => id);

/** Parked documents that were there before the run, where it was not asked for them: "nothing remains" is not of these. */
async function passedOver(run: RedriveRun, { documents, stopped }: RedriveReport): Promise<number> {
  if (run.filter.parked || stopped === 'interrupted') return 0;
  return (await count(run, [{ source: 'parked', prefix: run.prefixes.parked }])) - documents.parked;
}

async function count({ store, bucket }: RedriveRun, sources: readonly Source[]): Promise<number> {
  let documents = 0;
  // The run itself says what cannot be listed.
  for await (const _ of listDocuments(store, bucket, sources, { onFault: () => {} })) documents += 1;
  return documents;
}

/**
 * The run with a progress bar, ended in order by Ctrl-C.
 *
 * @returns also why it failed, where it did something all the same
 */
export async function watched(
  run: RedriveRun,
  context: Context,
): Promise<{ readonly report: RedriveReport; readonly fault?: unknown }> {
  const signal = context.interruptible();
  const progress = startProgress(await count(run, sourcesOf(run)), !run.dryRun, () => performance.now());
  let done: RedriveReport | undefined;
  const save = async (report: RedriveReport): Promise<void> => {
    if (report.documents.read > 0) done = report;
  };
  try {
    return { report: await redrive({ ...run, signal, save, onProgress: (state) => progress.show(state) }) };
  } catch (fault) {
    if (done === undefined) throw fault;
    return { report: done, fault };
  } finally {
    progress.stop();
  }
}

export function connect({ config, credentials }: Target, { options, rate, verbose }: CommandLine): RedriveRun {
  const clock = systemClock;
  const now = () => clock.now();
  const location = stateLocation(config, config.region);
  if (location === undefined) throw new Error('The variables of the state bucket were not checked.');
  const store = new ObjectStoreClient({ ...location, credentials: () => credentials });
  const oms = connectOms(config, credentials);
  const states = new TaskStates({ now });
  const secrets = Object.values(credentials);
  const log = commandLog(verbose, config.logLevel, secrets);
  const limiter = new RateLimiter({ perSecond: rate ?? config.callsPerSecond, now, sleep: (ms) => clock.sleep(ms) });
  return {
    ...prepareRedrive(config, { store, oms, limiter, states, clock }, options),
    remaining: () => Number.POSITIVE_INFINITY,
    backoff: false,
    id: randomUUID(),
    redact: (text) => concealIn(text, secrets),
    log,
    // A person has asked for them.
    linesPerCause: verbose ? Number.POSITIVE_INFINITY : undefined,
  };
}

/** A code that nothing has is a typing mistake, most likely. */
function unknownCodes({ options }: CommandLine, { codes }: RedriveReport): string[] {
  const known = new Set(codes.map(({ code }) => code));
  return (options.codes ?? []).filter((code) => !known.has(code));
}
