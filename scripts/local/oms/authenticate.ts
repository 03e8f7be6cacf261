import type { Accounts } from '../accounts.ts';
import type { IssuedTokens } from '../iam/tokens.ts';
import { type SignedRequest, verifySdkHmac } from '../sdk-hmac.ts';
import { amzDate } from '../sigv4.ts';
import { notAuthenticated } from './errors.ts';

interface AuthenticateOptions {
  readonly accounts: Accounts;
  readonly tokens?: IssuedTokens | undefined;
  readonly now: number;
}

/**
 * Returns the caller's access key; undefined for a token without an owner. As the gateway does, a wrong signature is
 * answered with the canonical request that the server computed, which holds every signed header of the caller.
 */
export function authenticate(
  request: SignedRequest,
  { accounts, tokens, now }: AuthenticateOptions,
): string | undefined {
  const verdict = verifySdkHmac(request, (accessKey) => accounts.find(accessKey), now);
  if (verdict.ok) return verdict.key.accessKey;
  const { detail } = verdict;
  switch (verdict.problem) {
    case 'no_signature': {
      const token = String(request.headers['x-auth-token'] ?? '');
      if (token === '') throw notAuthenticated('x-auth-token not found');
      if (!tokens?.has(token)) throw notAuthenticated('decrypt token fail');
      return tokens.accessKeyOf?.(token);
    }
    case 'malformed_authorization':
      throw notAuthenticated('authorization header format error, expected SDK-HMAC-SHA256');
    case 'malformed_date':
      throw notAuthenticated('x-sdk-date is missing or not YYYYMMDDTHHMMSSZ');
    case 'expired':
      throw notAuthenticated(`signature expired, signature time:${detail},server time:${amzDate(now)}`);
    case 'unknown_access_key':
      throw notAuthenticated(`Get secretKey failed,ak:${detail},err:ak not exist`);
    case 'security_token':
      throw notAuthenticated('decrypt token fail');
    case 'signed_headers':
      throw notAuthenticated('SignedHeaders must be lower case, sorted, and hold x-sdk-date');
    case 'header_not_signed':
      throw notAuthenticated(`signed header ${detail} not found`);
    case 'body_hash':
    case 'mismatch':
      throw notAuthenticated(`verify aksk signature fail, canonicalRequest:${detail.replaceAll('\n', '|')}`);
  }
}
