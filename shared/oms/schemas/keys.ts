import * as z from 'zod/mini';
import { nonEmptyText } from '#shared/validation/primitives.ts';
import { rule } from '#shared/validation/rule.ts';
import { OMS_LIMITS } from '../limits.ts';

const finding = { rule: 'length', message: `must have exactly ${OMS_LIMITS.kmsKeyId} characters` };

/**
 * Id of a KMS key. That it belongs to a `*_crypto_type` of `KMS` is plausible and documented nowhere, so OMS judges.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html
 */
export const kmsKeyId = z.string().check(
  // The ids are hexadecimal digits and hyphens, so units and characters are the same.
  rule((value) => (value.length === OMS_LIMITS.kmsKeyId ? undefined : finding), {
    minimum: OMS_LIMITS.kmsKeyId,
    maximum: OMS_LIMITS.kmsKeyId,
  }),
);

/**
 * The tables let every mandatory text be empty ("Minimum: 0"). Empty key pairs are refused all the same: an empty key
 * signs nothing.
 */
const accessKey = nonEmptyText(OMS_LIMITS.accessKey);
const secretKey = nonEmptyText(OMS_LIMITS.secretKey);

/** The key pairs of the buckets, as OMS receives them. */
export const bucketKeys = { src_ak: accessKey, src_sk: secretKey, dst_ak: accessKey, dst_sk: secretKey } as const;

/** The same in a request, where encrypted variables may hold them. */
export const optionalBucketKeys = {
  src_ak: z.optional(accessKey),
  src_sk: z.optional(secretKey),
  dst_ak: z.optional(accessKey),
  dst_sk: z.optional(secretKey),
} as const;
