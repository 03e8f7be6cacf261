import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTree, until } from '../helpers/process-tree.ts';

/** Moments at which `npm start` is interrupted, in milliseconds after its start. */
const MOMENTS = [5, 60, 120, 200, 300, 400, 550, 700, 900, 1100, 1400, 1700, 2000, 2500, 3000];

describe('npm start, interrupted at any moment', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-interrupt-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(MOMENTS)('leaves no process and a store that starts again after %d ms', async (moment) => {
    const file = join(folder, 'endpoints.json');
    const flags = ['start', '--silent', '--', '--port-base', '0', '--endpoints', file, '--data', join(folder, 'data')];
    const tree = startTree('npm', flags);
    await new Promise((resolve) => setTimeout(resolve, moment));
    tree.signal('SIGINT');
    const { code } = await tree.exited;
    // The runtime's own default, an end by the signal, applies until the handler is installed.
    expect([0, 130, null], tree.output()).toContain(code);
    await until('the end of every process', () => !tree.alive(), tree.output);
    expect(existsSync(file)).toBe(false);
  });

  it('takes its children with it when only the first process is killed', async () => {
    const file = join(folder, 'killed.json');
    const flags = ['scripts/cli/oms-sync.cjs', 'start', '--port-base', '0', '--endpoints', file];
    const tree = startTree(process.execPath, flags);
    await until('readiness', () => existsSync(file), tree.output);
    tree.signal('SIGKILL');
    await until('the end of every process', () => !tree.alive(), tree.output);
  });

  it('stops by itself when npm is killed and cannot tell it', async () => {
    const file = join(folder, 'orphan.json');
    const tree = startTree('npm', ['start', '--silent', '--', '--port-base', '0', '--endpoints', file]);
    await until('readiness', () => existsSync(file), tree.output);
    tree.signal('SIGKILL');
    await until('the end of every process', () => !tree.alive(), tree.output);
    expect(existsSync(file)).toBe(false);
  });

  it('starts again after all that, also after being killed outright', async () => {
    const file = join(folder, 'endpoints.json');
    const flags = ['start', '--silent', '--', '--port-base', '0', '--endpoints', file, '--data', join(folder, 'data')];
    const killed = startTree('npm', flags);
    await until('readiness', () => existsSync(file), killed.output);
    killed.destroy();
    await until('the end of every process', () => !killed.alive());
    await rm(file, { force: true });
    const tree = startTree('npm', flags);
    await until('readiness', () => existsSync(file), tree.output);
    tree.signal('SIGTERM');
    expect((await tree.exited).code, tree.output()).toBe(0);
    await until('the end of every process', () => !tree.alive());
  });
});
