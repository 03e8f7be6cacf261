/**
 * Numbers of the vendor, in the vendor's units.
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/ListSyncTasks.html
 */
export const OMS_LIMITS = {
  authToken: 16_384,
  /** Characters. */
  region: 100,
  bucket: 1_024,
  accessKey: 100,
  secretKey: 100,
  description: 255,
  appId: 255,
  cdnAuthenticationKey: 255,
  cdnDomain: 1_024,
  /** Characters, exactly. */
  kmsKeyId: 36,
  /** Tasks of one page of the list; 10 where none is asked for. */
  listLimit: 100,
  listLimitDefault: 10,
  /** Tasks that a page may be away from the beginning. */
  listOffset: 10_000,
} as const;

/** Numbers of ours. */
export const CLIENT_LIMITS = {
  /** Bytes of an answer; the largest documented one has some hundred. */
  responseBytes: 1_048_576,
} as const;
