import type { AccessKey, Accounts } from '../accounts.ts';
import { LIMITS } from './limits.ts';

export type TemporaryCredentials = AccessKey & { readonly securityToken: string };

/**
 * Temporary credentials of an agency, cached as on the platform.
 * @param agency its name: the credentials may do what its policies allow
 */
export function agencyCredentials(accounts: Accounts, now: () => number, agency?: string): () => TemporaryCredentials {
  let cached: { readonly until: number; readonly credentials: TemporaryCredentials } | undefined;
  return () => {
    const time = now();
    if (!cached || cached.until <= time)
      cached = { until: time + LIMITS.credentialsCache, credentials: accounts.issueTemporary(undefined, agency) };
    return cached.credentials;
  };
}
