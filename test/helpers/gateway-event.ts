import type { GatewayEvent, GatewayResponse } from '#shared/platform/gateway-event.ts';

export interface GatewayRequestOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  /** Whether the body is base64, as APIG sends it by default. */
  readonly base64?: boolean;
}

/** An APIG event; a body that is not a text is sent as JSON. */
export function gatewayEvent(
  httpMethod: string,
  path: string,
  body?: unknown,
  options: GatewayRequestOptions = {},
): GatewayEvent {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const { base64 = true } = options;
  return {
    httpMethod,
    path,
    headers: { host: 'gateway.example', 'content-type': 'application/json', ...options.headers },
    queryStringParameters: options.query ?? {},
    pathParameters: options.pathParameters ?? {},
    body: base64 ? Buffer.from(text, 'utf8').toString('base64') : text,
    isBase64Encoded: base64,
    requestContext: { requestId: 'gateway-request-1', stage: 'RELEASE', apiId: 'api-1' },
  };
}

/** The answer of a handler, with its body parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests compare whatever the body is.
  readonly body: any;
  readonly text: string;
}

export function readAnswer(response: unknown): Answer {
  const { statusCode, headers, body } = response as GatewayResponse;
  return { status: statusCode, headers, body: JSON.parse(body), text: body };
}
