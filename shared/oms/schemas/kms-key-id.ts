import * as z from 'zod/mini';
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
