import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../scripts/serverless/config.ts';

const FRAMEWORK = join(ROOT, 'scripts', 'serverless', 'framework.cjs');

/** A file with one function that nothing is wrong with. */
export const RIGHT_FUNCTION = { handler: 'index.handler', package: { artifact: 'f.zip' } };

/**
 * What the framework says of a serverless.yml, with this project's plugin.
 *
 * @param more its section `custom`, and a text file beside it
 * @returns `right`, or the message of its error
 */
export async function frameworkSays(
  provider: object,
  functions: object,
  more: { readonly custom?: object; readonly 'value.txt'?: string } = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oms-sync-osls-'));
  try {
    // JSON is YAML.
    const file = {
      service: 'checked',
      plugins: ['./deploy/plugin.cjs'],
      provider,
      functions,
      custom: more.custom ?? {},
    };
    await symlink(join(ROOT, 'scripts', 'deploy'), join(folder, 'deploy'));
    await writeFile(join(folder, 'serverless.yml'), JSON.stringify(file));
    if (more['value.txt'] !== undefined) await writeFile(join(folder, 'value.txt'), more['value.txt']);
    const env = { ...process.env, SLS_SCHEMA_CACHE_BASE_DIR: join(ROOT, '.local') };
    return await new Promise((resolve) => {
      execFile(process.execPath, [FRAMEWORK, 'print'], { cwd: folder, env }, (error, _, stderr) =>
        resolve(error ? stderr.trim() : 'right'),
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
