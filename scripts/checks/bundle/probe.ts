import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Violation } from './violation.ts';

const PROBE = fileURLToPath(new URL('./probe.cjs', import.meta.url));

export interface ProbeTarget {
  /** Absolute path of the unpacked index.js. */
  readonly file: string;
  /** Export names. */
  readonly handler: string;
  readonly initializer?: string;
  /** Must answer with a response instead of rejecting. */
  readonly http: boolean;
}

/**
 * Loads a bundle in a fresh process whose environment is empty, and calls its handler once.
 *
 * @param timeoutMs after which the process is killed
 */
export async function probe(target: ProbeTarget, timeoutMs = 10_000): Promise<Violation[]> {
  const child = fork(PROBE, [], { execArgv: [], env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => {
        resolve([{ rule: 'answer', message: `did not settle within ${timeoutMs} ms` }]);
      }, timeoutMs);
      child.once('error', reject);
      child.once('message', (violations) => resolve(violations as Violation[]));
      child.once('exit', (code, signal) =>
        resolve([{ rule: 'answer', message: `ended its process (${signal ?? `exit code ${code}`})` }]),
      );
      child.send(target);
    });
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}
