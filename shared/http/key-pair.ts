/** A key pair, permanent, or temporary with its token. */
export interface KeyPair {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken?: string | undefined;
}

export const HEADER_SAFE = /^[\x21-\x7e]+$/;
/** Excludes comma and slash, which separate the parts of an authorization header. */
const ACCESS_KEY = /^[\x21-\x2b\x2d\x2e\x30-\x7e]+$/;

/** @returns name of the first part that cannot be sent or signed with, for an error; undefined where all can */
export function unusablePart({ accessKey, secretKey, securityToken }: KeyPair): string | undefined {
  if (typeof accessKey !== 'string' || !ACCESS_KEY.test(accessKey)) return 'The access key';
  // The secret key is never sent, but an empty one signs nothing.
  if (typeof secretKey !== 'string' || secretKey === '') return 'The secret key';
  return securityToken !== undefined && !HEADER_SAFE.test(securityToken) ? 'The security token' : undefined;
}

export function secretsOf({ accessKey, secretKey, securityToken }: KeyPair): string[] {
  return securityToken ? [accessKey, secretKey, securityToken] : [accessKey, secretKey];
}
