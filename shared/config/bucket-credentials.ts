import { textVariable } from './variable.ts';

const hint = 'encrypted; used where the body of a request leaves the pair out';

/** The key pairs of the buckets, for the functions that hand them to OMS. */
export const bucketCredentialVariables = {
  srcAccessKey: textVariable('SRC_ACCESS_KEY', { hint, secret: true }),
  srcSecretKey: textVariable('SRC_SECRET_KEY', { hint, secret: true }),
  dstAccessKey: textVariable('DST_ACCESS_KEY', { hint, secret: true }),
  dstSecretKey: textVariable('DST_SECRET_KEY', { hint, secret: true }),
} as const;
