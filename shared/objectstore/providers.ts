import { AppError } from '#shared/errors/base.ts';

/** How a bucket is named in a request: in the host (`bucket.obs.…`) or as the first segment of the path. */
export type Addressing = 'virtual' | 'path';

export type ListVersion = 1 | 2;

/** Known properties of a cloud's S3 interface. A route can override every field. */
export interface Provider {
  /** Endpoint of a region, with `{region}`; undefined where the cloud has no S3 interface. */
  readonly endpoint: string | undefined;
  readonly addressing: Addressing;
  readonly listVersion: ListVersion;
  /**
   * Whether to ask for `encoding-type=url`. Without it a name with a character that XML 1.0 does not have cannot be
   * listed; whether the answer is encoded is told by the answer alone.
   */
  readonly urlEncoding: boolean;
  /** Whether temporary keys (`x-amz-security-token`) are understood. */
  readonly securityToken: boolean;
  /** Upper-case ETags are listed in lower case, so that checksums of two clouds can be compared. */
  readonly upperCaseEtag: boolean;
  /** False where no page of the vendor was found: the values are then those least likely to fail. */
  readonly documented: boolean;
}

const USUAL = {
  addressing: 'virtual',
  listVersion: 2,
  urlEncoding: true,
  securityToken: true,
  upperCaseEtag: false,
  documented: true,
} as const satisfies Omit<Provider, 'endpoint'>;

/**
 * The clouds that a sync task can read, by OMS's own names. Requests are signed with AWS signature version 4 without
 * the payload, as OBS demands. `fetch-owner` is never sent: the owner is of no use here, and Baidu does not know it.
 */
export const PROVIDERS = {
  /** https://docs.aws.amazon.com/general/latest/gr/s3.html */
  AWS: { ...USUAL, endpoint: 'https://s3.{region}.amazonaws.com' },
  /** Blob Storage has an interface of its own. https://learn.microsoft.com/rest/api/storageservices/list-blobs */
  Azure: { ...USUAL, endpoint: undefined },
  /**
   * Virtual hosts only; ETags in upper case.
   * https://www.alibabacloud.com/help/en/oss/developer-reference/compatibility-with-amazon-s3
   */
  Aliyun: { ...USUAL, endpoint: 'https://s3.oss-{region}.aliyuncs.com', upperCaseEtag: true },
  /** Version 1 only; buckets are called name-APPID. https://cloud.tencent.com/document/product/436/7734 */
  Tencent: { ...USUAL, endpoint: 'https://cos.{region}.myqcloud.com', listVersion: 1 },
  /**
   * Signed payloads are refused (https://support.huaweicloud.com/intl/en-us/obs_faq/obs_faq_0274.html). Parallel file
   * systems know version 1 only; there a client that sends NextMarker back as it came, still encoded, gets the same
   * page for ever (https://github.com/rclone/rclone, backend/s3/provider/HuaweiOBS.yaml): we send the last real name.
   * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0160.html
   */
  HuaweiCloud: { ...USUAL, endpoint: 'https://obs.{region}.myhuaweicloud.com' },
  /**
   * Regions are zones, such as pek3b. Nothing was found on version 2. Of QingStor's own listing the vendor says that
   * it is in the order of the storage, not of bytes
   * (https://docsv4.qingcloud.com/user_guide/development_docs/api/api_list/storage/object_storage/bucket/basic_opt/get/):
   * where that is so, the lister stops with an error.
   * https://docsv4.qingcloud.com/user_guide/storage/object_storage/s3/intro
   */
  QingCloud: { ...USUAL, endpoint: 'https://s3.{region}.qsstor.com', listVersion: 1, documented: false },
  /** Nothing was found on listings and signatures. https://endocs.ksyun.com/documents/37089 */
  KingsoftCloud: {
    ...USUAL,
    endpoint: 'https://ks3-{region}.ksyuncs.com',
    listVersion: 1,
    urlEncoding: false,
    documented: false,
  },
  /**
   * Regions bj, gz, su, bd, fwh, hkg; temporary keys are not understood.
   * https://intl.cloud.baidu.com/en/doc/BOS/s/Hjwvyq84s-intl-en
   */
  Baidu: { ...USUAL, endpoint: 'https://s3.{region}.bcebos.com', securityToken: false },
  /** https://github.com/rclone/rclone, backend/s3/provider/Qiniu.yaml */
  Qiniu: { ...USUAL, endpoint: 'https://s3-{region}.qiniucs.com', addressing: 'path', urlEncoding: false },
  /**
   * Version 2 is documented; rclone uses version 1 (https://github.com/rclone/rclone, backend/s3/provider/us3.yaml).
   * https://ucloud-global.com/en/docs/ufile/devguide/s3/s3_introduction
   */
  UCloud: { ...USUAL, endpoint: 'https://s3-{region}.ufileos.com', listVersion: 1 },
} as const satisfies Readonly<Record<string, Provider>>;

export type ProviderName = keyof typeof PROVIDERS;

export type ProviderOverrides = Partial<Omit<Provider, 'documented' | 'endpoint'>>;

/** The bucket's cloud cannot be listed or read: it has no S3 interface, or is unknown. */
export class UnsupportedProviderError extends AppError {
  override readonly name = 'UnsupportedProviderError';
  readonly retryable = false;

  constructor(reason: string) {
    super(400, 'OmsSync.ObjectStoreUnsupported', reason);
  }
}

export function isProviderName(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name);
}

/**
 * Looks up the properties of a cloud, with those that a route overrides.
 *
 * @param name as in the sync task
 * @throws UnsupportedProviderError for a cloud without an S3 interface and for an unknown one
 */
export function providerOf(name: string, overrides: ProviderOverrides = {}): Provider {
  if (!isProviderName(name))
    throw new UnsupportedProviderError(
      `The cloud of the bucket is none of ${Object.keys(PROVIDERS).join(', ')}, so it cannot be listed.`,
    );
  const provider: Provider = PROVIDERS[name];
  if (provider.endpoint === undefined)
    throw new UnsupportedProviderError(
      `${name} has no S3 interface, so its containers cannot be listed or read. Notifications of ${name} still work.`,
    );
  return { ...provider, ...overrides };
}

const REGION = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * The public endpoint of a cloud in a region.
 *
 * @param region as the cloud calls it, for example `cn-north-4`; `oss-cn-hangzhou` and `ks3-cn-beijing` work, too
 * @returns for example `https://obs.cn-north-4.myhuaweicloud.com`
 * @throws UnsupportedProviderError, also for text that is no region
 */
export function endpointOf(name: string, region: string): string {
  const pattern = providerOf(name).endpoint ?? '';
  if (!REGION.test(region) || region.length > 63)
    throw new UnsupportedProviderError(`The region of a bucket in ${name} is letters, digits and hyphens.`);
  // Vendors' consoles show some regions with the first label of the host.
  const plain = region.replace(/^(?:oss|ks3)-/, '');
  // https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-arns.html
  const china = name === 'AWS' && plain.startsWith('cn-') ? '.cn' : '';
  return `${pattern.replace('{region}', plain)}${china}`;
}
