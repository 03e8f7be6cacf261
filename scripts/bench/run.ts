import { access, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CommandError, parseCommand, runCommand, UsageError } from '../build/command-line.ts';
import { coldStart } from './cold-start.ts';
import { diffOfListings } from './diff.ts';
import { encoding } from './encoding.ts';
import { firstResponse } from './first-response.ts';
import { listingHttp } from './listing-http.ts';
import { listing } from './listing-pages.ts';
import type { Bench } from './measurement.ts';
import { million } from './million.ts';
import { rcloneCheck } from './rclone-check.ts';
import { type BenchResult, formatResults, machine, misses } from './report.ts';
import { submitThroughput } from './submit-throughput.ts';

/** Take minutes, so they run only when they are named. */
const ON_REQUEST: Readonly<Record<string, Bench>> = { million };

const BENCHES: Readonly<Record<string, Bench>> = {
  'cold-start': coldStart,
  'first-response': firstResponse,
  'submit-throughput': submitThroughput,
  encoding,
  listing,
  'listing-http': listingHttp,
  diff: diffOfListings,
  'rclone-check': rcloneCheck,
  ...ON_REQUEST,
};

const HELP = `npm run bench [-- NAME ...] [FLAGS]
Measures and prints a table with targets. Names: ${Object.keys(BENCHES).join(', ')}; default: all but
${Object.keys(ON_REQUEST).join(', ')}.

  --quick      fewer rounds: shows that everything runs, not how fast
  --json FILE  write the results to a file, too
  --strict     exit code 1 when a target is missed
  --help       this text`;

/** Each bench prints at most one progress line in this time: the output is for people and for logs. */
const PROGRESS_MS = 2_000;

const LEGEND = `ratio: median of paired rounds, of the half of the rounds that the machine disturbed least; min..max of the same
noise: interquartile range of the baseline in all rounds, by its median; above 25 % say little`;

async function main(argv: readonly string[]): Promise<number> {
  const command = parseCommand(
    {
      help: HELP,
      options: { quick: { type: 'boolean' }, json: { type: 'string' }, strict: { type: 'boolean' } },
      positionals: true,
    },
    argv,
  );
  if (!command) return 0;
  const { values, positionals } = command;
  const unknown = positionals.filter((name) => !(name in BENCHES));
  if (unknown.length > 0)
    throw new UsageError(`no bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  if (values.json !== undefined) await writable(values.json);

  console.log(machine());
  const results: BenchResult[] = [];
  const failures: string[] = [];
  for (const [bench, measure] of Object.entries(BENCHES)) {
    if (positionals.length > 0 ? !positionals.includes(bench) : bench in ON_REQUEST) continue;
    console.log(`${bench} ...`);
    let last = performance.now();
    const progress = (text: string): void => {
      if (performance.now() - last < PROGRESS_MS) return;
      last = performance.now();
      console.log(`${bench} ... ${text}`);
    };
    try {
      results.push({ bench, measurements: await measure({ quick: values.quick ?? false, progress }) });
    } catch (error) {
      // The other benches still have something to say.
      failures.push(bench);
      console.error(`${bench} failed: ${(error as Error).message}`);
    }
  }
  if (results.length > 0) console.log(`\n${formatResults(results)}`);
  console.log(`\n${LEGEND}`);
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify({ machine: machine(), results }, null, 2)}\n`);
  const missed = misses(results);
  if (missed.length > 0) console.log(`missed: ${missed.join('; ')}`);
  if (failures.length > 0) console.error(`failed: ${failures.join(', ')}`);
  return failures.length > 0 || (values.strict && missed.length > 0) ? 1 : 0;
}

/** Better to learn now than after minutes of measuring that the results cannot be written. */
async function writable(file: string): Promise<void> {
  try {
    await writeFile(file, '', { flag: 'a' });
    await access(file);
  } catch (error) {
    throw new CommandError(`--json: ${(error as Error).message}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runCommand(() => main(process.argv.slice(2)));
