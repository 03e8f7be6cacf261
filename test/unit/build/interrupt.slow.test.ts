import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { buildAll, buildIfStale } from '../../../scripts/build/build.ts';
import { ROOT } from '../../../scripts/serverless/config.ts';
import { GOOD, project } from './project.ts';

const NAMES = Array.from({ length: 12 }, (_, index) => `function-${index}`);

it('leaves no half file when it is killed at any moment, and the next build completes', async () => {
  const code = `import middy from '@middy/core';\nimport * as z from 'zod/mini';\nexport { middy, z };\n${GOOD}`;
  const root = await project(Object.fromEntries(NAMES.map((name) => [name, { code }])));
  const reference = join(root, 'reference');
  await buildAll({ root, outDir: reference });
  const bundle = await readFile(join(reference, 'function-0/index.js'));
  const zip = await readFile(join(reference, 'function-0.zip'));
  const script = `
    const { buildAll } = await import('./scripts/build/build.ts');
    process.stdout.write('started');
    for (;;) await buildAll({ root: ${JSON.stringify(root)} });`;

  for (let kill = 0; kill < 15; kill++) {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    // Moments spread over one build, which takes about half a second.
    await new Promise((resolve) => setTimeout(resolve, kill * 35));
    child.kill('SIGKILL');
    await exited;

    for (const file of await readdir(join(root, 'dist'), { recursive: true }).catch(() => [])) {
      const content = (): Promise<Buffer> => readFile(join(root, 'dist', file));
      if (file.endsWith('index.js')) expect(await content()).toEqual(bundle);
      if (file.endsWith('.zip')) expect(Object.keys(unzipSync(await content()))).toEqual(['index.js']);
      if (file.endsWith('.json')) JSON.parse((await content()).toString());
    }
  }

  await buildIfStale({ root });
  for (const name of NAMES) expect(await readFile(join(root, `dist/${name}.zip`))).toEqual(zip);
  expect((await readdir(join(root, 'dist'), { recursive: true })).filter((file) => file.endsWith('.tmp'))).toEqual([]);
});
