import type { CreateSyncTaskBody } from './parameters.ts';

/**
 * Storage classes of OBS as its S3-compatible interface names them in `x-amz-storage-class`.
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0080.html
 */
type StorageClass = 'STANDARD' | 'STANDARD_IA' | 'GLACIER' | 'DEEP_ARCHIVE';

/** https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html, `dst_storage_policy` */
const BY_POLICY: Readonly<Record<string, StorageClass>> = {
  STANDARD: 'STANDARD',
  IA: 'STANDARD_IA',
  ARCHIVE: 'GLACIER',
  DEEP_ARCHIVE: 'DEEP_ARCHIVE',
};

/**
 * SRC_STORAGE_MAPPING: "The source storage class is retained and mapped to Huawei Cloud OBS storage class." The table
 * of the mapping is not public; this one pairs the classes by access time. Names of AWS, OBS, Aliyun and Tencent.
 */
const BY_SOURCE_CLASS: Readonly<Record<string, StorageClass>> = {
  STANDARD: 'STANDARD',
  INTELLIGENT_TIERING: 'STANDARD',
  REDUCED_REDUNDANCY: 'STANDARD',
  STANDARD_IA: 'STANDARD_IA',
  ONEZONE_IA: 'STANDARD_IA',
  GLACIER_IR: 'STANDARD_IA',
  WARM: 'STANDARD_IA',
  IA: 'STANDARD_IA',
  GLACIER: 'GLACIER',
  COLD: 'GLACIER',
  ARCHIVE: 'GLACIER',
  DEEP_ARCHIVE: 'DEEP_ARCHIVE',
  COLDARCHIVE: 'DEEP_ARCHIVE',
  DEEPCOLDARCHIVE: 'DEEP_ARCHIVE',
};

const CLASS_HEADERS = ['x-amz-storage-class', 'x-obs-storage-class', 'x-oss-storage-class', 'x-cos-storage-class'];

/** @param sourceHeaders of the source object; a store leaves the header away for its standard class */
export function destinationClass(
  policy: CreateSyncTaskBody['dst_storage_policy'],
  sourceHeaders: Readonly<Record<string, string>>,
): StorageClass {
  const fixed = BY_POLICY[policy];
  if (fixed) return fixed;
  const name = CLASS_HEADERS.map((header) => sourceHeaders[header]).find((value) => value !== undefined);
  return BY_SOURCE_CLASS[(name ?? 'STANDARD').toUpperCase()] ?? 'STANDARD';
}
