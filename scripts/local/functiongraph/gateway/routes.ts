import { createHash } from 'node:crypto';

export interface RouteDeclaration {
  readonly target: string;
  /** Upper case; ANY for all. */
  readonly method: string;
  readonly path: string;
  /** Takes everything below the path, too (match_mode SWA). */
  readonly prefix: boolean;
  readonly auth: 'IAM' | 'APP' | 'NONE';
  /** The gateway and its group of APIs: elsewhere the same path is another API. Of any unless given. */
  readonly group?: string;
  /** Environment that it is published in; RELEASE unless given. */
  readonly stage?: string;
  readonly async: boolean;
  readonly timeout?: number;
}

export interface Route extends RouteDeclaration {
  readonly apiId: string;
  readonly segments: readonly Segment[];
}

type Segment = { readonly literal: string } | { readonly parameter: string; readonly greedy: boolean };

export type Match =
  | { readonly found: 'route'; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  /** The path is known, the method is not. */
  | { readonly found: 'path'; readonly methods: readonly string[] }
  | { readonly found: 'nothing' };

const PARAMETER = /^\{([A-Za-z0-9_-]+)(\+?)\}$/;

/** The environment of a route without one, and of a request that names none. */
export const RELEASE = 'RELEASE';

export function routeOf(declaration: RouteDeclaration): Route {
  const { method, path } = declaration;
  return { ...declaration, apiId: apiIdOf(method, path), segments: parseTemplate(path) };
}

/** Stable over restarts, as an API's id is. */
export function apiIdOf(method: string, path: string): string {
  return createHash('sha256').update(`${method} ${path}`).digest('hex').slice(0, 32);
}

export type RouteShape = Pick<RouteDeclaration, 'method' | 'path' | 'group'>;

/** Method and path (whatever its parameters are called) belong to one API of a group. */
export function collide(one: RouteShape, other: RouteShape): boolean {
  const shape = ({ method, path }: RouteShape): string => `${method} ${path.replaceAll(/\{[^}+]*/g, '{')}`;
  const sameGroup = one.group === undefined || other.group === undefined || one.group === other.group;
  return sameGroup && shape(one) === shape(other);
}

/** Reads `/sync-tasks/{sync_task_id}`, or `/files/{path+}` for everything below. Throws Error. */
export function parseTemplate(template: string): Segment[] {
  if (!template.startsWith('/')) throw new Error(`The path ${template} does not start with /`);
  return template.split('/').map((part, index, all): Segment => {
    const match = PARAMETER.exec(part);
    if (!match) {
      if (/[{}]/.test(part)) throw new Error(`The path ${template} has a malformed parameter`);
      return { literal: part };
    }
    const greedy = match[2] === '+';
    if (greedy && index !== all.length - 1) throw new Error(`Only the last parameter of ${template} may be greedy`);
    return { parameter: match[1] ?? '', greedy };
  });
}

/**
 * Finds the route of a request. A path that matches whole goes before one that is only a prefix of it, literal segments
 * before parameters, a longer prefix before a shorter one. Paths are compared as sent; nothing is decoded.
 */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
  stage: string | undefined = RELEASE,
): Match {
  const parts = path.split('/');
  const matches = routes
    .filter((route) => (route.stage ?? RELEASE) === stage)
    .map((route) => ({ route, parameters: matchSegments(route, parts) }))
    .filter((match): match is { route: Route; parameters: Record<string, string> } => match.parameters !== undefined)
    .sort(
      (one, other) =>
        Number(one.route.prefix) - Number(other.route.prefix) ||
        (one.route.prefix ? other.route.segments.length - one.route.segments.length : 0) ||
        Object.keys(one.parameters).length - Object.keys(other.parameters).length,
    );
  if (matches.length === 0) return { found: 'nothing' };
  const match = matches.find(({ route }) => route.method === method || route.method === 'ANY');
  if (match) return { found: 'route', ...match };
  return { found: 'path', methods: [...new Set(matches.map(({ route }) => route.method))] };
}

function matchSegments(
  { segments, prefix }: Pick<Route, 'segments' | 'prefix'>,
  parts: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if ('literal' in segment) {
      if (segment.literal !== part) return undefined;
    } else if (segment.greedy) {
      parameters[segment.parameter] = parts.slice(index).join('/');
      return parameters;
    } else if (part === '') {
      return undefined;
    } else {
      parameters[segment.parameter] = part;
    }
  }
  return parts.length === segments.length || prefix ? parameters : undefined;
}
