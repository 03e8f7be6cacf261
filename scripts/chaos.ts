import { availableParallelism } from 'node:os';
import { parseCommand, runCommand, UsageError } from './build/command-line.ts';
import { runCampaign } from './chaos/campaign.ts';
import { formatLive, runLiveCampaign } from './chaos/live/campaign.ts';
import { buildSubject } from './chaos/machine/subject.ts';
import { formatVerdicts, MUTATIONS, runMutations } from './chaos/mutations.ts';
import { formatOutage, simulateOutage } from './chaos/outage.ts';
import { formatFailures, formatTally } from './chaos/report.ts';
import { compileSubject, simulate } from './chaos/simulate.ts';
import { tellStory } from './chaos/story.ts';
import { startProgress } from './local/demo/progress.ts';

const HELP = `Usage: npm run chaos -- [flags]

Uploads objects, breaks everything that can break, and proves that nothing is lost. In virtual time, with the bundles
that would be deployed; see docs/testing.md.

  --runs N       runs, each with a seed of its own; 10000 by default
  --first N      first seed; 1 by default
  --workers N    processes; one per processor by default
  --seed N       one run of this seed alone
  --trace        with --seed: its history
  --outage       30 minutes without OMS, and what comes of 100000 uploads
  --uploads N    with --outage: other than 100000
  --per-event N  with --outage: objects per notification, 10 by default; 1 takes ten times as long
  --mutations    makes deliberate bugs and shows which run finds each
  --live N       N runs on the live local cloud, with real processes killed
  --json         figures as JSON, nothing else on standard output

Exit code 0: every promise was kept. 1: one was broken, or a deliberate bug was not found. 2: wrong flags.`;

const command = {
  help: HELP,
  options: {
    runs: { type: 'string' },
    first: { type: 'string' },
    workers: { type: 'string' },
    seed: { type: 'string' },
    trace: { type: 'boolean' },
    outage: { type: 'boolean' },
    uploads: { type: 'string' },
    'per-event': { type: 'string' },
    mutations: { type: 'boolean' },
    live: { type: 'string' },
    json: { type: 'boolean' },
  },
} as const;

/** Ctrl-C ends the command and its bars with it. */
const UNTIL_THE_END = new AbortController().signal;

await runCommand(async () => {
  const parsed = parseCommand(command, process.argv.slice(2));
  if (!parsed) return 0;
  const { values } = parsed;
  const { seed, trace = false, json = false, uploads = '100000' } = values;
  const modes = ['seed', 'outage', 'mutations', 'live'].filter((name) => Reflect.get(values, name) !== undefined);
  if (modes.length > 1) throw new UsageError(`--${modes.join(' and --')} do not go together`);
  if (trace && seed === undefined) throw new UsageError('--trace belongs to --seed');
  for (const name of ['uploads', 'per-event'] as const)
    if (values[name] !== undefined && !values.outage) throw new UsageError(`--${name} belongs to --outage`);
  const first = whole('first', values.first ?? '1', 0);
  const workers = whole('workers', values.workers ?? `${availableParallelism()}`, 0);
  if (seed !== undefined) return runSeed(whole('seed', seed, 0), trace);
  if (values.outage) {
    const perEvent = whole('per-event', values['per-event'] ?? '10', 1);
    return runOutage({ uploads: whole('uploads', uploads, 1), perEvent, json });
  }
  if (values.mutations) return findMutations({ first, workers, json });
  if (values.live !== undefined) return runLive({ first, runs: whole('live', values.live, 1), json });
  return runMany({ first, runs: whole('runs', values.runs ?? '10000', 1), workers, json });
});

/** @throws UsageError naming the flag */
function whole(flag: string, text: string, minimum: number): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < minimum)
    throw new UsageError(`--${flag} takes a whole number from ${minimum}`);
  return value;
}

async function runSeed(seed: number, trace: boolean): Promise<number> {
  const run = await simulate(seed, compileSubject(await buildSubject()), { trace: true });
  console.log(tellStory(run, trace));
  if (trace) console.log(JSON.stringify(run.counts, null, 2));
  return run.violations.length === 0 ? 0 : 1;
}

async function runMany(plan: { first: number; runs: number; workers: number; json: boolean }): Promise<number> {
  const subject = await buildSubject();
  const started = performance.now();
  const progress = plan.json ? undefined : startProgress({ runs: plan.runs }, UNTIL_THE_END);
  const tally = await runCampaign({ subject, ...plan, onProgress: (done) => progress?.set('runs', done) });
  progress?.stop();
  const milliseconds = performance.now() - started;
  if (plan.json) console.log(JSON.stringify({ ...tally, milliseconds: Math.round(milliseconds) }));
  else {
    console.log(formatTally(tally, milliseconds));
    const [failed] = tally.failures;
    if (failed) {
      console.error(formatFailures(tally));
      console.error(`\n${tellStory(await simulate(failed.seed, compileSubject(subject), { trace: true }))}`);
    }
  }
  return tally.failures.length === 0 ? 0 : 1;
}

async function runOutage(plan: { uploads: number; perEvent: number; json: boolean }): Promise<number> {
  const { uploads, perEvent, json } = plan;
  // The errors are part of the plan, so their stacks are not needed.
  Error.stackTraceLimit = 0;
  const programs = compileSubject(await buildSubject());
  const outage = await simulateOutage(programs, {
    uploads,
    minutes: [10, 30, 20],
    perEvent,
    manner: 'answers 503',
  });
  if (json) console.log(JSON.stringify({ windows: outage.windows, counts: outage.run.counts }));
  else console.log(formatOutage(outage));
  return outage.run.violations.length === 0 ? 0 : 1;
}

async function findMutations({ first, workers, json }: { first: number; workers: number; json: boolean }) {
  const progress = json ? undefined : startProgress({ bugs: MUTATIONS.length }, UNTIL_THE_END);
  let done = 0;
  const onVerdict = (): void => {
    done += 1;
    progress?.set('bugs', done);
  };
  const verdicts = await runMutations(MUTATIONS, { first, workers, onVerdict });
  progress?.stop();
  console.log(json ? JSON.stringify(verdicts) : formatVerdicts(verdicts));
  return verdicts.every(({ rule }) => rule !== undefined) ? 0 : 1;
}

async function runLive({ first, runs, json }: { first: number; runs: number; json: boolean }): Promise<number> {
  const progress = json ? undefined : startProgress({ runs }, UNTIL_THE_END);
  const results = await runLiveCampaign({ first, runs, onProgress: (count) => progress?.set('runs', count) });
  progress?.stop();
  console.log(json ? JSON.stringify(results) : formatLive(results));
  return results.every(({ problems }) => problems.length === 0) ? 0 : 1;
}
