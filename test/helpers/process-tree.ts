import { type ChildProcess, spawn } from 'node:child_process';
import { ROOT } from '../../scripts/serverless/config.ts';

export interface ProcessTree {
  readonly child: ChildProcess;
  /** Everything the tree has printed so far. */
  output(): string;
  /** Resolves with the exit code and signal of the first process. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Whether any process of the tree is still there. */
  alive(): boolean;
  signal(name: NodeJS.Signals): void;
  /** Ends the whole tree, whatever it does. */
  destroy(): void;
}

/** Starts a command as a process group of its own, so that whatever it leaves behind can be seen. */
export function startTree(command: string, args: readonly string[]): ProcessTree {
  const child = spawn(command, args, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  const group = -(child.pid ?? 0);
  const alive = (): boolean => {
    try {
      process.kill(group, 0);
      return true;
    } catch {
      return false;
    }
  };
  return {
    child,
    output: () => text,
    exited: new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal }))),
    alive,
    signal: (name) => {
      child.kill(name);
    },
    destroy() {
      if (alive()) process.kill(group, 'SIGKILL');
    },
  };
}

/** Waits until `condition` holds. @throws Error naming what was waited for, with `context()` */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  context: () => string = () => '',
  patience = 30_000,
): Promise<void> {
  const end = Date.now() + patience;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${patience} ms\n${context()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
