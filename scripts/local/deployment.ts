import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { DeployPlan } from '../deploy/types.ts';
import { ROOT } from '../serverless/config.ts';

/** The JSON report that `oms-sync deploy --json` prints. */
interface DeploymentReport {
  readonly plan: DeployPlan;
  readonly ms: number;
}

/** Milliseconds that a deployment has to end in order. */
const PATIENCE = 5000;

/**
 * Deploys serverless.yml the way a user does, by `oms-sync deploy --stage local --json` as a process of its own.
 * @param environment what serverless.yml and the deployment read, in addition to this process's own
 */
export function runDeployment(
  environment: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<DeploymentReport> {
  return new Promise((resolve, reject) => {
    const program = [join(ROOT, 'scripts', 'cli', 'oms-sync.cjs'), 'deploy'];
    const flags = ['--stage', 'local', '--json', '--allow-unrouted'];
    const child = spawn(process.execPath, [...program, ...flags], {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      text.out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      text.err += chunk.toString();
    });
    let patience: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGTERM');
      patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    };
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(patience);
      signal?.removeEventListener('abort', stop);
      const report = code === 0 ? reportOf(text.out) : undefined;
      if (report) resolve(report);
      else reject(new Error(text.err.trim() || `the deployment ended with code ${code}`));
    });
  });
}

function reportOf(text: string): DeploymentReport | undefined {
  try {
    return JSON.parse(text) as DeploymentReport;
  } catch {
    return undefined;
  }
}
