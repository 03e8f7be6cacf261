import { notImplemented, S3Error } from './errors.ts';
import { OWNER_ID } from './notifications.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Headers that the store acts on, or that say nothing about what it stores: who signed, what the client is.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html
 * https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0007.html
 */
const HONOURED: ReadonlySet<string> = new Set(
  [
    ...['cf-id', 'content-sha256', 'date', 'decoded-content-length', 'request-payer', 'security-token', 'user-agent'],
    ...['checksum-algorithm', 'checksum-mode', 'checksum-type', 'mp-object-size', 'sdk-checksum-algorithm', 'trailer'],
    ...['copy-source', 'copy-source-range', 'copy-source-if-match', 'copy-source-if-none-match'],
    ...['copy-source-if-modified-since', 'copy-source-if-unmodified-since', 'metadata-directive'],
    ...['storage-class', 'website-redirect-location'],
  ].map((name) => `x-amz-${name}`),
);

/** User metadata, and checksums, which whoever reads the body judges. */
const HONOURED_PREFIX = /^x-amz-(?:meta|checksum)-./;

/** Values that ask for what the store does anyway. Any other value asks for what it does not do. */
const WITHOUT_EFFECT: Readonly<Record<string, readonly string[]>> = {
  // Whoever has an access key owns everything, and nobody else is granted anything.
  'x-amz-acl': ['private', 'bucket-owner-read', 'bucket-owner-full-control'],
  'x-amz-object-ownership': ['BucketOwnerEnforced'],
  'x-amz-bucket-object-lock-enabled': ['false'],
  'x-amz-bucket-type': ['OBJECT'],
  'x-amz-bypass-governance-retention': ['false'],
  'x-amz-fs-file-interface': ['Disabled'],
  'x-amz-object-lock-legal-hold': ['OFF'],
  'x-amz-server-side-encryption-bucket-key-enabled': ['false'],
  'x-amz-tagging': [''],
  'x-amz-tagging-directive': ['COPY'],
  'x-default-storage-class': ['STANDARD'],
};

const OWNERS: readonly string[] = ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner'];

/**
 * Refuses every header that asks for what the store does not do: encryption, access for others, tags, locks, expiry and
 * whatever is new. S3 ignores names that it does not know; a store that ignored a wish would let a program pass its
 * tests here and fail in the cloud.
 */
export function checkRequestHeaders(headers: Headers): void {
  for (const [name, value] of Object.entries(headers)) {
    if (OWNERS.includes(name)) {
      if (value !== OWNER_ID) throw new S3Error('AccessDenied');
      continue;
    }
    const allowed = WITHOUT_EFFECT[name];
    if (allowed ? allowed.includes(value) : isKnown(name)) continue;
    throw notImplemented(name);
  }
}

function isKnown(name: string): boolean {
  return !name.startsWith('x-amz-') || HONOURED.has(name) || HONOURED_PREFIX.test(name);
}
