import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
    } catch {
      return false;
    }
    // A dead child that nobody has waited for yet still answers: only its state tells.
    return !existsSync('/proc/self/stat') || readdirSync('/proc').some((name) => isRunningMember(name, -group));
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
      try {
        process.kill(group, 'SIGKILL');
      } catch {
        // Already gone.
      }
    },
  };
}

function isRunningMember(name: string, group: number): boolean {
  if (!/^\d+$/.test(name)) return false;
  try {
    // pid (name) state ppid pgrp ...: the name may hold blanks and parentheses.
    const [state, , processGroup] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return Number(processGroup) === group && state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
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
