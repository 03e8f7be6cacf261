import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

export interface MeasuredProcess {
  readonly ms: number;
  /** User and system CPU time of all threads. */
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Often enough: both figures only grow, and a process ends with tidying up. */
const LOOK_EVERY_MS = 5;
/** USER_HZ of Linux on every processor that Node.js supports. */
const TICK_MS = 10;

/** Runs a program to its end in this environment alone. Needs Linux, which tells the memory of a process (VmHWM). */
export async function runMeasured(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<MeasuredProcess> {
  const start = performance.now();
  const child = spawn(command, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  let peakMb = 0;
  let cpuMs = 0;
  const look = (): void => {
    const { pid } = child;
    if (pid === undefined) return;
    peakMb = Math.max(peakMb, peakMbOf(pid) ?? 0);
    cpuMs = Math.max(cpuMs, cpuMsOf(pid) ?? 0);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  try {
    const exited = once(child, 'exit').then(([code]) => ({ code: code as number | null, at: performance.now() }));
    const [{ code, at }] = await Promise.all([exited, once(child, 'close')]);
    return { ms: at - start, cpuMs, peakMb, exitCode: code, stdout: stdout.join(''), stderr: stderr.join('') };
  } finally {
    clearInterval(timer);
  }
}

/** @returns undefined where there is no such process any more */
export function peakMbOf(pid: number): number | undefined {
  const kb = /^VmHWM:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kb === undefined ? undefined : Number(kb) / 1024;
}

export function cpuMsOf(pid: number): number | undefined {
  // The name of the program, in parentheses, may hold anything; utime and stime are fields 14 and 15.
  const fields = read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ');
  const [user, system] = [fields?.[11], fields?.[12]];
  return user === undefined || system === undefined ? undefined : (Number(user) + Number(system)) * TICK_MS;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
