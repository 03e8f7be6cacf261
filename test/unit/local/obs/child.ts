import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./crash-child.ts', import.meta.url));

/** A store in a process of its own. */
export interface Child {
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process is gone. */
  readonly kill: () => Promise<void>;
}

/** Starts a store that can be killed; it is, at the latest, after the test. */
export async function startChild(dataDir: string): Promise<Child> {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', PROGRAM, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = (): Promise<void> => {
    child.kill('SIGKILL');
    return ended;
  };
  onTestFinished(kill);
  if (!child.stdout || child.pid === undefined) throw new Error('The child could not be started.');
  for await (const line of createInterface({ input: child.stdout }))
    return { port: Number(line), pid: child.pid, kill };
  throw new Error('The child ended before it listened.');
}
