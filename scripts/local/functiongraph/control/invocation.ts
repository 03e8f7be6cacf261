import { InvocationError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { ExecutionResult, InvocationResult } from '../types.ts';
import type { ApiAnswer, ApiRequest, Router } from './router.ts';

interface InvocationServices {
  /** @param event JSON text */
  readonly invoke: (
    urn: string,
    event: string,
    options: { readonly async: boolean; readonly requestId: string },
  ) => Promise<InvocationResult>;
  /** Collects what a request writes from now on, until it is asked for. */
  readonly collectLog: (requestId: string) => () => string;
}

const LOG_TAIL = 2000;

/**
 * Invocation, synchronous and asynchronous.
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0125.html
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0126.html
 */
export function registerInvocationRoutes(router: Router, services: InvocationServices): void {
  const malformed = (): InvocationError => new InvocationError(400, 'FSS.0400', 'The event is not JSON');
  for (const [operation, async, maxBody] of [
    ['invocations', false, LIMITS.syncRequestBytes],
    ['invocations-async', true, LIMITS.asyncRequestBytes],
  ] as const) {
    router.route(
      'POST',
      `/v2/{project_id}/fgs/functions/{function_urn}/${operation}`,
      (request) => run(services, request, async),
      { maxBody, malformed },
    );
  }
}

async function run(services: InvocationServices, request: ApiRequest, async: boolean): Promise<ApiAnswer> {
  const { requestId, headers } = request;
  const tail = !async && headers['x-cff-log-type'] === 'tail';
  const log = tail ? services.collectLog(requestId) : () => '';
  let result: InvocationResult;
  let written: string;
  try {
    result = await services.invoke(request.params['function_urn'] ?? '', request.text || '{}', { async, requestId });
  } finally {
    written = log();
  }
  if (result.outcome === 'accepted') return { status: 202, body: { request_id: result.requestId } };
  return answer(headers['x-cff-request-version'] === 'v1', result, written);
}

/** Request version v1 wraps the result; otherwise the result is the body. An error of the function is 200 as well. */
function answer(wrapped: boolean, result: ExecutionResult, log: string): ApiAnswer {
  const success = result.outcome === 'success';
  const tail = Buffer.from(log).subarray(-LOG_TAIL);
  const billed = Math.ceil(result.duration);
  const headers = {
    'x-cff-request-id': result.requestId,
    'x-cff-response-version': wrapped ? 'v1' : 'v0',
    'x-cff-invoke-summary': JSON.stringify({ duration: Number(result.duration.toFixed(3)), billingDuration: billed }),
    'x-cff-billing-duration': String(billed),
    'x-func-err-code': success ? '0' : String(result.outcome === 'error' ? result.code : 500),
    'x-is-func-err': String(!success),
    ...(tail.length > 0 ? { 'x-cff-function-log': tail.toString('base64') } : {}),
  };
  if (!wrapped) return { status: 200, text: result.payload, headers };
  const status = success ? 200 : 500;
  return {
    status: 200,
    body: { request_id: result.requestId, status, log: tail.toString(), result: result.payload },
    headers,
  };
}
