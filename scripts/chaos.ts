import { availableParallelism } from 'node:os';
import { parseCommand, runCommand, UsageError } from './build/command-line.ts';
import { runCampaign } from './chaos/campaign.ts';
import { buildSubject } from './chaos/machine/subject.ts';
import { formatFailures, formatTally } from './chaos/report.ts';
import { compileSubject, simulate } from './chaos/simulate.ts';
import { tellStory } from './chaos/story.ts';
import { startProgress } from './local/demo/progress.ts';

const HELP = `Usage: npm run chaos -- [flags]

Uploads objects, breaks everything that can break, and proves that nothing is lost. In virtual time, with the bundles
that would be deployed; see docs/chaos.md.

  --runs N       runs, each with a seed of its own; 10000 by default
  --first N      first seed; 1 by default
  --workers N    processes; one per processor by default
  --seed N       one run of this seed alone
  --trace        with --seed: its history
  --json         figures as JSON, nothing else on standard output`;

const command = {
  help: HELP,
  options: {
    runs: { type: 'string' },
    first: { type: 'string' },
    workers: { type: 'string' },
    seed: { type: 'string' },
    trace: { type: 'boolean' },
    json: { type: 'boolean' },
  },
} as const;

await runCommand(async () => {
  const parsed = parseCommand(command, process.argv.slice(2));
  if (!parsed) return 0;
  const { values } = parsed;
  if (values.seed !== undefined) return runSeed(whole('seed', values.seed, 0), values.trace ?? false);
  if (values.trace) throw new UsageError('--trace belongs to --seed');
  const runs = whole('runs', values.runs ?? '10000', 1);
  const workers = whole('workers', values.workers ?? `${availableParallelism()}`, 0);
  return runMany({ first: whole('first', values.first ?? '1', 0), runs, workers, json: values.json ?? false });
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
  const progress = plan.json ? undefined : startProgress({ runs: plan.runs });
  const tally = await runCampaign({ subject, ...plan, onProgress: (done) => progress?.set('runs', done) });
  progress?.stop();
  const milliseconds = performance.now() - started;
  if (plan.json) console.log(JSON.stringify({ ...tally, milliseconds: Math.round(milliseconds) }));
  else {
    console.log(formatTally(tally, milliseconds));
    if (tally.failures.length > 0) console.error(formatFailures(tally));
  }
  return tally.failures.length === 0 ? 0 : 1;
}
