import type { IssuedTokens } from '../../iam/tokens.ts';

export interface GatewayOptions {
  /** Accepted in X-Apig-AppCode by routes with authentication APP. */
  readonly appCode: string;
  /** Tokens of the local IAM, accepted in X-Auth-Token by routes with authentication IAM; none without it. */
  readonly tokens?: IssuedTokens;
  /**
   * How path parameters reach the function: under their names, a single one under the empty key (seen for wildcard
   * parameters on real gateways), or not at all.
   */
  readonly pathParameters?: 'named' | 'empty-key' | 'absent';
  /** Milliseconds that a function may take to answer the gateway; 60,000, the most that a trigger may be given. */
  readonly gatewayTimeout?: number;
  /** OpenAPI document (JSON) that `GET /openapi.json` answers with, to anyone; no such path without it. */
  readonly openapi?: string | object;
}
