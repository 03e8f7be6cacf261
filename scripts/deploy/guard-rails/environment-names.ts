import { nearest } from '../../cli/nearest.ts';
import { environmentName } from '../../serverless/environment.ts';
import { FUNCTION_VARIABLES } from './function-variables.ts';

/** Variables that the deployment itself reads. */
const OWN = ['OMS_SYNC_FUNCTIONGRAPH_ENDPOINT', 'OMS_SYNC_LTS_ENDPOINT', 'OMS_SYNC_IAM_ENDPOINT'];

/**
 * Variables of the environment that are called like ours, and that nothing reads: a misspelt one would change nothing,
 * without a word.
 *
 * @param file text of serverless.yml
 * @param deploys whether the file alone counts: other commands read the variables of functions themselves
 */
export function environmentNameProblems(
  env: Readonly<Record<string, string | undefined>>,
  file: string,
  deploys: boolean,
): string[] {
  const read = [...file.matchAll(/\benv:\s*(OMS_SYNC_\w+)/g)].map(([, name = '']) => name);
  const ofCommands = Object.values(FUNCTION_VARIABLES).flatMap((variables) =>
    Object.values(variables).map(({ name }) => environmentName(name)),
  );
  const known = [...read, ...OWN, ...(deploys ? [] : ofCommands)];
  return Object.keys(env)
    .filter((name) => name.startsWith('OMS_SYNC_') && env[name] !== '' && !known.includes(name))
    .map((name) => {
      const meant = ofCommands.includes(name) ? undefined : nearest(name, known);
      return `${name} is set, and serverless.yml reads no such variable: ${meant ? `did you mean ${meant}?` : 'unset it, or read it there'}`;
    });
}
