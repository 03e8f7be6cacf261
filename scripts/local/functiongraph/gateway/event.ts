import type { IncomingMessage } from 'node:http';
import type { GatewayOptions } from './options.ts';
import { type Match, RELEASE } from './routes.ts';

export interface GatewayEvent {
  readonly body: string;
  readonly requestContext: { readonly apiId: string; readonly requestId: string; readonly stage: string };
  readonly queryStringParameters: Readonly<Record<string, string | readonly string[]>>;
  readonly httpMethod: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly isBase64Encoded: true;
}

/**
 * Makes the event that the function receives. A repeated query parameter has all its values, in a list: the vendor
 * documents no shape for them, and a function must not act on one as if the others had not been sent.
 */
export function gatewayEvent(
  request: IncomingMessage,
  body: Buffer,
  match: Extract<Match, { found: 'route' }>,
  call: { readonly requestId: string; readonly pathParameters: NonNullable<GatewayOptions['pathParameters']> },
): GatewayEvent {
  const target = request.url ?? '/';
  const query = target.indexOf('?');
  const address = request.socket.remoteAddress ?? '127.0.0.1';
  return {
    body: body.toString('base64'),
    requestContext: { apiId: match.route.apiId, requestId: call.requestId, stage: match.route.stage ?? RELEASE },
    queryStringParameters: query < 0 ? {} : valuesOf(new URLSearchParams(target.slice(query + 1))),
    httpMethod: request.method ?? 'GET',
    ...pathParameters(match.parameters, call.pathParameters),
    headers: {
      ...headersOf(request),
      'x-forwarded-for': address,
      'x-forwarded-port': String(request.socket.localPort ?? ''),
      'x-forwarded-proto': 'http',
      'x-real-ip': address,
      'x-request-id': call.requestId,
    },
    path: query < 0 ? target : target.slice(0, query),
    isBase64Encoded: true,
  };
}

function valuesOf(query: URLSearchParams): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

function pathParameters(
  parameters: Readonly<Record<string, string>>,
  style: NonNullable<GatewayOptions['pathParameters']>,
): { pathParameters?: Record<string, string> } {
  if (style === 'absent') return {};
  const values = Object.values(parameters);
  if (style === 'empty-key' && values.length > 0) return { pathParameters: { '': values.join('/') } };
  return { pathParameters: { ...parameters } };
}

/** Credentials of the caller are for the gateway; the function never sees them. */
const WITHHELD = new Set(['authorization', 'x-apig-appcode', 'x-auth-token', 'x-security-token']);

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name]) => !WITHHELD.has(name))
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
