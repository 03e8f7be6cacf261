import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoints } from '../../scripts/local/stack.ts';
import { type ProcessTree, startTree, until } from './process-tree.ts';

/** Runs of `npm start` that end with their test. */
export class NpmStart {
  readonly folder: string;
  /** Where endpoints.json appears. */
  readonly file: string;
  readonly #trees: ProcessTree[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.file = join(folder, 'endpoints.json');
  }

  static async create(): Promise<NpmStart> {
    return new NpmStart(await mkdtemp(join(tmpdir(), 'oms-sync-start-')));
  }

  /** Starts on free ports, unless the flags say otherwise. */
  start(...flags: string[]): ProcessTree {
    const own = ['--port-base', '0', '--endpoints', this.file];
    const tree = startTree('npm', ['start', '--silent', '--', ...own, ...flags]);
    this.#trees.push(tree);
    return tree;
  }

  async ready(tree: ProcessTree): Promise<Endpoints> {
    await until('endpoints.json', () => existsSync(this.file) || !tree.alive(), tree.output);
    if (!existsSync(this.file)) throw new Error(`npm start ended before it was ready: ${tree.output()}`);
    return JSON.parse(await readFile(this.file, 'utf8')) as Endpoints;
  }

  async destroy(): Promise<void> {
    for (const tree of this.#trees) tree.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }
}
