import * as z from 'zod/mini';
import { bucket, nonEmptyText, text } from '#shared/validation/primitives.ts';
import { crossFieldRule, type Finding, rule } from '#shared/validation/rule.ts';
import { OMS_LIMITS } from '../limits.ts';
import { CLOUD_TYPES, CONSISTENCY_CHECKS, CRC64_CLOUD_TYPES, CRYPTO_TYPES, STORAGE_POLICIES } from './enums.ts';
import { bucketKeys, kmsKeyId, optionalBucketKeys } from './keys.ts';
import { sourceCdn } from './source-cdn.ts';

const FORBIDDEN_IN_DESCRIPTION = /[<>()"'&]/;

/** Table 3, without the key pairs. An empty source region is left to OMS: not every cloud addresses buckets by region. */
const fields = {
  src_cloud_type: z._default(z.enum(CLOUD_TYPES), 'Aliyun'),
  src_region: text(OMS_LIMITS.region),
  src_bucket: bucket,
  dst_region: nonEmptyText(OMS_LIMITS.region),
  dst_bucket: bucket,
  description: z.optional(
    text(OMS_LIMITS.description).check(
      rule(
        (value) =>
          FORBIDDEN_IN_DESCRIPTION.test(value)
            ? { rule: 'forbidden_characters', message: `must not have any of <>()"'&` }
            : undefined,
        { patterns: new Set([/^[^<>()"'&]*$/]) },
      ),
    ),
  ),
  enable_metadata_migration: z._default(z.boolean(), false),
  enable_restore: z._default(z.boolean(), false),
  dst_storage_policy: z._default(z.enum(STORAGE_POLICIES), 'STANDARD'),
  app_id: z.optional(text(OMS_LIMITS.appId)),
  source_cdn: z.optional(sourceCdn),
  consistency_check: z._default(z.enum(CONSISTENCY_CHECKS), 'size_last_modified'),
  // The page's samples and older SDKs have it, newer ones do not: it is forwarded only when it is given.
  enable_kms: z.optional(z.boolean()),
  // SDKs since 3.1.195 have these, with the default DEFAULT. An older OMS does not know them, so nothing is filled in.
  src_crypto_type: z.optional(z.enum(CRYPTO_TYPES)),
  dst_crypto_type: z.optional(z.enum(CRYPTO_TYPES)),
  src_kms_key_id: z.optional(kmsKeyId),
  dst_kms_key_id: z.optional(kmsKeyId),
} as const;

function crossFieldProblems(body: Readonly<Record<string, unknown>>): Finding[] {
  const findings: Finding[] = [];
  if (body['src_cloud_type'] === 'Tencent' && (body['app_id'] === undefined || body['app_id'] === ''))
    findings.push({ path: ['app_id'], rule: 'required_for_cloud_type', message: 'is mandatory for Tencent' });
  const cloudIsKnown = CLOUD_TYPES.some((known) => known === body['src_cloud_type']);
  if (body['consistency_check'] === 'crc64' && cloudIsKnown && !CRC64_CLOUD_TYPES.has(body['src_cloud_type']))
    findings.push({
      path: ['consistency_check'],
      rule: 'crc64_cloud_type',
      message: 'can be crc64 only for HuaweiCloud, Aliyun and Tencent',
    });
  return findings;
}

/**
 * The body that OMS receives. Unknown fields are refused: a misspelt option would otherwise be ignored, and a sync task
 * cannot be changed later.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html
 */
export const createSyncTaskBody = z
  .strictObject({ ...fields, ...bucketKeys })
  .check(crossFieldRule(crossFieldProblems));

/** The body of POST /sync-tasks: the same, where encrypted variables may hold the key pairs. */
export const createSyncTaskRequest = z
  .strictObject({ ...fields, ...optionalBucketKeys })
  .check(crossFieldRule(crossFieldProblems));

/** Input of the client: fields with a default may be left out. */
export type CreateSyncTaskInput = z.input<typeof createSyncTaskBody>;
export type CreateSyncTaskBody = z.output<typeof createSyncTaskBody>;
export type CreateSyncTaskRequest = z.output<typeof createSyncTaskRequest>;
