import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FunctionConfig } from '../../../serverless/config.ts';
import type { Accounts } from '../../accounts.ts';
import { createHttpServer, readBody, sendJson, sendText } from '../../http-server.ts';
import { EventTooLargeError, InvocationError, ThrottledError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { ExecutionResult, InvocationResult } from '../types.ts';
import { authenticate } from './authenticate.ts';
import { gatewayEvent } from './event.ts';
import type { GatewayOptions } from './options.ts';
import { type GatewayProblem, PROBLEMS } from './problems.ts';
import { gatewayResponse } from './response.ts';
import { collide, matchRoute, type Route, type RouteDeclaration, type RouteShape, routeOf } from './routes.ts';

interface GatewayServices extends GatewayOptions {
  readonly accounts: Accounts;
  readonly now: () => number;
  readonly invoke: (
    key: string,
    event: unknown,
    options: { readonly async: boolean; readonly requestId: string },
  ) => Promise<InvocationResult>;
  readonly log: (key: string, requestId: string, text: string) => void;
}

/** The front of the HTTP functions, in the manner of API Gateway. */
export class Gateway {
  readonly server: Server;
  readonly #services: GatewayServices;
  readonly #routes = new Map<string, readonly Route[]>();

  constructor(services: GatewayServices) {
    this.#services = services;
    this.server = createHttpServer((request, response) => this.#answer(request, response), {
      keepAlive: 65_000,
      onError: (error, response) => {
        services.log('', '', `gateway: ${error.message}`);
        if (!response.headersSent) this.#refuse(response, PROBLEMS.unavailable, randomUUID());
      },
    });
  }

  /** The function that has the route already; an owner may replace its own. */
  takenBy(owner: string, route: RouteShape): string | undefined {
    const others = [...this.#routes].filter(([other]) => other !== owner).flatMap(([, routes]) => routes);
    return others.find((other) => collide(other, route))?.target;
  }

  /** Replaces the routes of a function or trigger. Throws Error when a path is malformed. */
  put(owner: string, routes: readonly RouteDeclaration[]): void {
    this.#routes.set(owner, routes.map(routeOf));
  }

  remove(owner: string): void {
    this.#routes.delete(owner);
  }

  /** Refuses routes that another function has. Throws Error naming the route and the other function. */
  checkRoutes(key: string, fn: FunctionConfig): void {
    for (const route of declaredRoutes(key, fn)) {
      const taken = this.takenBy(key, route);
      if (taken) throw new Error(`${route.method} ${route.path} of ${key} is already a route of ${taken}`);
    }
  }

  /** Replaces the routes of a function. */
  setRoutes(key: string, fn: FunctionConfig): void {
    this.put(key, declaredRoutes(key, fn));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID().replaceAll('-', '');
    const target = request.url ?? '/';
    const path = target.split('?', 1)[0] ?? '/';
    const method = request.method ?? 'GET';
    // "If you want to call the same API in another environment, add the request header X-Stage."
    // https://support.huaweicloud.com/eu/apig_faq/apig-faq-2005011.html
    const stage = request.headers['x-stage'];
    // Here all gateways are one: of the same API in two of them, the newer is served.
    const routes = [...this.#routes.values()].flat().reverse();
    const match = matchRoute(routes, method, path, typeof stage === 'string' ? stage : undefined);
    if (match.found !== 'route') {
      request.resume();
      if (match.found === 'nothing' && path === DOCUMENT && method === 'GET' && this.#services.openapi !== undefined) {
        const { openapi } = this.#services;
        const text = typeof openapi === 'string' ? openapi : JSON.stringify(openapi);
        return sendText(response, 200, text, { 'content-type': 'application/json', 'x-request-id': requestId });
      }
      if (match.found === 'nothing') return this.#refuse(response, PROBLEMS.noRoute, requestId);
      return this.#refuse(response, PROBLEMS.method, requestId, { allow: match.methods.join(', ') });
    }
    const body = await readBody(request, LIMITS.gatewayRequestBytes);
    if (!body) return this.#refuse(response, PROBLEMS.tooLarge, requestId, { connection: 'close' });
    const { auth, target: key, async, timeout } = match.route;
    const problem = authenticate(auth, { method, target, headers: request.headers, body }, this.#services);
    if (problem) return this.#refuse(response, problem, requestId);

    const event = gatewayEvent(request, body, match, {
      requestId,
      pathParameters: this.#services.pathParameters ?? 'named',
    });
    let result: InvocationResult | 'timeout';
    try {
      const invocation = this.#services.invoke(key, event, { async, requestId });
      const patience = this.#services.gatewayTimeout ?? LIMITS.gatewayTimeout;
      result = await withTimeout(invocation, Math.min(patience, timeout ?? patience));
    } catch (error) {
      return this.#refuse(response, problemOf(error), requestId);
    }
    if (result === 'timeout') return this.#refuse(response, PROBLEMS.timeout, requestId);
    // The answer is that of the service's own asynchronous invocation; the gateway's is not documented.
    // https://support.huaweicloud.com/intl/en-us/api-functiongraph/functiongraph_06_0126.html
    if (result.outcome === 'accepted')
      return sendJson(response, 202, { request_id: result.requestId }, { 'x-request-id': requestId });
    this.#deliver(response, key, requestId, result);
  }

  #deliver(response: ServerResponse, key: string, requestId: string, result: ExecutionResult): void {
    if (result.outcome === 'timeout') {
      this.#refuse(response, PROBLEMS.timeout, requestId);
      return;
    }
    if (result.outcome !== 'success') {
      this.#refuse(response, PROBLEMS.badResponse, requestId);
      return;
    }
    const answer = gatewayResponse(result.payload);
    if ('reason' in answer) {
      this.#services.log(key, requestId, `gateway: no valid response: ${answer.reason}`);
      this.#refuse(response, PROBLEMS.badResponse, requestId);
      return;
    }
    response.writeHead(answer.status, {
      ...answer.headers,
      ...(answer.status === 204 || answer.status === 304 ? {} : { 'content-length': answer.body.length }),
      'x-request-id': requestId,
    });
    response.end(answer.body);
  }

  #refuse(
    response: ServerResponse,
    problem: GatewayProblem,
    requestId: string,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    sendJson(
      response,
      problem.status,
      { error_code: problem.code, error_msg: problem.message, request_id: requestId },
      { ...headers, 'x-request-id': requestId },
    );
  }
}

function declaredRoutes(key: string, fn: FunctionConfig): RouteDeclaration[] {
  return fn.events.flatMap((event): RouteDeclaration[] => {
    if (!('apig' in event)) return [];
    const { method, path, auth, async = false } = event.apig;
    return [{ target: key, method, path, prefix: false, auth, async }];
  });
}

const DOCUMENT = '/openapi.json';

function problemOf(error: unknown): GatewayProblem {
  if (error instanceof ThrottledError) return PROBLEMS.throttled;
  if (error instanceof EventTooLargeError) return PROBLEMS.tooLarge;
  if (error instanceof InvocationError && error.status < 500) return PROBLEMS.badResponse;
  return PROBLEMS.unavailable;
}

async function withTimeout<T>(work: Promise<T>, timeout: number): Promise<T | 'timeout'> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<'timeout'>((resolve) => {
        timer = setTimeout(() => resolve('timeout'), timeout);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
