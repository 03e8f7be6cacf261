/** Values of the vendor's tables, as the newest page of each operation documents them. */

/** @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html */
export const CLOUD_TYPES = [
  'AWS',
  'Azure',
  'Aliyun',
  'Tencent',
  'HuaweiCloud',
  'QingCloud',
  'KingsoftCloud',
  'Baidu',
  'Qiniu',
  'UCloud',
] as const;

/** Clouds whose objects have CRC64 checksums in their metadata. */
export const CRC64_CLOUD_TYPES: ReadonlySet<unknown> = new Set(['HuaweiCloud', 'Aliyun', 'Tencent']);

export const STORAGE_POLICIES = ['STANDARD', 'IA', 'ARCHIVE', 'DEEP_ARCHIVE', 'SRC_STORAGE_MAPPING'] as const;

/**
 * Values that a request can have. Answers of older pages have `no_check` where the newest request has `transmission`,
 * so answers are not checked against this list.
 */
export const CONSISTENCY_CHECKS = ['size_last_modified', 'crc64', 'transmission'] as const;

/** How the key pairs of a request are encrypted; in the vendor's SDKs since 3.1.195. */
export const CRYPTO_TYPES = ['DEFAULT', 'KMS'] as const;

export const CDN_AUTHENTICATION_TYPES = [
  'NONE',
  'QINIU_PRIVATE_AUTHENTICATION',
  'ALIYUN_OSS_A',
  'ALIYUN_OSS_B',
  'ALIYUN_OSS_C',
  'KSYUN_PRIVATE_AUTHENTICATION',
  'AZURE_SAS_TOKEN',
  'TENCENT_COS_A',
  'TENCENT_COS_B',
  'TENCENT_COS_C',
  'TENCENT_COS_D',
] as const;

/** CDN types that need no `authentication_key`: "Qiniu / KingsoftCloud: you do not need to set this parameter". */
export const CDN_TYPES_WITHOUT_KEY: ReadonlySet<unknown> = new Set([
  'NONE',
  'QINIU_PRIVATE_AUTHENTICATION',
  'KSYUN_PRIVATE_AUTHENTICATION',
]);

export const CDN_PROTOCOLS = ['http', 'https'] as const;

/**
 * Statuses that a list can be filtered by. Answers are not checked against it.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTasks.html
 */
export const TASK_STATUSES = ['SYNCHRONIZING', 'STOPPED'] as const;

/** @see https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTaskStatistic.html */
export const STATISTIC_TYPES = ['REQUEST', 'SUCCESS', 'FAILURE', 'SKIP', 'SIZE'] as const;
