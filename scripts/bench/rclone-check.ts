import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../serverless/config.ts';
import type { Layout } from './bucket-layouts.ts';
import { nextMessage, startProgram, stopProgram } from './child.ts';
import { cpuMsOf, type MeasuredProcess, runMeasured } from './measured-process.ts';
import type { Bench, Measurement, Target } from './measurement.ts';
import { reconcileCommand } from './reconcile-command.ts';
import { interleavedRounds } from './rounds.ts';
import { median, pairedRatio, spread } from './statistics.ts';
import { withWorkspace } from './workspace.ts';

const KEYS = { accessKey: 'BENCH', secretKey: 'bench-secret' };

interface Targets {
  readonly speed: Target;
  readonly memory: { readonly limitMb: number } | { readonly shareOfRclone: number };
}

const TARGETS: Readonly<Record<Layout, Targets>> = {
  flat: { speed: { atLeast: 3 }, memory: { shareOfRclone: 1 / 8 } },
  folders: { speed: { atLeast: 2 }, memory: { limitMb: 120 } },
};
const NAMES: Readonly<Record<Layout, string>> = { flat: 'flat', folders: '1000 a folder' };

interface Compared extends MeasuredProcess {
  readonly found: string;
  readonly storeCpuMs: number;
}

/**
 * `oms-sync reconcile` as a check, against `rclone check --size-only` of the same two buckets: both are processes of
 * their own from start to end, one at a time, and so is the local object store that they list. The command is bundled
 * as functions are, and runs with a small young generation; how it does with the TypeScript loader is shown besides.
 */
export const rcloneCheck: Bench = ({ quick, progress }) =>
  withWorkspace(async (workspace) => {
    if (spawnSync('rclone', ['version']).status !== 0)
      return [{ measure: 'not compared', value: 'rclone is missing (apt-get install rclone)' }];
    const command = await reconcileCommand(workspace);
    const measurements: Measurement[] = [];
    for (const layout of ['flat', 'folders'] as const) {
      const store = startProgram(await workspace.bundle('object-store'), [
        join(workspace.folder, layout),
        layout,
        quick ? '20000' : '200000',
      ]);
      try {
        const endpoint = `http://127.0.0.1:${await nextMessage<number>(store)}`;
        const run = new Comparison(endpoint, store.pid ?? 0, workspace.folder);
        const samples = await interleavedRounds(
          {
            ours: () => run.ours(command),
            loader: () => run.ours([join(ROOT, 'scripts/cli/oms-sync.cjs'), 'reconcile']),
            rclone: () => run.rclone(),
          },
          quick ? 1 : 3,
          (text) => progress(`${NAMES[layout]}, ${text}`),
        );
        const answers = new Set(Object.values(samples).flatMap((each) => each.map(({ found }) => found)));
        if (answers.size !== 1) throw new Error(`the comparisons disagree: ${[...answers].join(' and ')}`);
        measurements.push(...measurementsOf(layout, samples));
      } finally {
        await stopProgram(store);
      }
    }
    return measurements;
  });

class Comparison {
  readonly #endpoint: string;
  readonly #storePid: number;
  readonly #folder: string;

  constructor(endpoint: string, storePid: number, folder: string) {
    this.#endpoint = endpoint;
    this.#storePid = storePid;
    this.#folder = folder;
  }

  async ours(program: readonly string[]): Promise<Compared> {
    const args = ['source', 'destination'].flatMap((side) => [
      `--${side}=s3://${side}`,
      `--${side}-endpoint=${this.#endpoint}`,
    ]);
    const env = {
      SRC_ACCESS_KEY: KEYS.accessKey,
      SRC_SECRET_KEY: KEYS.secretKey,
      DST_ACCESS_KEY: KEYS.accessKey,
      DST_SECRET_KEY: KEYS.secretKey,
    };
    return await this.#measured(process.execPath, [...program, ...args, '--grace=0', '--json'], env, ({ stdout }) => {
      const report = JSON.parse(stdout) as {
        readonly verdicts: Readonly<Record<string, { readonly objects: number }>>;
      };
      const count = (verdict: string): number => report.verdicts[verdict]?.objects ?? Number.NaN;
      return { same: count('same'), missing: count('missing'), differs: count('size_differs') };
    });
  }

  async rclone(): Promise<Compared> {
    const combined = join(this.#folder, 'combined.txt');
    const env = {
      PATH: process.env['PATH'] ?? '',
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_S3_TYPE: 's3',
      RCLONE_CONFIG_S3_PROVIDER: 'Other',
      RCLONE_CONFIG_S3_ENDPOINT: this.#endpoint,
      RCLONE_CONFIG_S3_ACCESS_KEY_ID: KEYS.accessKey,
      RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: KEYS.secretKey,
      RCLONE_CONFIG_S3_REGION: 'cn-north-4',
    };
    const args = ['check', '--size-only', '--retries', '1', '--combined', combined, 's3:source', 's3:destination'];
    return await this.#measured('rclone', args, env, async () => {
      const signs = new Map<string, number>();
      for (const line of (await readFile(combined, 'utf8')).split('\n')) {
        const sign = line.charAt(0);
        signs.set(sign, (signs.get(sign) ?? 0) + 1);
      }
      const count = (sign: string): number => signs.get(sign) ?? 0;
      return { same: count('='), missing: count('+'), differs: count('*') };
    });
  }

  async #measured(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    read: (process: MeasuredProcess) => object | Promise<object>,
  ): Promise<Compared> {
    const before = cpuMsOf(this.#storePid) ?? 0;
    const measured = await runMeasured(command, args, env);
    const storeCpuMs = (cpuMsOf(this.#storePid) ?? 0) - before;
    // Both say with 1 that there are differences.
    if (measured.exitCode !== 1) throw new Error(`${command} ended with ${measured.exitCode}: ${measured.stderr}`);
    return { ...measured, storeCpuMs, found: JSON.stringify(await read(measured)) };
  }
}

type Samples = Readonly<Record<'ours' | 'loader' | 'rclone', readonly Compared[]>>;

function measurementsOf(layout: Layout, { ours, loader, rclone }: Samples): Measurement[] {
  const { speed, memory } = TARGETS[layout];
  const name = NAMES[layout];
  const ms = (runs: readonly Compared[]): number[] => runs.map((run) => run.ms);
  const peak = (runs: readonly Compared[]): number[] => runs.map(({ peakMb }) => peakMb);
  const seconds = (values: readonly number[]): string => `${(median(values) / 1000).toFixed(2)} s`;
  const mb = (values: readonly number[]): string => `${median(values).toFixed(0)} MB`;
  const compare = (
    measure: string,
    of: (runs: readonly Compared[]) => number[],
    text: typeof seconds,
  ): Measurement => ({
    measure: `${name}: ${measure}`,
    value: text(of(ours)),
    baseline: text(of(rclone)),
    ...pairedRatio(of(rclone), of(ours)),
  });
  const limit =
    'limitMb' in memory
      ? peak(ours).map(() => memory.limitMb)
      : peak(rclone).map((each) => each * memory.shareOfRclone);
  return [
    { ...compare('time, times faster', ms, seconds), target: speed, noise: spread(ms(rclone)) },
    {
      measure: `${name}: peak memory by ${'limitMb' in memory ? 'the limit' : 'an eighth of rclone'}`,
      value: mb(peak(ours)),
      baseline: mb(limit),
      ...pairedRatio(peak(ours), limit),
      target: { atMost: 1 },
    },
    compare('peak memory, times smaller', peak, mb),
    compare('CPU, times less', (runs) => runs.map(({ cpuMs }) => cpuMs), seconds),
    compare('CPU of the store, times less', (runs) => runs.map(({ storeCpuMs }) => storeCpuMs), seconds),
    {
      measure: `${name}: oms-sync reconcile, by rclone`,
      value: `${seconds(ms(loader))}, ${mb(peak(loader))}`,
      baseline: `${seconds(ms(rclone))}, ${mb(peak(rclone))}`,
      ...pairedRatio(ms(rclone), ms(loader)),
    },
  ];
}
