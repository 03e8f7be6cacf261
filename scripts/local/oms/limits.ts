/**
 * Numbers that the vendor documents for OMS synchronization tasks and for the gateway in front of them.
 * https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncTask.html
 * https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html
 */
export const LIMITS = {
  /** "A tenant can create a maximum of five synchronization tasks." */
  tasks: 5,
  /** The table of CreateSyncEvents says "Array Length: 1 - 100" ... */
  keysInSchema: 100,
  /** ... and the sentence beside it "A maximum of 10 objects can be included." */
  keysInProse: 10,
  /**
   * CreateSyncEvents "is available in regions CN North-Beijing4, CN East-Shanghai1, and CN Southwest-Guiyang1". So are
   * starting, stopping and statistics. https://support.huaweicloud.com/api-oms/ListSyncTaskStatistic.md
   */
  eventRegions: ['cn-north-4', 'cn-east-3', 'cn-southwest-2'],
  encodedKeyLength: 16_384,
  /** Bytes of UTF-8. https://support.huaweicloud.com/intl/en-us/productdesc-obs/obs_03_0360.html */
  objectKeyBytes: 1024,
  /** Bytes of a request body that is signed with AK/SK. https://support.huaweicloud.com/api-oms/oms_api_0006.html */
  body: 12 * 1024 * 1024,
  /** Points of a series and series of a response of ListSyncTaskStatistic. */
  statisticPoints: 1000,
} as const;
