import type { ApigEvent, FunctionConfig } from '../../serverless/config.ts';
import { routeShape } from '../desired/triggers.ts';
import { DEPLOY_LIMITS } from './limits.ts';
import { rangeProblem } from './range.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'ANY'];
const AUTHENTICATION = ['IAM', 'APP', 'NONE'];
/** Segments of letters, digits and `-_.%:~`, or of a parameter as a whole. */
const PATH = /^\/$|^(?:\/(?:[\w.~%:-]+|\{[A-Za-z][\w-]*\+?\}))+\/?$/;

/** Events by API Gateway. functiongraph_06_0122 */
export function apigProblems(field: string, fn: FunctionConfig): string[] {
  return fn.events.flatMap((event, index) =>
    'apig' in event ? eventProblems(`${field}.events[${index}].apig`, event.apig, fn) : [],
  );
}

function eventProblems(field: string, event: ApigEvent, { timeout }: FunctionConfig): string[] {
  const { gatewayTimeout } = DEPLOY_LIMITS;
  const problems: string[] = [];
  if (!METHODS.includes(event.method))
    problems.push(`${field}.method is ${event.method}: it must be ${METHODS.join(', ')}`);
  if (!PATH.test(event.path))
    problems.push(
      `${field}.path is ${JSON.stringify(event.path)}: it begins with /, and a parameter is a whole segment, as in /tasks/{id}`,
    );
  const names = [...event.path.matchAll(/\{([^}/]*)\}/g)].map(([, name]) => name);
  if (new Set(names).size < names.length) problems.push(`${field}.path names a parameter twice`);
  if (!AUTHENTICATION.includes(event.auth))
    problems.push(
      `${field}.auth is ${String(event.auth)}: it must be IAM (signed requests), APP, or NONE for everybody`,
    );
  const given = event.timeout === undefined ? undefined : rangeProblem(event.timeout, gatewayTimeout, 'milliseconds');
  if (given) problems.push(`${field}.timeout ${given}`);
  const longest = gatewayTimeout.max / 1000;
  // Whoever says how long the gateway waits knows that the function answers it sooner than it does its other work.
  if (event.async !== true && event.timeout === undefined && timeout > longest)
    problems.push(
      `${field}: the function may take ${timeout} s, and API Gateway waits ${longest} s at most: ` +
        `set async: true, or the function's timeout to ${longest} or less`,
    );
  return problems;
}

/** One route, two functions (or the same twice). FSS.1147 */
export function routeProblems(functions: Readonly<Record<string, Pick<FunctionConfig, 'events'>>>): string[] {
  const problems: string[] = [];
  const seen: { readonly method: string; readonly shape: string; readonly place: string }[] = [];
  for (const [key, { events }] of Object.entries(functions)) {
    for (const [index, event] of events.entries()) {
      if (!('apig' in event)) continue;
      const { method, path } = event.apig;
      const shape = routeShape('', path);
      const place = `functions.${key}.events[${index}].apig`;
      const other = seen.find(
        (one) => one.shape === shape && (one.method === method || one.method === 'ANY' || method === 'ANY'),
      );
      if (other)
        problems.push(`${place}: ${method} ${path} is the route of ${other.place}, too (FSS.1147): leave one of them`);
      seen.push({ method, shape, place });
    }
  }
  return problems;
}
