import type { FunctionConfig } from '../../serverless/config.ts';
import { parseTemplate } from './gateway/routes.ts';
import { parseSchedule } from './timers/parse.ts';

/** A function's configuration is one that the platform would refuse. */
class FunctionConfigError extends Error {
  readonly problems: readonly string[];

  constructor(key: string, problems: readonly string[]) {
    super(`The function ${key} cannot be deployed: ${problems.join('; ')}`);
    this.name = 'FunctionConfigError';
    this.problems = problems;
  }
}

interface LocalServices {
  /** Whether there is one that failed invocations can be written to. */
  readonly objectStore?: boolean;
}

/** functiongraph_01_0207 */
const TIMER_NAME = /^[A-Za-z][\w-]{0,63}$/;
const VARIABLE = /^[A-Za-z]\w*$/;
const MAX_VARIABLES = 20;
/** Characters of all names and values. */
const MAX_VARIABLE_TEXT = 4096;

/**
 * Checks what the platform checks when a function is created.
 * @param services what the local cloud has to offer besides FunctionGraph
 * @throws FunctionConfigError with every problem; it never holds a variable's value
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-functiongraph/functiongraph_01_0154.html
 */
export function checkFunctionConfig(key: string, fn: FunctionConfig, services: LocalServices = {}): void {
  const problems: string[] = [];
  if (!/^[A-Za-z][\w-]{0,59}$/.test(key)) problems.push('its key is not a function name');
  if (!fn.runtime.startsWith('Node.js')) problems.push(`the runtime ${fn.runtime} is not a Node.js one`);
  if (!/^[^.].*\.[^.]+$/.test(fn.handler)) problems.push(`the handler ${fn.handler} is not file.export`);
  if (!(fn.timeout > 0 && fn.timeout <= 259_200)) problems.push('timeout is not 3 to 259200 seconds');
  if (!(Number.isInteger(fn.async.maxRetries) && fn.async.maxRetries >= 0 && fn.async.maxRetries <= 3)) {
    problems.push('async.maxRetries is not 0 to 3');
  }
  if (!(fn.async.maxEventAge >= 1 && fn.async.maxEventAge <= 86_400)) {
    problems.push('async.maxEventAge is not 1 to 86400 seconds');
  }
  problems.push(...destinationProblems(key, fn, services));
  problems.push(...eventProblems(fn));
  problems.push(...variableProblems('environment', fn.environment));
  problems.push(...variableProblems('encryptedEnvironment', fn.encryptedEnvironment));
  if (problems.length > 0) throw new FunctionConfigError(key, problems);
}

function destinationProblems(key: string, fn: FunctionConfig, { objectStore = false }: LocalServices): string[] {
  const destination = fn.async.onFailure;
  if (!destination) return [];
  // The platform refuses the setting without the right to write there, which an agency gives.
  if (!fn.agency) return [`async.onFailure needs an agency that may use ${destination.type}`];
  switch (destination.type) {
    case 'OBS': {
      const { expires = 0 } = destination;
      const problems: string[] = [];
      if (!objectStore)
        problems.push('async.onFailure is OBS, but this FunctionGraph was started without an object store');
      if (!destination.bucket) problems.push('async.onFailure.bucket is missing');
      if (!(Number.isInteger(expires) && expires >= 0 && expires <= 365))
        problems.push('async.onFailure.expires is not 0 to 365 days');
      return problems;
    }
    case 'FunctionGraph':
      return destination.function === key ? ['async.onFailure.function is the function itself'] : [];
    case 'SMN':
    case 'DIS':
      return [`async.onFailure is ${destination.type}, which the local cloud does not have; use OBS or FunctionGraph`];
  }
}

function eventProblems(fn: FunctionConfig): string[] {
  const problems: string[] = [];
  const timers = new Set<string>();
  const check = (work: () => unknown): void => {
    try {
      work();
    } catch (error) {
      problems.push((error as Error).message);
    }
  };
  for (const event of fn.events) {
    if ('apig' in event) check(() => parseTemplate(event.apig.path));
    if (!('timer' in event)) continue;
    check(() => parseSchedule(event.timer.type, event.timer.schedule));
    if (!TIMER_NAME.test(event.timer.name)) problems.push(`${event.timer.name} is not a timer's name`);
    if (timers.has(event.timer.name)) problems.push(`there are two timers ${event.timer.name}`);
    timers.add(event.timer.name);
  }
  return problems;
}

function variableProblems(field: string, variables: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(variables);
  const problems: string[] = [];
  for (const [name, value] of entries) {
    if (!VARIABLE.test(name)) problems.push(`${field}.${name} is not a variable name`);
    else if (name.startsWith('RUNTIME_')) problems.push(`${field}.${name} is a reserved name`);
    if (typeof value !== 'string') problems.push(`${field}.${name} is not a string`);
  }
  if (entries.length > MAX_VARIABLES)
    problems.push(`${field} has ${entries.length} entries; the limit is 20 (FSS.1017)`);
  const size = entries.reduce((sum, [name, value]) => sum + name.length + String(value).length, 0);
  if (size > MAX_VARIABLE_TEXT) problems.push(`${field} has ${size} characters; the limit is 4096 (FSS.1018)`);
  return problems;
}
