import { HEADER_SAFE, type KeyPair, secretsOf, unusablePart } from '#shared/http/key-pair.ts';
import { OmsCredentialsError } from './errors.ts';
import { OMS_LIMITS } from './limits.ts';

/** A key pair (temporary ones with their token), or an IAM token. */
export type OmsCredentials = KeyPair | { readonly authToken: string };

/**
 * @param attempts for the error
 * @throws OmsCredentialsError which names the part that cannot be sent
 */
export function checkCredentials(credentials: OmsCredentials, attempts: number): OmsCredentials {
  const part = 'authToken' in credentials ? unusableToken(credentials.authToken) : unusablePart(credentials);
  if (part !== undefined) throw new OmsCredentialsError(part, { attempts, retryable: false });
  return credentials;
}

function unusableToken(authToken: string): string | undefined {
  return HEADER_SAFE.test(authToken) && authToken.length <= OMS_LIMITS.authToken ? undefined : 'The IAM token';
}

export function omsSecrets(credentials: OmsCredentials): string[] {
  return 'authToken' in credentials ? [credentials.authToken] : secretsOf(credentials);
}
