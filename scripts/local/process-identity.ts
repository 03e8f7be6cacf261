import { readFileSync } from 'node:fs';

/** Names a process for as long as the machine runs: its number and its start, because numbers are given out again. */
export function processIdentity(pid: number): string {
  const started = readStat(pid)?.started;
  return started === undefined ? String(pid) : `${pid} ${started}`;
}

/** Whether the process of that identity is still running; a dead child that nobody has waited for is not. */
export function isRunning(identity: string): boolean {
  const [pid, started] = identity.split(' ');
  const number = Number(pid);
  if (!Number.isSafeInteger(number) || number <= 0) return false;
  try {
    process.kill(number, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const stat = readStat(number);
  if (stat === undefined) return true;
  return stat.state !== 'Z' && stat.state !== 'X' && (started === undefined || started === stat.started);
}

/** proc_pid_stat(5): `pid (name) state ppid ...`, the start time is field 22; the name may hold blanks and brackets. */
function readStat(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    const [state, started] = [fields[0], fields[19]];
    return state && started ? { state, started } : undefined;
  } catch {
    return undefined;
  }
}
