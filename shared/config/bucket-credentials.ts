import type { Problem } from '#shared/errors/base.ts';
import type { ConfigOf } from './read.ts';
import { textVariable } from './variable.ts';

/** Characters that a header can carry. */
const pattern = /^[\x21-\x7e]+$/;
const hint = 'encrypted; used where the body of a request leaves the pair out';

export const bucketCredentialVariables = {
  srcAccessKey: textVariable('SRC_ACCESS_KEY', { hint, pattern, secret: true }),
  srcSecretKey: textVariable('SRC_SECRET_KEY', { hint, secret: true }),
  dstAccessKey: textVariable('DST_ACCESS_KEY', { hint, pattern, secret: true }),
  dstSecretKey: textVariable('DST_SECRET_KEY', { hint, secret: true }),
} as const;

export type BucketCredentials = ConfigOf<typeof bucketCredentialVariables>;

/** Refuses half a pair, which signs nothing. */
export function checkBucketCredentials(config: BucketCredentials): Problem[] {
  const pairs = [
    ['SRC', config.srcAccessKey, config.srcSecretKey],
    ['DST', config.dstAccessKey, config.dstSecretKey],
  ] as const;
  return pairs.flatMap(([side, accessKey, secretKey]) => {
    if ((accessKey === undefined) === (secretKey === undefined)) return [];
    const path = `${side}_${accessKey === undefined ? 'ACCESS' : 'SECRET'}_KEY`;
    return [
      { path, rule: 'required', message: `is missing (${side}_ACCESS_KEY and ${side}_SECRET_KEY belong together)` },
    ];
  });
}
