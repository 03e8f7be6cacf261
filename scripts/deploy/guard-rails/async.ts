import type { FunctionConfig } from '../../serverless/config.ts';
import { DEPLOY_LIMITS } from './limits.ts';
import { rangeProblem } from './range.ts';

/**
 * Retries and age of asynchronous invocations.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0142.html
 */
export function asyncProblems(field: string, { async: policy, agency }: FunctionConfig): string[] {
  const { retries, eventAge } = DEPLOY_LIMITS;
  const found = [
    ['maxRetries', rangeProblem(policy.maxRetries, retries)],
    ['maxEventAge', rangeProblem(policy.maxEventAge, eventAge, 'seconds')],
  ] as const;
  const problems = found.flatMap(([name, problem]) => (problem ? [`${field}.async.${name} ${problem}`] : []));
  if (policy.onFailure && !agency)
    problems.push(
      `${field}.async.onFailure needs an agency that may use ${policy.onFailure.type}: set ${field}.agency`,
    );
  return problems;
}
