import { ObjectStoreCredentialsError } from './errors.ts';
import type { StoreCredentials } from './sigv4.ts';

/** What a header can carry; the authorization header also separates by comma and slash. */
const HEADER_SAFE = /^[\x21-\x7e]+$/;
const ACCESS_KEY = /^[\x21-\x2b\x2d\x2e\x30-\x7e]+$/;

/**
 * @param call for the error
 * @throws ObjectStoreCredentialsError which names the part that cannot be sent
 */
export function checkCredentials(
  { accessKey, secretKey, securityToken }: StoreCredentials,
  call: { readonly operation: string; readonly attempts: number },
): void {
  const refuse = (part: string): never => {
    throw new ObjectStoreCredentialsError(part, { ...call, retryable: false });
  };
  if (typeof accessKey !== 'string' || !ACCESS_KEY.test(accessKey)) refuse('The access key');
  // Never sent itself, but a key that is empty signs nothing.
  if (typeof secretKey !== 'string' || secretKey === '') refuse('The secret key');
  if (securityToken !== undefined && !HEADER_SAFE.test(securityToken)) refuse('The security token');
}

/** Everything of the credentials that must not appear in an error. */
export function secretsOf({ accessKey, secretKey, securityToken }: StoreCredentials): string[] {
  return securityToken === undefined ? [accessKey, secretKey] : [accessKey, secretKey, securityToken];
}
