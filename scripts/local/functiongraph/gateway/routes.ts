import type { ApigEvent } from '../../../serverless/config.ts';

export interface Route {
  readonly key: string;
  readonly apig: ApigEvent;
  /** Stable over restarts, as an API's id is. */
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

/**
 * Reads a path template: `/sync-tasks/{sync_task_id}`, or `/files/{path+}` for everything below.
 *
 * @throws Error when the template is malformed
 */
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
 * Finds the route of a request. Literal segments go before parameters.
 *
 * @param path as in the request line, without the query; compared and delivered as sent, nothing is decoded
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match {
  const parts = path.split('/');
  const matches = routes
    .map((route) => ({ route, parameters: matchSegments(route.segments, parts) }))
    .filter((match): match is { route: Route; parameters: Record<string, string> } => match.parameters !== undefined)
    .sort((one, other) => Object.keys(one.parameters).length - Object.keys(other.parameters).length);
  if (matches.length === 0) return { found: 'nothing' };
  const match = matches.find(({ route }) => route.apig.method === method || route.apig.method === 'ANY');
  if (match) return { found: 'route', ...match };
  return { found: 'path', methods: [...new Set(matches.map(({ route }) => route.apig.method))] };
}

function matchSegments(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
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
  return parts.length === segments.length ? parameters : undefined;
}
