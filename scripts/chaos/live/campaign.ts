import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatTable } from '../../cli/table.ts';
import { s3Client } from '../../local/s3.ts';
import { startStack } from '../../local/stack.ts';
import { Random } from '../kernel/random.ts';
import { type LiveResult, runLive } from './run.ts';

export interface LiveOptions {
  readonly first: number;
  readonly runs: number;
  readonly onProgress?: (done: number) => void;
  readonly log?: (line: string) => void;
}

/** Variables of the functions that spare a run their patience. */
const VARIABLES = { OMS_SYNC_TIMEOUT_MS: '2000', OMS_SYNC_MAX_ATTEMPTS: '2', OMS_SYNC_LOG_LEVEL: 'error' };

/** Runs on the live local cloud: half of them with an OMS that decodes form-style, half RFC 3986-style. */
export async function runLiveCampaign({ first, runs, onProgress, log }: LiveOptions): Promise<LiveResult[]> {
  const results: LiveResult[] = [];
  const half = Math.ceil(runs / 2);
  for (const [keyDecoding, from, to] of [
    ['form', 0, half],
    ['rfc3986', half, runs],
  ] as const) {
    if (from === to) continue;
    const dataDir = await mkdtemp(join(tmpdir(), 'oms-sync-chaos-'));
    const before = Object.keys(VARIABLES).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, VARIABLES);
    try {
      const stack = await startStack({
        dataDir,
        portBase: 0,
        keyDecoding,
        retryDelay: (retry) => 50 * 2 ** retry,
        ...(log ? { log } : {}),
      });
      const { obs: endpoint, region, access_key: accessKey, secret_key: secretKey } = stack.endpoints;
      const client = s3Client({ endpoint, region, accessKey, secretKey });
      try {
        for (let seed = first + from; seed < first + to; seed += 1) {
          results.push(await runLive({ stack, client, dataDir }, new Random(seed, 'live'), seed));
          onProgress?.(results.length);
        }
      } finally {
        client.destroy();
        await stack.close();
      }
    } finally {
      for (const [name, value] of before)
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      await rm(dataDir, { recursive: true, force: true });
    }
  }
  return results;
}

/** Results of the live runs, and the promises that were broken. */
export function formatLive(results: readonly LiveResult[]): string {
  const row = (title: string, each: readonly LiveResult[]): string[] => {
    const sum = (of: (result: LiveResult) => number): string =>
      `${each.reduce((total, result) => total + of(result), 0)}`;
    return [
      title,
      sum(({ objects }) => objects),
      sum(({ kills }) => kills),
      sum(({ faults }) => faults),
      sum(({ held }) => held),
      sum(({ refused }) => refused),
      sum(({ lost }) => lost),
      sum(({ problems }) => problems.length),
      `${(Number(sum(({ ms }) => ms)) / 1000).toFixed(1)}`,
    ];
  };
  const header = [
    'run',
    'objects',
    'kills',
    'faults',
    'in documents',
    'refused',
    'not notified',
    'broken promises',
    'seconds',
  ];
  const table = formatTable([header, ...results.map((result) => row(`${result.seed}`, [result])), row('all', results)]);
  const problems = results.flatMap(({ seed, problems: each }) => each.map((problem) => `  ${seed}: ${problem}`));
  return [table, ...problems].join('\n');
}
