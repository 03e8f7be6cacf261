import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendText } from '../http-server.ts';
import { isOfThisMachine } from '../own-machine.ts';
import type { FaultInjector } from './injector.ts';
import { FaultPlanError } from './plan.ts';

/** The path at which a running service takes its plan; no API of the vendor has it, and no bucket has such a name. */
export const CONTROL_PATH = '/_faults';

const MAX_PLAN = 1024 * 1024;

export function isControl(request: Pick<IncomingMessage, 'url'>): boolean {
  return (request.url ?? '').split('?', 1)[0] === CONTROL_PATH;
}

/**
 * `PUT /_faults` sets a plan and begins to count anew, `GET` answers plan and counts, `DELETE` ends all faults. No
 * signature is needed, so it listens to this machine only, and not to a page in a browser that found out its port.
 */
export async function answerControl(
  request: IncomingMessage,
  response: ServerResponse,
  injector: FaultInjector,
): Promise<void> {
  if (!isOfThisMachine(request)) {
    request.resume();
    return answer(response, 403, problem('Faults.Forbidden', 'Fault plans are taken from this machine only.'));
  }
  switch (request.method) {
    case 'GET':
      request.resume();
      return answer(response, 200, injector.state());
    case 'DELETE':
      request.resume();
      injector.set(undefined);
      return answer(response, 200, injector.state());
    case 'PUT':
      return put(request, response, injector);
    default:
      request.resume();
      return answer(response, 405, problem('Faults.Method', 'PUT, GET and DELETE are possible.'));
  }
}

async function put(request: IncomingMessage, response: ServerResponse, injector: FaultInjector): Promise<void> {
  const body = await readBody(request, MAX_PLAN);
  if (!body) return answer(response, 413, problem('Faults.TooLarge', `A plan has at most ${MAX_PLAN} bytes.`));
  try {
    injector.set(JSON.parse(body.toString('utf8')));
  } catch (error) {
    if (error instanceof FaultPlanError)
      return answer(response, 400, { ...problem('Faults.Invalid', error.message), details: error.problems });
    if (!(error instanceof SyntaxError)) throw error;
    return answer(response, 400, problem('Faults.Invalid', `The plan is not JSON: ${error.message}`));
  }
  answer(response, 200, injector.state());
}

function problem(code: string, message: string) {
  return { error_code: code, error_msg: message };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, `${JSON.stringify(body, null, 2)}\n`, { 'content-type': 'application/json' });
}
