import type { AccessKey, Accounts } from '../accounts.ts';
import { LIMITS } from './limits.ts';

export type TemporaryCredentials = AccessKey & { readonly securityToken: string };

/** Temporary credentials of a function's agency, cached as on the platform. */
export function agencyCredentials(accounts: Accounts, now: () => number): () => TemporaryCredentials {
  let cached: { readonly until: number; readonly credentials: TemporaryCredentials } | undefined;
  return () => {
    const time = now();
    if (!cached || cached.until <= time)
      cached = { until: time + LIMITS.credentialsCache, credentials: accounts.issueTemporary() };
    return cached.credentials;
  };
}
