import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../scripts/serverless/config.ts';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Starts a command of `oms-sync` as a process.
 *
 * @param command for example `redrive`
 * @param env in place of the whole environment
 */
export function startCommand(
  command: string,
  flags: readonly string[],
  env?: NodeJS.ProcessEnv,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const program = [join(ROOT, 'scripts', 'cli', 'oms-sync.cjs'), command];
  const child = spawn(process.execPath, [...program, ...flags], { cwd: ROOT, ...(env && { env }) });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    text.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text.err += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...text })));
  return { child, ended };
}
