import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkService } from '../deploy/guard-rails/check-service.ts';
import { environmentNameProblems } from '../deploy/guard-rails/environment-names.ts';
import { ROOT, type ServerlessConfig } from './config.ts';
import { readServerlessFile, ServerlessFileError } from './read-file.ts';
import { configOf, type ResolvedFile } from './resolved.ts';

export interface LoadOptions {
  /** Region of `--region`. */
  readonly region?: string | undefined;
  /** Refuses names of variables that serverless.yml does not read: a deployment would ignore them. */
  readonly strict?: boolean;
  /** The text of another file, in place of the repository's. */
  readonly text?: string;
}

const STAGE = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;

/**
 * serverless.yml, resolved for a stage and checked, with the platform's defaults.
 *
 * @param stage for example `local`
 * @param more variables that `${env:…}` sees in addition to this process's own
 * @throws ServerlessFileError naming every mistake by its place, and never a value of a secret
 */
export async function loadServerless(
  stage: string,
  more: Readonly<Record<string, string | undefined>> = {},
  options: LoadOptions = {},
): Promise<ServerlessConfig> {
  if (!STAGE.test(stage))
    throw new ServerlessFileError('the stage must consist of letters, digits and hyphens, and begin with no hyphen');
  const env = { ...process.env, ...more };
  const text = options.text ?? (await readFile(join(ROOT, 'serverless.yml'), 'utf8'));
  const file = readServerlessFile(text, { env, opt: { stage, region: options.region } });
  const config = configOf(file as unknown as ResolvedFile);
  const problems = [...environmentNameProblems(env, text, options.strict ?? false), ...checkService(config)];
  if (problems.length > 0)
    throw new ServerlessFileError(`serverless.yml:\n${problems.map((each) => `  ${each}`).join('\n')}`);
  return config;
}
