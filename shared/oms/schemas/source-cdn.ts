import * as z from 'zod/mini';
import { nonEmptyText, text } from '#shared/validation/primitives.ts';
import { crossFieldRule, type Finding } from '#shared/validation/rule.ts';
import { OMS_LIMITS } from '../limits.ts';
import { CDN_AUTHENTICATION_TYPES, CDN_PROTOCOLS, CDN_TYPES_WITHOUT_KEY, CRYPTO_TYPES } from './enums.ts';
import { kmsKeyId } from './keys.ts';

/**
 * SourceCdnReq: objects are read from a CDN domain in place of the bucket.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html (table 4)
 */
export const sourceCdn = z
  .strictObject({
    authentication_key: z.optional(text(OMS_LIMITS.cdnAuthenticationKey)),
    // Mandatory in the table, which also gives it a default; so it may be left out here and is always sent.
    authentication_type: z._default(z.enum(CDN_AUTHENTICATION_TYPES), 'NONE'),
    // The table begins at 0 characters, but no CDN has a domain without a name.
    domain: nonEmptyText(OMS_LIMITS.cdnDomain),
    protocol: z.enum(CDN_PROTOCOLS),
    crypto_type: z.optional(z.enum(CRYPTO_TYPES)),
    kms_key_id: z.optional(kmsKeyId),
  })
  .check(crossFieldRule(authenticationKeyProblems));

/** "If the CDN authentication is required, this parameter is mandatory. If no authorization is required, do not set it." */
function authenticationKeyProblems(fields: Readonly<Record<string, unknown>>): Finding[] {
  const { authentication_type: type, authentication_key: key } = fields;
  const path = ['authentication_key'];
  // A type that is not in the list is reported itself.
  if (!CDN_AUTHENTICATION_TYPES.some((known) => known === type)) return [];
  if (!CDN_TYPES_WITHOUT_KEY.has(type) && (key === undefined || key === ''))
    return [{ path, rule: 'required_for_authentication_type', message: 'is mandatory for this authentication_type' }];
  if (type === 'NONE' && typeof key === 'string' && key !== '')
    return [{ path, rule: 'not_with_authentication_type', message: 'must not be set for NONE' }];
  return [];
}
