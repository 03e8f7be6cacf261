import type { IssuedTokens } from '../../iam/tokens.ts';

export interface GatewayOptions {
  readonly appCode: string;
  readonly tokens?: IssuedTokens;
  /** How path parameters reach the function; one under the empty key was seen for wildcards on real gateways. */
  readonly pathParameters?: 'named' | 'empty-key' | 'absent';
  /** Milliseconds that a function may take to answer the gateway; 60,000, the most that a trigger may be given. */
  readonly gatewayTimeout?: number;
  readonly openapi?: string | object;
}
