import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts a bundled program of programs/ that talks over IPC, with an empty environment. Its errors are shown. The
 * program ends when this process disconnects or dies.
 */
export function startProgram(file: string, args: readonly string[] = []): ChildProcess {
  return fork(file, [...args], { execArgv: [], env: {}, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

/** The next message of a program. Throws Error when the program ends instead. */
export async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const stop = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: stop.signal }).then(([message]) => message as T),
      once(child, 'exit', { signal: stop.signal }).then(([code, signal]) => {
        throw new Error(`${child.spawnfile} ${child.spawnargs.at(-1)} ended (${signal ?? `exit code ${code}`})`);
      }),
    ]);
  } finally {
    stop.abort();
  }
}

export async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
