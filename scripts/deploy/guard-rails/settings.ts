import type { FunctionConfig } from '../../serverless/config.ts';
import { DEPLOY_LIMITS, RUNTIMES } from './limits.ts';
import { rangeProblem } from './range.ts';

const ENTRY = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_]+$/;
/** Characters of the mark that a deployment adds to a description. */
const MARK = 60;

/** Problems of the settings that a function is run with. */
export function settingProblems(field: string, fn: FunctionConfig): string[] {
  const limits = DEPLOY_LIMITS;
  const problems: string[] = [];
  const report = (name: string, problem: string | undefined): void => {
    if (problem !== undefined) problems.push(`${field}.${name} ${problem}`);
  };
  const entry = (name: 'handler' | 'initializer'): void => {
    const value = fn[name];
    if (value !== undefined && !ENTRY.test(value))
      report(name, `is ${JSON.stringify(value)}: it must be FILE.EXPORT with one dot, as in index.${name}`);
  };
  if (!RUNTIMES.includes(fn.runtime))
    report('runtime', `is ${fn.runtime}: the bundles run on ${RUNTIMES.join(' and ')} (FSS.1005)`);
  entry('handler');
  entry('initializer');
  const longest = limits.description - MARK;
  if ((fn.description?.length ?? 0) > longest)
    report('description', `has ${fn.description?.length} characters, of ${longest} at most (FSS.1019)`);
  if (!limits.memorySizes.some((size) => size === fn.memorySize))
    report('memorySize', `is ${fn.memorySize} MB: it must be one of ${limits.memorySizes.join(', ')} (FSS.1007)`);
  report('timeout', rangeProblem(fn.timeout, limits.timeout, 'seconds'));
  if (fn.initializerTimeout !== undefined) {
    report('initializerTimeout', rangeProblem(fn.initializerTimeout, limits.initializerTimeout, 'seconds'));
    if (fn.initializer === undefined) report('initializerTimeout', 'is set, but the function has no initializer');
  }
  if (fn.concurrency !== undefined) report('concurrency', rangeProblem(fn.concurrency, limits.concurrency));
  if (fn.logs && (fn.logs.groupId === '') !== (fn.logs.streamId === ''))
    report('logs', 'names half of a place: it needs groupId and streamId, or leave it out');
  if (fn.vpc && (fn.vpc.vpcId === '' || fn.vpc.subnetId === ''))
    report('vpc', 'names half of a network: it needs vpcId and subnetId, or leave it out');
  return problems;
}
