import { OmsCredentialsError } from './errors.ts';
import { OMS_LIMITS } from './limits.ts';

/** A key pair (temporary ones with their token), or an IAM token. */
export type OmsCredentials =
  | { readonly accessKey: string; readonly secretKey: string; readonly securityToken?: string | undefined }
  | { readonly authToken: string };

/** What a header can carry; the authorization header also separates by comma. */
const HEADER_SAFE = /^[\x21-\x7e]+$/;
const ACCESS_KEY = /^[\x21-\x2b\x2d-\x7e]+$/;

/**
 * @param attempts for the error
 * @throws OmsCredentialsError which names the part that cannot be sent
 */
export function checkCredentials(credentials: OmsCredentials, attempts: number): void {
  const refuse = (part: string): never => {
    throw new OmsCredentialsError(part, { attempts, retryable: false });
  };
  if ('authToken' in credentials) {
    const { authToken } = credentials;
    if (!HEADER_SAFE.test(authToken) || authToken.length > OMS_LIMITS.authToken) refuse('The IAM token');
    return;
  }
  if (!ACCESS_KEY.test(credentials.accessKey)) refuse('The access key');
  // Never sent itself, but a key that is empty signs nothing.
  if (typeof credentials.secretKey !== 'string' || credentials.secretKey === '') refuse('The secret key');
  const { securityToken } = credentials;
  if (securityToken !== undefined && !HEADER_SAFE.test(securityToken)) refuse('The security token');
}

/** Everything of the credentials that must not appear in an error. */
export function secretsOf(credentials: OmsCredentials): string[] {
  if ('authToken' in credentials) return [credentials.authToken];
  const { accessKey, secretKey, securityToken } = credentials;
  return securityToken === undefined ? [accessKey, secretKey] : [accessKey, secretKey, securityToken];
}
