import type { S3Client } from '@aws-sdk/client-s3';
import { forEachLimited } from '../../deploy/plan/limited.ts';
import { s3Client } from '../s3.ts';
import type { Endpoints } from '../stack.ts';
import type { Arrivals } from './arrivals.ts';
import type { Cloud } from './cloud.ts';
import { compareObject } from './compare.ts';
import { Drops } from './drops.ts';
import { missingObjects } from './gap.ts';
import type { DemoObject } from './objects.ts';
import { lagLines, type PassReport, passesTable, runPass } from './passes.ts';
import { startProgress } from './progress.ts';
import { upload } from './upload.ts';

/** Milliseconds that a pass has at least: its function may have to be started. */
const SHORTEST_PASS = 10_000;

interface Session {
  readonly cloud: Cloud;
  readonly endpoints: Endpoints;
  readonly objects: readonly DemoObject[];
  readonly arrivals: Arrivals;
  /** Notifications to lose, of a hundred. */
  readonly drop: number;
  /** Milliseconds without an arrival after which no more is expected. */
  readonly patience: number;
  readonly lines: readonly string[];
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** How a demonstration ended: the document of `--json`. */
interface Outcome {
  readonly objects: number;
  readonly arrived: number;
  readonly bytes: number;
  /** Time from the first upload until everything with a notification had arrived. */
  readonly seconds: number;
  /** Calls of OMS after notifications. */
  readonly event_calls: number;
  /** Everything arrived, and the reconciler says so. */
  readonly converged: boolean;
}

/** Runs the demonstration and reports while it happens. */
export async function replicate(session: Session): Promise<Outcome> {
  const { cloud, endpoints, objects, arrivals, drop, say } = session;
  const client = s3Client({
    endpoint: endpoints.obs,
    region: endpoints.region,
    accessKey: endpoints.access_key,
    secretKey: endpoints.secret_key,
  });
  try {
    const { bytes, seconds } = await uploadAll(client, session);
    const latencies = arrivals.latencies();
    const events = await cloud.stats();
    const passes = drop > 0 ? await closeGap(client, session) : [];

    say('\ncomparing bytes and metadata of every object');
    const problems = await compareAll(client, session);
    const at = (share: number): string =>
      `${(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0).toFixed(0)} ms`;
    const told = drop > 0 ? ', objects with a notification' : '';
    const perCall = events.calls === 0 ? '' : `, ${(events.keys / events.calls).toFixed(1)} keys per call`;
    const rows: readonly (readonly [string, string])[] = [
      ['objects', `${objects.length - problems.length} of ${objects.length} arrived, same bytes, same metadata`],
      ['bytes', bytes.toLocaleString('en-US')],
      ['time', `${seconds.toFixed(1)} s (${(objects.length / seconds).toFixed(0)} objects/s)`],
      [
        'upload to arrival',
        latencies.length === 0 ? 'no object had a notification' : `p50 ${at(0.5)}, p99 ${at(0.99)}${told}`,
      ],
      ['OMS event calls', `${events.calls} after notifications${perCall}`],
    ];
    say(`\n${rows.map(([name, value]) => `  ${name.padEnd(18)} ${value}`).join('\n')}\n`);
    const converged = conclude(session, problems, passes);
    const arrived = objects.length - problems.length;
    return { objects: objects.length, arrived, bytes, seconds, event_calls: events.calls, converged };
  } finally {
    client.destroy();
  }
}

async function uploadAll(
  client: S3Client,
  { endpoints, objects, arrivals, drop, patience, signal, say }: Session,
): Promise<{ readonly bytes: number; readonly seconds: number }> {
  const drops = new Drops(endpoints.obs, drop);
  const plan = await drops.start(endpoints.source_bucket);
  if (plan) say(`\nlosing ${drop} % of the notifications on purpose: PUT ${endpoints.obs}/_faults\n  ${plan}`);
  say(`\nuploading ${objects.length} objects to "${endpoints.source_bucket}"`);
  const progress = startProgress({ uploaded: objects.length, arrived: objects.length }, signal, say);
  const tick = setInterval(() => progress.set('arrived', arrivals.count), 100);
  const began = performance.now();
  let uploaded = 0;
  try {
    const bytes = await upload(client, endpoints.source_bucket, objects, ({ key }) => {
      arrivals.uploaded(key);
      progress.set('uploaded', ++uploaded);
    });
    await arrivals.until(async () => {
      const state = await drops.state();
      if (!state) return objects.length;
      return state.seen < objects.length ? undefined : objects.length - state.dropped;
    }, patience);
    await drops.stop();
    return { bytes, seconds: (performance.now() - began) / 1000 };
  } finally {
    clearInterval(tick);
    progress.set('arrived', arrivals.count);
    progress.stop();
  }
}

async function closeGap(
  client: S3Client,
  { endpoints, objects, arrivals, patience, say }: Session,
): Promise<PassReport[]> {
  const { source_bucket: source, destination_bucket: destination } = endpoints;
  const missing = await missingObjects(client, source, destination);
  const share = ((missing.length / objects.length) * 100).toFixed(1);
  say(`\nmissing in "${destination}": ${missing.length} of ${objects.length} objects (${share} %)`);
  for (const key of missing.slice(0, 3)) say(`  ${JSON.stringify(key)}`);
  if (missing.length > 3) say(`  and ${missing.length - 3} more`);
  say(missing.length > 0 ? 'no notification will ever name them' : 'no notification was lost this time');

  say(`\nreconciling: POST ${endpoints.gateway}/reconcile`);
  const first = await runPass(client, endpoints, 0, Math.max(patience, SHORTEST_PASS));
  const found = Object.entries(first.verdicts).filter(([, { objects }]) => objects > 0);
  say(`  pass 1: ${found.map(([name, { objects }]) => `${objects} ${name.replaceAll('_', ' ')}`).join(', ')}`);
  say(`  ${first.submitted} submitted to the sync task; waiting until OMS has copied them`);
  if (!(await arrivals.until(async () => objects.length, patience)))
    say(`  only ${arrivals.count} of ${objects.length} objects have arrived, and no more come`);
  const second = await runPass(client, endpoints, first.pass, Math.max(patience, SHORTEST_PASS));
  say(`  pass 2: ${second.converged ? 'nothing is missing' : `${second.differences} objects still differ`}\n`);
  say(passesTable([first, second]));
  return [first, second];
}

async function compareAll(client: S3Client, { endpoints, objects }: Session): Promise<string[]> {
  const problems: string[] = [];
  await forEachLimited(objects, 16, async ({ key }) => {
    const problem = await compareObject(client, endpoints.source_bucket, endpoints.destination_bucket, key);
    if (problem) problems.push(`${JSON.stringify(key)}: ${problem}`);
  });
  return problems;
}

function conclude(
  { objects, lines, signal, say }: Session,
  problems: readonly string[],
  passes: readonly PassReport[],
): boolean {
  signal.throwIfAborted();
  const converged = passes.at(-1)?.converged ?? true;
  const lag = lagLines(passes);
  if (lag.length > 0) say(['lag by both listings, in whole seconds, of what each pass found new:', ...lag].join('\n'));
  if (problems.length === 0 && converged) {
    say('converged: source and destination hold the same objects');
    return true;
  }
  if (problems.length === 0) console.error('every object arrived, but the reconciler does not confirm it');
  else console.error(`${problems.length} of ${objects.length} objects are missing or differ:`);
  for (const problem of problems.slice(0, 100)) console.error(`  ${problem}`);
  if (problems.length > 100) console.error(`  ... and ${problems.length - 100} more`);
  showErrors(lines);
  return false;
}

export function showErrors(lines: readonly string[]): void {
  const errors = lines.filter((line) => /"level":"(error|ERROR|warn)"|errorMessage/.test(line));
  if (errors.length > 0) console.error(`\nlast errors logged:\n${errors.slice(-10).join('\n')}`);
}
