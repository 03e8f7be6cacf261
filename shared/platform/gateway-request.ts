import { MethodNotAllowedError, RouteNotFoundError } from '#shared/errors/http.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import type { GatewayEvent, HttpRequest, HttpRoute } from './gateway-event.ts';
import { readQuery } from './query.ts';
import { readBody } from './request-body.ts';
import type { Middleware } from './stack.ts';

export function gatewayRequest(routes: readonly HttpRoute[]): Middleware {
  return {
    before: function readGatewayRequest(request) {
      const event = (typeof request.event === 'object' && request.event !== null ? request.event : {}) as GatewayEvent;
      const gatewayRequestId = event.requestContext?.requestId;
      const { route, match, method, path } = findRoute(routes, event);
      request.event = {
        method,
        path,
        pathParameters: decodeParameters(match),
        query: readQuery(event),
        headers: lowerCased(event.headers),
        body: route.body ? readBody(event) : undefined,
        gatewayRequestId: typeof gatewayRequestId === 'string' ? gatewayRequestId : undefined,
      } satisfies HttpRequest;
    },
  };
}

/** @throws RouteNotFoundError, MethodNotAllowedError */
export function findRoute<Route extends Pick<HttpRoute, 'method' | 'path'>>(
  routes: readonly Route[],
  event: GatewayEvent,
): { readonly route: Route; readonly match: PathMatch; readonly method: string; readonly path: string } {
  const path = typeof event.path === 'string' ? event.path : '';
  const method = typeof event.httpMethod === 'string' ? event.httpMethod.toUpperCase() : '';
  const allow = new Set<string>();
  for (const route of routes) {
    const match = matchPath(route.path, path);
    if (match && route.method === method) return { route, match, method, path };
    if (match) allow.add(route.method);
  }
  throw allow.size === 0 ? new RouteNotFoundError() : new MethodNotAllowedError([...allow]);
}

/** Decodes once and strictly: a malformed escape is refused under the parameter's own name. */
function decodeParameters(match: PathMatch): Map<string, string> {
  const decoded = new Map<string, string>();
  for (const [name, value] of match) {
    try {
      decoded.set(name, decodeURIComponent(value));
    } catch {
      const message = `${name} in the path holds a malformed percent escape or one that is not UTF-8.`;
      throw new ValidationError([{ path: name, rule: 'malformed_percent', message }]);
    }
  }
  return decoded;
}

function lowerCased(headers: GatewayEvent['headers']): Map<string, string> {
  return new Map(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/** The outcome of comparing a request's path with a template. Values are still percent-encoded. */
export type PathMatch = ReadonlyMap<string, string>;

/**
 * Compares a path with a template such as `/sync-tasks/{sync_task_id}/events`. Whatever precedes the template's
 * first segment (the stage, the base path of an API) is tolerated: gateways differ in what they leave of it.
 *
 * The path itself is read because gateways deliver wildcard parameters under odd names, APIG under an empty one.
 *
 * @param template literal segments and `{name}` segments
 * @param path as the request line had it, percent-encoded; a query string is ignored
 * @returns the encoded value of every named segment, or undefined where the path does not match
 */
export function matchPath(template: string, path: string): PathMatch | undefined {
  const expected = template.split('/').slice(1);
  const [withoutQuery = ''] = path.split('?', 1);
  const actual = withoutQuery.split('/').slice(1);
  const start = actual.length - expected.length;
  if (start < 0) return undefined;
  const values = new Map<string, string>();
  for (const [index, segment] of expected.entries()) {
    const found = actual[start + index] ?? '';
    if (segment.startsWith('{')) values.set(segment.slice(1, -1), found);
    else if (segment !== found) return undefined;
  }
  return values;
}
