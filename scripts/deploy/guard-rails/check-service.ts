import type { FunctionConfig, ServerlessConfig } from '../../serverless/config.ts';
import { asyncProblems } from './async.ts';
import { bucketTriggerProblems } from './bucket-triggers.ts';
import { failureDestinationProblems } from './failure-destination.ts';
import { functionVariableProblems } from './function-variables.ts';
import { apigProblems, routeProblems } from './http-routes.ts';
import { DEPLOY_LIMITS } from './limits.ts';
import { nameProblems } from './names.ts';
import { queueProblems } from './queues.ts';
import { regionProblems } from './region.ts';
import { settingProblems } from './settings.ts';
import { stateBucketProblems } from './state-bucket.ts';
import { timerProblems } from './timers.ts';
import { variableProblems } from './variables.ts';

/**
 * Whatever serverless.yml asks for and the platform does not do, or does with a loss. Needs no account: what only a
 * deployment needs (an API group, a channel) may be missing.
 *
 * @returns one sentence per mistake: field, rule, what to do; no value of a variable is in it
 */
export function checkService(config: ServerlessConfig): readonly string[] {
  const problems = [
    ...nameProblems(config),
    ...regionProblems(config),
    ...Object.entries(config.functions).flatMap(([key, fn]) => functionProblems(config, `functions.${key}`, fn)),
    ...routeProblems(config.functions),
    ...failureDestinationProblems(config.functions),
    ...stateBucketProblems(config.functions),
    ...functionVariableProblems(config.functions),
  ];
  return [...new Set(problems)];
}

function functionProblems(config: ServerlessConfig, field: string, fn: FunctionConfig): string[] {
  const { triggers } = DEPLOY_LIMITS;
  const { length } = fn.events;
  return [
    ...settingProblems(field, fn),
    ...variableProblems(field, fn),
    ...asyncProblems(field, fn),
    ...(length > triggers
      ? [`${field}.events has ${length} entries: a function has ${triggers} triggers at most (FSS.1306), so split it`]
      : []),
    ...apigProblems(field, fn),
    ...bucketTriggerProblems(field, fn, config.region),
    ...timerProblems(field, fn),
    ...queueProblems(field, fn, config.region),
  ];
}
