import { MethodNotAllowedError, RouteNotFoundError } from '#shared/errors/http.ts';
import { ValidationError } from '#shared/validation/errors.ts';
import type { GatewayEvent, HttpRequest, HttpRoute } from './gateway-event.ts';
import { matchPath, type PathMatch } from './path-template.ts';
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
