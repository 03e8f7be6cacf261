import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENTS } from './memory-program.ts';

/** Size of the heap. */
const HEAP_MB = 192;
/** Size of the whole process; serverless.yml gives the function 512. */
const PROCESS_MB = 400;

let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redrive-memory-'));
  program = join(folder, 'program.cjs');
  const entryPoints = [join(import.meta.dirname, 'memory-program.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile: program });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a run stays within its memory', () => {
  it.each(Object.keys(DOCUMENTS))('%s', async (name) => {
    const code = `require(${JSON.stringify(program)}).run(${JSON.stringify(name)}).then((told) => console.log(JSON.stringify(told)))`;

    const { stdout } = await promisify(execFile)(process.execPath, [`--max-old-space-size=${HEAP_MB}`, '-e', code]);

    const told = JSON.parse(stdout) as { readonly megabytes: number; readonly read: number };
    expect(told.read).toBeGreaterThan(0);
    expect(told.megabytes).toBeLessThan(PROCESS_MB);
  });
});
