import * as z from 'zod/mini';
import { text } from '#shared/validation/primitives.ts';
import { OMS_LIMITS } from '../limits.ts';
import { CRYPTO_TYPES } from './enums.ts';
import { bucketKeys, kmsKeyId, optionalBucketKeys } from './keys.ts';

const fields = {
  // Key of the CDN that the task was created with.
  source_cdn_authentication_key: z.optional(text(OMS_LIMITS.cdnAuthenticationKey)),
  // SDKs since 3.1.195 have these, with the default DEFAULT. An older OMS does not know them, so nothing is filled in.
  src_crypto_type: z.optional(z.enum(CRYPTO_TYPES)),
  dst_crypto_type: z.optional(z.enum(CRYPTO_TYPES)),
  source_cdn_crypto_type: z.optional(z.enum(CRYPTO_TYPES)),
  src_kms_key_id: z.optional(kmsKeyId),
  dst_kms_key_id: z.optional(kmsKeyId),
  source_cdn_kms_key_id: z.optional(kmsKeyId),
} as const;

/**
 * The body that OMS receives: every start brings the key pairs along, whether or not they have changed. Unknown fields
 * are refused, as when a task is created.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/StartSyncTask.html
 */
export const startSyncTaskBody = z.strictObject({ ...fields, ...bucketKeys });

/** The body of POST /sync-tasks/{sync_task_id}/start: the same, where encrypted variables may hold the key pairs. */
export const startSyncTaskRequest = z.strictObject({ ...fields, ...optionalBucketKeys });

export type StartSyncTaskBody = z.output<typeof startSyncTaskBody>;
