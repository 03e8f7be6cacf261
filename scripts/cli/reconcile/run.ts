import { randomUUID } from 'node:crypto';
import { systemClock } from '#shared/http/clock.ts';
import { secretsOf } from '#shared/http/key-pair.ts';
import { concealWithin } from '#shared/logging/redact.ts';
import { RateLimiter } from '#shared/pipeline/rate-limiter.ts';
import type { Route } from '#shared/pipeline/routes.ts';
import { TaskStates } from '#shared/pipeline/task-states.ts';
import { reconcile } from '#shared/reconcile/run.ts';
import type { ReconcileOptions, ReconcileProgress, ReconcileResult } from '#shared/reconcile/run-options.ts';
import type { Context, Run } from '../command.ts';
import { commandLog, connectOms } from '../connect.ts';
import { holdLines, holdsOf, isHeld } from '../holds.ts';
import { quoted } from '../quoted.ts';
import { placeOf, stageOf } from '../stage.ts';
import { type CommandLine, readCommandLine } from './flags.ts';
import { listerOf } from './lister.ts';
import { writeLocation } from './location.ts';
import { NameList } from './name-list.ts';
import { problemsOf } from './problems.ts';
import { startProgress } from './progress.ts';
import { readRemembered, writeRemembered } from './remembered.ts';
import { reportOf } from './report.ts';
import type { Side, SideName } from './side.ts';
import { exitCode, stateOf, summaryOf } from './table.ts';
import { findTarget, type Target } from './target.ts';
import { checkTask } from './task.ts';

const clock = systemClock;

/** `oms-sync reconcile`. */
export const run: Run = async (context) => {
  const line = readCommandLine(context);
  const writes = line.task !== undefined && !line.dryRun;
  const stage = await stageOf(context, { writes });
  const target = findTarget(line, stage);
  if (writes && target.oms) {
    const { settings, keys } = target.oms;
    const { region = '', endpoint = '', projectId: project } = settings;
    context.note(placeOf(stage.name, { region, endpoint, project, accessKey: keys.accessKey }));
  }
  const started = clock.now();
  const { source, destination } = { source: listerOf(target.source), destination: listerOf(target.destination) };
  const { notices, ...prepared } = await prepare(line, target);
  const options = { ...prepared, source, destination };
  const sides = { source: target.source, destination: target.destination };
  // Names are anybody's, and errors repeat what a store or OMS has answered.
  const redact = (text: string): string => options.log.redact(text);
  const say = (text: string): void => context.note(redact(text));
  if (!line.json)
    say(`comparing ${shown(sides.source)} with ${shown(sides.destination)}${target.cloud ? `, ${target.cloud}` : ''}`);
  const list = line.list === undefined ? undefined : new NameList(line.list);
  const comparison = prepared.route.name ?? '';
  const submissions = line.remember === undefined ? undefined : readRemembered(line.remember, comparison);
  const result = await watched(
    { ...options, submissions, maxSubmissions: line.maxSubmissions, onFindings: (findings) => list?.add(findings) },
    line,
    context,
  );
  list?.close();
  if (line.remember !== undefined && result.submissions && !options.dryRun)
    await writeRemembered(line.remember, comparison, result.submissions, stateOf(result).complete, started);
  const problems = problemsOf(result, { source: source.error, destination: destination.error });
  const { counts } = result;
  if (problems.length > 0 && counts.source.objects + counts.destination.objects === 0)
    throw new Error(redact(problems.join(' ')));
  const finished = clock.now();
  // A listing does not show that what is in flight does not move.
  const holds = await holdsOf(stage, { tasks: (routes) => tasksOf(line.task, routes, sides), queue: false });
  const told = [...problems, ...notices, ...holdLines(holds)];
  if (line.json) {
    for (const problem of told) say(problem);
    const report = reportOf(result, options, { started, finished });
    // Two buckets may be alike while nothing that comes next can arrive.
    const answer = { ...report, ...(isHeld(holds) && { converged: false, holds }) };
    context.print(concealWithin(answer, redact));
  } else {
    const ms = finished - started;
    const view = {
      ...line,
      ...sides,
      problems: told,
      callsPerSecond: options.callsPerSecond,
      ms,
      held: isHeld(holds),
    };
    context.say(summaryOf(result, view).split('\n').map(redact).join('\n'));
  }
  const soFar = stateOf(result).complete ? '' : ' so far';
  if (list) say(`${line.list} has the names of ${list.names} objects${soFar}`);
  return exitCode(result, isHeld(holds));
};

/** The sync task that was named, else those of the routes between the two buckets. */
function tasksOf(named: string | undefined, routes: readonly Route[], { source, destination }: Record<SideName, Side>) {
  if (named !== undefined) return [named];
  return routes
    .filter((route) => route.source.bucket === source.bucket && route.destination?.bucket === destination.bucket)
    .map((route) => route.sync_task_id);
}

/** The run with a progress bar, ended in order by Ctrl-C. */
async function watched(
  options: ReconcileOptions,
  { expected }: CommandLine,
  context: Context,
): Promise<ReconcileResult> {
  const { log } = options;
  const signal = context.interruptible();
  const submits = options.send !== undefined && !options.dryRun;
  const progress = startProgress({ submits, expected, now: () => performance.now() });
  const onProgress = (state: ReconcileProgress): void =>
    progress.show({ ...state, currentKey: log.redact(state.currentKey) });
  try {
    return await reconcile({ ...options, signal, onProgress });
  } finally {
    progress.stop();
  }
}

interface Prepared extends Omit<ReconcileOptions, 'source' | 'destination'> {
  /** Notices for the user, a sentence each. */
  readonly notices: readonly string[];
}

/** @throws UsageError where the task does not fit */
async function prepare(line: CommandLine, target: Target): Promise<Prepared> {
  const { source, destination, pace, oms } = target;
  const now = () => clock.now();
  const perSecond = line.rate ?? pace.callsPerSecond;
  const secrets = [source.keys, destination.keys, oms?.keys].flatMap((keys) => (keys ? secretsOf(keys) : []));
  const prefix = source.prefix === '' ? {} : { prefix: source.prefix };
  const options: Prepared = {
    route: {
      name: `${writeLocation(source)} to ${writeLocation(destination)}`,
      source: { bucket: source.bucket, cloud: source.cloud, ...prefix },
      destination: { bucket: destination.bucket },
      sync_task_id: line.task ?? '',
    },
    maxKeysPerCall: pace.maxKeysPerCall,
    concurrency: pace.concurrency,
    callsPerSecond: perSecond,
    adviseAbove: pace.planThreshold,
    clock,
    remaining: () => Number.POSITIVE_INFINITY,
    workers: line.workers,
    grace: line.grace,
    dryRun: line.dryRun || oms === undefined,
    sourceIsEmpty: line.sourceIsEmpty,
    compareETags: line.compareETags,
    id: randomUUID(),
    notices: [],
    log: commandLog(line.verbose, pace.logLevel, secrets),
  };
  if (!oms || line.task === undefined) return options;
  const { task } = line;
  const client = connectOms(oms.settings, oms.keys);
  const notices = await checkTask(client, line, target, now());
  const states = new TaskStates({ now });
  return {
    ...options,
    notices,
    showTask: () => client.showSyncTask({ syncTaskId: task, queryTime: now() }),
    send: (call) => client.createSyncEvents(call),
    limiter: new RateLimiter({ perSecond, now, sleep: (ms) => clock.sleep(ms) }),
    taskState: (syncTaskId) => states.of(syncTaskId, client),
  };
}

function shown(side: Side): string {
  return quoted(writeLocation(side));
}
