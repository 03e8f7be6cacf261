import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Endpoints } from '../../scripts/local/stack.ts';
import { type ProcessTree, startTree, until } from '../helpers/process-tree.ts';

describe('npm start', () => {
  let folder: string;
  let file: string;
  let trees: ProcessTree[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oms-sync-start-'));
    file = join(folder, 'endpoints.json');
    trees = [];
  });

  afterEach(async () => {
    for (const tree of trees) tree.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (...flags: string[]): ProcessTree => {
    const tree = startTree('npm', ['start', '--silent', '--', '--port-base', '0', '--endpoints', file, ...flags]);
    trees.push(tree);
    return tree;
  };
  const ready = async (tree: ProcessTree): Promise<Endpoints> => {
    await until('endpoints.json', () => existsSync(file) || !tree.alive(), tree.output);
    if (!existsSync(file)) throw new Error(`npm start ended before it was ready: ${tree.output()}`);
    return JSON.parse(await readFile(file, 'utf8')) as Endpoints;
  };

  it('finds its task again when it was killed before it could keep the id', async () => {
    const data = join(folder, 'data');
    const first = start('--data', data);
    const before = await ready(first);
    first.signal('SIGTERM');
    await first.exited;
    const file = join(data, 'identity.json');
    const { sync_task_id: _lost, ...identity } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify(identity));

    const second = start('--data', data);
    expect((await ready(second)).sync_task_id).toBe(before.sync_task_id);
    second.signal('SIGTERM');
    await second.exited;
  });
});
