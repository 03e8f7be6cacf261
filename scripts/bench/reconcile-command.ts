import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from '../build/bundle.ts';
import { ROOT } from '../serverless/config.ts';
import type { Workspace } from './workspace.ts';

/**
 * Bundles `oms-sync reconcile`, so that the TypeScript loader is not measured; returns node's arguments.
 */
export async function reconcileCommand({ folder }: Workspace): Promise<readonly string[]> {
  const file = join(folder, 'reconcile.cjs');
  const { code } = await bundle(ROOT, 'scripts/bench/programs/reconcile-command.ts', {
    define: { 'import.meta.url': '__fileUrl' },
    banner: { js: 'const __fileUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
  await writeFile(file, code);
  return ['--max-semi-space-size=2', file];
}
