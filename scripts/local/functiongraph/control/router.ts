import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Accounts } from '../../accounts.ts';
import { readBody, sendJson, sendText } from '../../http-server.ts';
import type { IssuedTokens } from '../../iam/tokens.ts';
import { decodeLeniently, splitTarget, verifySdkHmac } from '../../sdk-hmac.ts';
import { ApiError } from '../errors.ts';

export interface ApiRequest {
  readonly requestId: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly text: string;
  /** The caller's access key; absent for a token without an owner. */
  readonly accessKey?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

type ApiHandler = (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>;

interface RouteOptions {
  /** Bytes of the body; 1 MB unless given. */
  readonly maxBody?: number;
  readonly malformed?: () => ApiError;
}

interface RouterOptions {
  readonly projectId: string;
  readonly accounts: Accounts;
  readonly tokens?: IssuedTokens;
  readonly now: () => number;
  /** Told of what should not have happened; never of a request's content. */
  readonly log: (text: string) => void;
  /** Throws an ApiError where the caller may not use the operation: `POST /v2/{project_id}/fgs/functions`. */
  readonly authorize?: (operation: string, request: ApiRequest) => void;
}

interface Route {
  readonly method: string;
  readonly pattern: string;
  readonly segments: readonly string[];
  readonly handler: ApiHandler;
  readonly options: RouteOptions;
}

const DEFAULT_BODY = 1 << 20;

/** The service's API: who may call is decided here, once for every operation. */
export class Router {
  readonly #options: RouterOptions;
  readonly #routes: Route[] = [];

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** Adds an operation. Of several patterns that match, the one that is literal further in front wins. */
  route(method: string, pattern: string, handler: ApiHandler, options: RouteOptions = {}): void {
    this.#routes.push({ method, pattern, segments: pattern.split('/'), handler, options });
  }

  /** Answers a request, whatever it is; it never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    try {
      const answer = await this.#answer(request, response, requestId);
      if (answer.text !== undefined) {
        sendText(response, answer.status, answer.text, { 'content-type': 'application/json', ...answer.headers });
      } else if (answer.body === undefined) {
        response.writeHead(answer.status, { ...answer.headers });
        response.end();
      } else {
        sendJson(response, answer.status, answer.body, answer.headers);
      }
    } catch (error) {
      request.resume();
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      const known = error instanceof ApiError ? error : undefined;
      // The message of an error that nobody foresaw may hold what the caller sent: only its place is shown.
      if (!known) this.#options.log(placeOf(error));
      const { status, code, message } = known ?? { status: 500, code: 'FSS.0500', message: 'Internal server error.' };
      sendJson(response, status, { error_code: code, error_msg: message, request_id: requestId });
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<ApiAnswer> {
    const target = request.url ?? '/';
    const [path, query] = splitTarget(target);
    const method = request.method ?? 'GET';
    const { route, params } = this.#find(method, path, response);
    const body = await readBody(request, route.options.maxBody ?? DEFAULT_BODY);
    if (!body) {
      response.setHeader('connection', 'close');
      throw new ApiError(413, 'FSS.0413', 'The request body is too large.');
    }
    const accessKey = this.#authenticate({ method, target, headers: request.headers, body });
    if (params['project_id'] !== undefined && params['project_id'] !== this.#options.projectId) {
      throw new ApiError(403, 'FSS.0403', 'The project is not yours');
    }
    const text = body.toString('utf8');
    const call: ApiRequest = {
      requestId,
      params,
      query: new URLSearchParams(query),
      headers: request.headers,
      body: parse(text, route.options),
      text,
      ...(accessKey === undefined ? {} : { accessKey }),
    };
    this.#options.authorize?.(`${route.method} ${route.pattern}`, call);
    return route.handler(call);
  }

  #find(method: string, path: string, response: ServerResponse): { route: Route; params: Record<string, string> } {
    const parts = path.split('/');
    const matches = this.#routes
      .map((route) => ({ route, params: match(route.segments, parts) }))
      .filter((found): found is { route: Route; params: Record<string, string> } => found.params !== undefined)
      .sort((one, other) => firstParameter(one.route) - firstParameter(other.route))
      .reverse();
    if (matches.length === 0) throw new ApiError(404, 'FSS.0404', 'There is no such API');
    const found = matches.find(({ route }) => route.method === method);
    if (!found) {
      response.setHeader('allow', [...new Set(matches.map(({ route }) => route.method))].join(', '));
      throw new ApiError(405, 'FSS.0405', 'The method is not allowed');
    }
    return found;
  }

  #authenticate(request: Parameters<typeof verifySdkHmac>[0]): string | undefined {
    const { accounts, tokens, now } = this.#options;
    const token = request.headers['x-auth-token'];
    if (request.headers.authorization === undefined && typeof token === 'string') {
      if (!tokens?.has(token)) throw notAuthenticated('decrypt token fail');
      return tokens.accessKeyOf?.(token);
    }
    const verdict = verifySdkHmac(request, (accessKey) => accounts.find(accessKey), now());
    if (!verdict.ok) throw notAuthenticated(verdict.problem);
    return verdict.key.accessKey;
  }
}

function notAuthenticated(problem: string): ApiError {
  return new ApiError(401, 'APIGW.0301', `Incorrect IAM authentication information: ${problem}`);
}

function match(segments: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index] ?? '';
    if (segment.startsWith('{')) {
      if (part === '') return undefined;
      params[segment.slice(1, -1)] = decodeLeniently(part);
    } else if (segment !== part) {
      return undefined;
    }
  }
  return params;
}

function firstParameter({ segments }: Route): number {
  return segments
    .map((segment) => (segment.startsWith('{') ? '0' : '1'))
    .reduce((sum, bit) => sum * 2 + Number(bit), 0);
}

/** 406 for a body that is no JSON: https://support.huaweicloud.com/intl/en-us/api-functiongraph/ErrorCode.html */
function parse(body: string, { malformed }: RouteOptions): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw malformed?.() ?? new ApiError(406, 'FSS.0406', 'Not acceptable: the request body is not JSON');
  }
}

function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'something other than an Error was thrown';
  const frame = error.stack?.split('\n').find((line) => line.startsWith('    at '));
  return `${error.name}${frame?.replace('    ', ' ') ?? ''}`;
}
