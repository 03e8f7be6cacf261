import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ROOT } from '../../../scripts/serverless/config.ts';

export interface FixtureFunction {
  /** Content of functions/<name>/index.ts; absent: no such file. */
  readonly code?: string;
  /** Lines of serverless.yml that replace the usual ones; absent with `code`: an HTTP function. */
  readonly yaml?: string;
}

/** An HTTP function that obeys every rule. */
export const GOOD = 'export const handler = async (event: unknown, context: unknown) => ({ statusCode: 200 });\n';

const HTTP_EVENTS = '\n    events:\n      - apig: { method: GET, path: /, auth: NONE }';

/** A declaration as serverless.yml has it. */
export function declare(name: string, extra = HTTP_EVENTS): string {
  return `  ${name}:\n    handler: index.handler\n    package:\n      artifact: dist/${name}.zip${extra}\n`;
}

/** A small project in a folder of its own, removed when the test ends. */
export async function project(
  functions: Readonly<Record<string, FixtureFunction>>,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'build-test-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const yaml = Object.entries(functions).map(([name, fn]) => fn.yaml ?? declare(name));
  await write(root, {
    'serverless.yml': `service: fixture\nfunctions:\n${yaml.join('')}`,
    'package.json': JSON.stringify({ type: 'module', imports: { '#shared/*': './shared/*' } }),
    ...Object.fromEntries(
      Object.entries(functions).flatMap(([name, { code }]) =>
        code === undefined ? [] : [[`functions/${name}/index.ts`, code]],
      ),
    ),
    ...files,
  });
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

export async function write(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}
