import type { FunctionConfig } from '../../serverless/config.ts';
import { DEPLOY_LIMITS } from './limits.ts';

const NAME = /^[A-Za-z]\w*$/;
type Variables = Readonly<Record<string, string>>;

/**
 * Names, number and length of a function's variables. Empty ones are not sent, and do not count.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0154.html
 */
export function variableProblems(field: string, { environment, encryptedEnvironment }: FunctionConfig): string[] {
  const twice = Object.keys(environment).filter((name) => environment[name] && encryptedEnvironment[name]);
  return [
    ...kindProblems(`${field}.environment`, environment),
    ...kindProblems(`${field}.encryptedEnvironment`, encryptedEnvironment),
    ...twice.map(
      (name) => `${field}.environment.${name} is in encryptedEnvironment, too: leave one of them (FSS.1009)`,
    ),
  ];
}

function kindProblems(field: string, variables: Variables): string[] {
  const { variables: most, variableText } = DEPLOY_LIMITS;
  const entries = Object.entries(variables).filter(([, value]) => value !== '');
  const problems = entries.flatMap(([name, value]) => {
    const place = `${field}.${name}`;
    if (typeof value !== 'string') return [`${place} is not a text: put it in quotes`];
    if (!NAME.test(name)) return [`${place}: a name holds letters, digits and _, and begins with a letter (FSS.1009)`];
    if (name.startsWith('RUNTIME_')) return [`${place}: names that begin with RUNTIME_ are the platform's own`];
    return [];
  });
  const size = entries.reduce((sum, [name, value]) => sum + name.length + String(value).length, 0);
  if (entries.length > most)
    problems.push(
      `${field} has ${entries.length} variables, of ${most} at most (FSS.1017): leave out what has a default`,
    );
  if (size > variableText)
    problems.push(
      `${field} has ${size} characters in names and values, of ${variableText} at most (FSS.1018): shorten ${longest(entries)}`,
    );
  return problems;
}

function longest(entries: readonly (readonly [string, string])[]): string {
  const [name = ''] = entries.toSorted(([, one], [, other]) => String(other).length - String(one).length)[0] ?? [];
  return name;
}
