import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../build/bundle.ts';
import { ROOT } from '../serverless/config.ts';

export interface Workspace {
  readonly folder: string;
  /** Bundles a file of programs/ exactly as functions are bundled. Returns the bundle's absolute path. */
  bundle(program: string): Promise<string>;
}

/** Runs a bench with a temporary folder, which is removed afterwards. */
export async function withWorkspace<T>(work: (workspace: Workspace) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const bundleProgram = async (program: string): Promise<string> => {
    const { code } = await bundle(ROOT, `scripts/bench/programs/${program}.ts`);
    const file = join(folder, `${program}.js`);
    await writeFile(file, code);
    return file;
  };
  try {
    return await work({ folder, bundle: bundleProgram });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
