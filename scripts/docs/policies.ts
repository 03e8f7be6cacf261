import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { policyFilesOf } from '../cli/policies/run.ts';
import { EXAMPLE } from '../deploy/permissions/published.ts';
import { ROOT } from '../serverless/config.ts';

/** Where the example is published. */
const PUBLISHED = join(ROOT, 'docs', 'policies');

/** Writes the example of docs/policies, which does not depend on who writes it. */
async function publish(): Promise<void> {
  for (const name of Object.keys(process.env)) if (name.startsWith('OMS_SYNC_')) delete process.env[name];
  const files = await policyFilesOf(EXAMPLE.stage, EXAMPLE.environment, 'npm run docs');
  for (const name of await readdir(PUBLISHED)) if (!files.has(name)) await rm(join(PUBLISHED, name));
  for (const [name, text] of files) await writeFile(join(PUBLISHED, name), text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await publish();
