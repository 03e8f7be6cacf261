import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Accounts } from '../accounts.ts';
import { isOfThisMachine } from '../own-machine.ts';
import { verifySdkHmac } from '../sdk-hmac.ts';
import { readBody, sendJson } from './body.ts';
import { InvocationError } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { ExecutionResult, InvocationResult } from './types.ts';

export interface ApiServices {
  readonly projectId: string;
  readonly accounts: Accounts;
  readonly now: () => number;
  /** @param event JSON text */
  readonly invoke: (
    name: string,
    event: string,
    options: { readonly async: boolean; readonly requestId: string },
  ) => Promise<InvocationResult>;
  /** Collects what a request writes from now on, until it is asked for. */
  readonly collectLog: (requestId: string) => () => string;
  readonly fireTimer: (key: string, timer: string) => Promise<{ requestId: string }>;
  readonly status: () => unknown;
  readonly log: (text: string) => void;
}

const INVOKE = /^\/v2\/([^/]+)\/fgs\/functions\/([^/]+)\/(invocations|invocations-async)$/;
const FIRE = /^\/_timers\/([^/]+)\/([^/]+)\/fire$/;

/**
 * The service's own API: invocation as on the platform (signed with AK/SK), and two calls that only the local cloud
 * has, unsigned: its status, and firing a timer now.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0125.html
 */
export function createApi(services: ApiServices): Server {
  return createServer((request, response) => {
    answer(services, request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      if (error instanceof InvocationError) return refuse(response, error.status, error.code, error.message);
      services.log(error instanceof Error ? error.message : String(error));
      return refuse(response, 500, 'FSS.0500', 'Internal error');
    });
  });
}

async function answer(services: ApiServices, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = request.url ?? '/';
  const path = target.split('?', 1)[0] ?? '/';
  const method = request.method ?? 'GET';
  if ((path === '/_status' || FIRE.test(path)) && !isOfThisMachine(request)) {
    request.resume();
    return refuse(response, 403, 'FSS.0403', 'This call is taken from this machine only.');
  }
  if (path === '/_status') {
    request.resume();
    if (method !== 'GET') return refuseMethod(response, 'GET');
    return sendJson(response, 200, services.status());
  }
  const fire = FIRE.exec(path);
  if (fire) {
    request.resume();
    if (method !== 'POST') return refuseMethod(response, 'POST');
    const { requestId } = await services.fireTimer(decode(fire[1] ?? ''), decode(fire[2] ?? ''));
    return sendJson(response, 202, { request_id: requestId });
  }
  const call = INVOKE.exec(path);
  if (!call) {
    request.resume();
    return refuse(response, 404, 'FSS.0404', 'There is no such API');
  }
  if (method !== 'POST') {
    request.resume();
    return refuseMethod(response, 'POST');
  }
  const async = call[3] === 'invocations-async';
  const body = await readBody(request, async ? LIMITS.asyncRequestBytes : LIMITS.syncRequestBytes);
  if (!body) {
    response.setHeader('connection', 'close');
    return refuse(response, 413, 'FSS.0413', 'The event is too large');
  }
  const signed = { method, target, headers: request.headers, body };
  const verdict = verifySdkHmac(signed, (accessKey) => services.accounts.find(accessKey), services.now());
  if (!verdict.ok) {
    return refuse(response, 401, 'APIGW.0301', `Incorrect IAM authentication information: ${verdict.problem}`);
  }
  if (decode(call[1] ?? '') !== services.projectId) {
    return refuse(response, 403, 'FSS.0403', 'The project is not yours');
  }
  const event = body.length === 0 ? '{}' : body.toString('utf8');
  if (!isJson(event)) return refuse(response, 400, 'FSS.0400', 'The event is not JSON');
  const requestId = randomUUID();
  const tail = !async && request.headers['x-cff-log-type'] === 'tail';
  const log = tail ? services.collectLog(requestId) : () => '';
  let result: InvocationResult;
  let written: string;
  try {
    result = await services.invoke(decode(call[2] ?? ''), event, { async, requestId });
  } finally {
    written = log();
  }
  if (result.outcome === 'accepted') return sendJson(response, 202, { request_id: result.requestId });
  deliver(request, response, result, written);
}

/** Bytes of log that are returned. */
const LOG_TAIL = 2000;

/** Request version v1 wraps the result; otherwise the result is the body. An error of the function is 200 as well. */
function deliver(request: IncomingMessage, response: ServerResponse, result: ExecutionResult, log: string): void {
  const success = result.outcome === 'success';
  const wrapped = request.headers['x-cff-request-version'] === 'v1';
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
  if (wrapped) {
    const body = {
      request_id: result.requestId,
      status: success ? 200 : 500,
      log: tail.toString(),
      result: result.payload,
    };
    sendJson(response, 200, body, headers);
    return;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(result.payload),
  });
  response.end(result.payload);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { error_code: code, error_msg: message, request_id: randomUUID() });
}

function refuseMethod(response: ServerResponse, allow: string): void {
  response.setHeader('allow', allow);
  refuse(response, 405, 'FSS.0405', 'The method is not allowed');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
