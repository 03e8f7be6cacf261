import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { endWith } from './command.ts';
import { absentOfFunctions } from './deploy/guard-rails/deployable.ts';
import { policiesOf } from './deploy/permissions/policies.ts';
import { EXAMPLE, policyFiles } from './deploy/permissions/published.ts';
import { parseFlags, UsageError } from './local/options.ts';
import { loadServerless, ROOT } from './serverless/config.ts';

const USAGE = `npm run policies -- [flags]

Writes the custom policies of every agency that serverless.yml names, as IAM takes them: what the functions need, and
nothing else. docs/permissions.md says how to create the agencies.

  npm run policies                                    the example in docs/policies
  npm run policies -- --stage prod --out ../policies  those of a stage, with the environment of its deployment
                                                      (OMS_SYNC_STATE_BUCKET, OMS_SYNC_ROUTES, ...)`;

/** Where the example is published. */
const PUBLISHED = join(ROOT, 'docs', 'policies');

async function main(): Promise<number> {
  const flags = parseFlags(USAGE, {
    stage: { type: 'string', value: 'NAME', help: 'stage of serverless.yml' },
    out: { type: 'string', value: 'DIR', help: 'folder to write to; created where it does not exist' },
  });
  if (!flags) return 0;
  const { stage, out } = flags;
  if ((stage === undefined) !== (out === undefined)) throw new UsageError('--stage and --out belong together');
  if (typeof stage === 'string' && typeof out === 'string')
    await write(out, await filesOf(stage, {}, `npm run policies -- --stage ${stage} --out DIR`));
  else await publish();
  return 0;
}

async function filesOf(
  stage: string,
  env: Readonly<Record<string, string>>,
  command: string,
): Promise<ReadonlyMap<string, string>> {
  const config = await loadServerless(stage, env);
  const absent = absentOfFunctions(config.functions);
  if (absent.length > 0) throw new UsageError(absent.join('; '));
  return policyFiles(policiesOf(config), command);
}

/** The example does not depend on who writes it. */
async function publish(): Promise<void> {
  for (const name of Object.keys(process.env)) if (name.startsWith('OMS_SYNC_')) delete process.env[name];
  const files = await filesOf(EXAMPLE.stage, EXAMPLE.environment, 'npm run policies');
  await mkdir(PUBLISHED, { recursive: true });
  for (const name of await readdir(PUBLISHED)) if (!files.has(name)) await rm(join(PUBLISHED, name));
  await write(PUBLISHED, files);
}

async function write(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of files) {
    const file = join(folder, name);
    await writeFile(file, text);
    console.log(relative(process.cwd(), file));
  }
}

endWith(main);
