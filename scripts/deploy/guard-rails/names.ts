import type { ServerlessConfig } from '../../serverless/config.ts';
import { functionName } from '../naming.ts';
import { DEPLOY_LIMITS } from './limits.ts';
import { rangeProblem } from './range.ts';

const SERVICE = /^[A-Za-z][A-Za-z0-9-]*$/;
const STAGE = /^[A-Za-z][A-Za-z0-9-]*$/;
/** functiongraph_06_0102: begins with a letter, ends with a letter or digit. */
const FUNCTION = /^[A-Za-z](?:[\w-]*[A-Za-z0-9])?$/;
const ALIAS = /^[A-Za-z](?:[\w-]{0,61}[A-Za-z0-9])?$/;

/** Names of service, stage, functions and alias. */
export function nameProblems({ service, stage, functions, alias, keepVersions }: ServerlessConfig): string[] {
  const problems: string[] = [];
  const letters = 'letters, digits and hyphens, and begin with a letter';
  if (!SERVICE.test(service)) problems.push(`service is ${JSON.stringify(service)}: it must hold ${letters}`);
  if (!STAGE.test(stage)) problems.push(`provider.stage is ${JSON.stringify(stage)}: it must hold ${letters}`);
  if (alias !== undefined && (!ALIAS.test(alias) || alias === 'latest'))
    problems.push(
      `provider.alias is ${JSON.stringify(alias)}: it must hold letters, digits, - and _, and not be latest`,
    );
  const kept = keepVersions === undefined ? undefined : rangeProblem(keepVersions, DEPLOY_LIMITS.keepVersions);
  if (kept) problems.push(`provider.keepVersions ${kept}, for a function has 20 versions at most`);
  for (const key of Object.keys(functions)) {
    const name = functionName(service, stage, key);
    if (!FUNCTION.test(name))
      problems.push(
        `functions.${key}: ${name} is no name of a function, which holds letters, digits, - and _ (FSS.1002)`,
      );
    else if (name.length > DEPLOY_LIMITS.functionName)
      problems.push(
        `functions.${key}: ${name} has ${name.length} characters, a name of a function ${DEPLOY_LIMITS.functionName} at most (FSS.1002): shorten service, stage or key`,
      );
  }
  return problems;
}
