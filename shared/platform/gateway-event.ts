/**
 * The event of an APIG trigger. Every member may be absent: the vendor's templates, the captured events and console
 * tests each leave some out.
 *
 * @see https://support.huaweicloud.com/intl/en-us/devg-functiongraph/functiongraph_02_0102.html
 */
export interface GatewayEvent {
  readonly httpMethod?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>> | null;
  readonly queryStringParameters?: Readonly<Record<string, string | readonly string[]>> | null;
  /** APIG does not document it; other gateways of the same shape have it. */
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[]>> | null;
  /** A wildcard arrives under the empty name. Not read: see path-template.ts. */
  readonly pathParameters?: Readonly<Record<string, string>> | null;
  readonly body?: string | null;
  /** True by default, with an empty body too. */
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: { readonly requestId?: string; readonly stage?: string; readonly apiId?: string } | null;
}

/** Answer that an APIG trigger expects; anything else becomes a 500 of the gateway. */
export interface GatewayResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Values of the path template's names, percent-decoded once. */
  readonly pathParameters: ReadonlyMap<string, string>;
  /** Decoded by the gateway; no name is repeated. */
  readonly query: ReadonlyMap<string, string>;
  /** Names are in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The parsed JSON body; undefined where the request has none. */
  readonly body: unknown;
  readonly gatewayRequestId: string | undefined;
}

export interface HttpReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpRoute {
  readonly method: string;
  /** Template, for example `/sync-tasks/{sync_task_id}/events`. */
  readonly path: string;
  readonly body: boolean;
}

export const GATEWAY_LIMITS = {
  /**
   * Bytes of a request body that an APIG trigger passes to a function.
   * @see https://support.huaweicloud.com/intl/en-us/productdesc-functiongraph/functiongraph_01_0150.html
   */
  requestBody: 4 * 1024 * 1024,
  /** Seconds to wait where a 429 or 503 does not say how long. */
  retryAfter: 5,
  /** Milliseconds before the platform's own timeout at which a function answers by itself. */
  timeoutMargin: 100,
} as const;
