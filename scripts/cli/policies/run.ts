import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { absentOfFunctions } from '../../deploy/guard-rails/deployable.ts';
import { policiesOf } from '../../deploy/permissions/policies.ts';
import { policyFiles } from '../../deploy/permissions/published.ts';
import { loadServerless } from '../../serverless/load.ts';
import { type Environment, type Run, textOf } from '../command.ts';
import { CliError, UsageError } from '../errors.ts';

/** `oms-sync policies`. Nothing is asked of an account, so the stage is only a name. */
export const run: Run = async (context) => {
  const stage = textOf(context, 'stage');
  const out = textOf(context, 'out');
  if (!stage || !out) throw new UsageError('The stage and the folder are needed: --stage NAME --out DIR.');
  const files = await policyFilesOf(stage, context.env, `oms-sync policies --stage ${stage} --out DIR`);
  await mkdir(out, { recursive: true });
  for (const [name, text] of files) await writeFile(join(out, name), text);
  const written = [...files.keys()].map((name) => relative(process.cwd(), join(out, name)));
  if (context.json) context.print({ files: written });
  context.say(written.join('\n'));
  return 0;
};

/**
 * @param command that wrote the files, for the text of one of them
 * @throws CliError naming every variable that is missing
 */
export async function policyFilesOf(
  stage: string,
  env: Environment,
  command: string,
): Promise<ReadonlyMap<string, string>> {
  const config = await loadServerless(stage, env);
  const absent = absentOfFunctions(config.functions);
  if (absent.length > 0) throw new CliError('configuration', absent.join('; '));
  return policyFiles(policiesOf(config), command);
}
