import { spawnSync } from 'node:child_process';

export interface FreshProcess {
  readonly file: string;
  readonly args?: readonly string[];
  /** The whole environment: an inherited NODE_EXTRA_CA_CERTS adds more to a start than everything that is measured. */
  readonly env?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 20_000;

/** Milliseconds from starting a process to its end. Throws Error with what the process printed, when it fails. */
export function wholeProcessMs(target: FreshProcess): number {
  const start = process.hrtime.bigint();
  run(target);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** Milliseconds from starting a process to the moment that it prints: its `process.hrtime.bigint()`, a common clock. */
export function untilReportMs(target: FreshProcess): number {
  const start = process.hrtime.bigint();
  const printed = run(target).trim();
  if (!/^\d+$/.test(printed)) throw new Error(`${target.file} reported no time: ${printed}`);
  return Number(BigInt(printed) - start) / 1e6;
}

function run({ file, args = [], env = {} }: FreshProcess): string {
  const { status, signal, error, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
    env: { ...env },
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error) throw error;
  // The end is where the message is: Node first shows the line of source, and a minified file is one line.
  const said = (stderr || stdout).slice(-2_000).trim();
  if (status !== 0) throw new Error(`${file} failed (${signal ?? `exit code ${status}`}): ${said}`);
  return stdout;
}
