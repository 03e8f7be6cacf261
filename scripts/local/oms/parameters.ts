import { OMS } from './errors.ts';
import type { Checked } from './rules.ts';

export const PROJECT_ID = { type: 'string', mandatory: true, min: 1, max: 1024 } as const;
/** 0..255 on every page but that of CreateSyncEvents; an empty one does not match the path. */
export const SYNC_TASK_ID = { type: 'string', mandatory: true, min: 0, max: 255 } as const;

/**
 * Milliseconds since the epoch: a string of 1 to 1024 characters on the international page, on the Chinese one a number
 * of 0 or more, which takes a time in seconds for January 1970. Here it must have the 13 digits of a time since 2001:
 * a client that mixes up the units finds out, and one that passes here passes there.
 */
export const TIME = { type: 'number-text', mandatory: true, min: 1e12, max: 1e13 - 1 } as const;

const SOURCE_CLOUDS = [
  ...(['AWS', 'Azure', 'Aliyun', 'Tencent', 'HuaweiCloud'] as const),
  ...(['QingCloud', 'KingsoftCloud', 'Baidu', 'Qiniu', 'UCloud'] as const),
] as const;

const STORAGE_POLICIES = ['STANDARD', 'IA', 'ARCHIVE', 'DEEP_ARCHIVE', 'SRC_STORAGE_MAPPING'] as const;

const CDN_AUTHENTICATION = [
  ...(['NONE', 'QINIU_PRIVATE_AUTHENTICATION', 'KSYUN_PRIVATE_AUTHENTICATION', 'AZURE_SAS_TOKEN'] as const),
  ...(['ALIYUN_OSS_A', 'ALIYUN_OSS_B', 'ALIYUN_OSS_C'] as const),
  ...(['TENCENT_COS_A', 'TENCENT_COS_B', 'TENCENT_COS_C', 'TENCENT_COS_D'] as const),
] as const;

/**
 * "If the CDN authentication is required, this parameter is mandatory", but "Qiniu: You do not need to set this
 * parameter", nor for Kingsoft Cloud, nor without authentication.
 */
const CDN_KEY_NEEDED = CDN_AUTHENTICATION.filter((type) => /^(ALIYUN|AZURE|TENCENT)/.test(type));

/** How the keys in the request are encrypted; in the vendor's SDKs since 3.1.195, not yet in the table. */
export const CRYPTO_TYPE = { type: 'string', values: ['DEFAULT', 'KMS'], default: 'DEFAULT' } as const;
export const KMS_KEY_ID = { type: 'string', min: 0, max: 36 } as const;

/**
 * Table 3 and Table 4 of "Create a Synchronization Task", updated 2026-02-27.
 * https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html
 */
export const CREATE_SYNC_TASK = {
  src_cloud_type: { type: 'string', values: SOURCE_CLOUDS, default: 'Aliyun' },
  src_region: { type: 'string', mandatory: true, min: 0, max: 100 },
  src_bucket: { type: 'string', mandatory: true, min: 0, max: 1024 },
  src_ak: { type: 'string', mandatory: true, min: 0, max: 100 },
  src_sk: { type: 'string', mandatory: true, min: 0, max: 100 },
  dst_ak: { type: 'string', mandatory: true, min: 0, max: 100 },
  dst_sk: { type: 'string', mandatory: true, min: 0, max: 100 },
  dst_region: { type: 'string', mandatory: true, min: 0, max: 100 },
  dst_bucket: { type: 'string', mandatory: true, min: 0, max: 1024 },
  description: {
    type: 'string',
    min: 0,
    max: 255,
    forbidden: { characters: `<>()"'&`, code: OMS.descriptionCharacters },
  },
  enable_metadata_migration: { type: 'boolean', default: false },
  enable_restore: { type: 'boolean', default: false },
  /** Samples of the page, older SDKs and answers of ShowSyncTask have this field. */
  enable_kms: { type: 'boolean', default: false },
  dst_storage_policy: { type: 'string', min: 0, max: 128, values: STORAGE_POLICIES, default: 'STANDARD' },
  app_id: {
    type: 'string',
    min: 0,
    max: 255,
    mandatoryWhen: { field: 'src_cloud_type', values: ['Tencent'] },
  },
  source_cdn: {
    type: 'object',
    fields: {
      authentication_key: {
        type: 'string',
        min: 0,
        max: 255,
        mandatoryWhen: { field: 'authentication_type', values: CDN_KEY_NEEDED, code: OMS.cdnKeyMissing },
      },
      authentication_type: { type: 'string', mandatory: true, values: CDN_AUTHENTICATION },
      domain: { type: 'string', mandatory: true, min: 0, max: 1024 },
      protocol: { type: 'string', mandatory: true, values: ['http', 'https'] },
      crypto_type: CRYPTO_TYPE,
      kms_key_id: KMS_KEY_ID,
    },
  },
  consistency_check: {
    type: 'string',
    values: ['size_last_modified', 'crc64', 'transmission'],
    default: 'size_last_modified',
    // "This option is only available for migration on Huawei Cloud or from Alibaba Cloud or Tencent Cloud."
    only: [{ value: 'crc64', when: { field: 'src_cloud_type', values: ['HuaweiCloud', 'Aliyun', 'Tencent'] } }],
  },
  src_crypto_type: CRYPTO_TYPE,
  src_kms_key_id: KMS_KEY_ID,
  dst_crypto_type: CRYPTO_TYPE,
  dst_kms_key_id: KMS_KEY_ID,
} as const;

export type CreateSyncTaskBody = Checked<typeof CREATE_SYNC_TASK>;
