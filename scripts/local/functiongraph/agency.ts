import type { AccessKey, Accounts } from '../accounts.ts';
import { LIMITS } from './limits.ts';

export type TemporaryCredentials = AccessKey & { readonly securityToken: string };

/** Temporary credentials that may do what the agency's policies allow, cached as on the platform. */
export function agencyCredentials(accounts: Accounts, now: () => number, agency?: string): () => TemporaryCredentials {
  let cached: { readonly until: number; readonly credentials: TemporaryCredentials } | undefined;
  return () => {
    const time = now();
    if (!cached || cached.until <= time)
      cached = { until: time + LIMITS.credentialsCache, credentials: accounts.issueTemporary(undefined, agency) };
    return cached.credentials;
  };
}
