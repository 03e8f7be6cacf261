import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { start } from './start.ts';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'host-process.ts');

async function startHost(): Promise<{ host: ChildProcess; pids: Record<string, number> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'kill-'));
  // A process group of its own lets a signal reach all of it, as Ctrl-C does.
  const host = spawn(process.execPath, ['--import', 'tsx', SCRIPT, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  onTestFinished(async () => {
    host.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });
  const pids: Record<string, number> = {};
  for await (const line of createInterface({ input: host.stdout })) {
    const [key = '', pid = ''] = line.split(' ');
    pids[key] = Number(pid);
    if (Object.keys(pids).length === 2) break;
  }
  return { host, pids };
}

function running(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it.each([
  ['SIGKILL to the host', (host: ChildProcess) => host.kill('SIGKILL')],
  ['SIGTERM to the host', (host: ChildProcess) => host.kill('SIGTERM')],
  ['SIGINT to the whole group', (host: ChildProcess) => process.kill(-(host.pid ?? 0), 'SIGINT')],
  [
    'SIGKILL to the host after SIGTERM',
    (host: ChildProcess) => host.kill('SIGTERM') && setTimeout(() => host.kill('SIGKILL'), 100),
  ],
])(
  'no instance outlives %s, not even one in a busy loop',
  async (_, end) => {
    const { host, pids } = await startHost();
    expect(Object.values(pids).map(running)).toEqual([true, true]);

    const ended = once(host, 'exit');
    end(host);
    await ended;

    await expect.poll(() => Object.values(pids).map(running), { timeout: 8000, interval: 100 }).toEqual([false, false]);
  },
  30_000,
);

it.each(['idle', 'busy'])(
  'a killed %s instance does not disturb the host',
  async (key) => {
    const { host, pids } = await startHost();

    process.kill(pids[key] ?? 0, 'SIGKILL');
    await expect.poll(() => running(pids[key] ?? 0)).toBe(false);

    expect(host.exitCode).toBeNull();
    const ended = once(host, 'exit');
    host.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  },
  30_000,
);

it('a function that needs more memory than it has ends, and the next call gets a fresh instance', async () => {
  const { deploy, run, logs } = await start();
  await deploy(
    `exports.handler = async (event, context) => { const all = []; while (event.eat) all.push(new Array(1e5).fill({})); return 'fine' }`,
    { timeout: 60 },
  );

  expect(await run({ eat: true })).toMatchObject({ outcome: 'crash' });

  expect(logs.map(({ text }) => text).join('\n')).toContain('JavaScript heap out of memory');
  expect(await run()).toMatchObject({ outcome: 'success', payload: 'fine', cold: true });
});
