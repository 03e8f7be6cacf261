/**
 * Numbers of the vendors.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export const S3_LIMITS = {
  pageKeys: 1_000,
} as const;

export const CLIENT_LIMITS = {
  /** Bytes of an object, where the caller names no limit. */
  objectBytes: 16_777_216,
  /** Bytes of a page: 1000 keys of 1024 bytes take 3 MB percent-encoded and at most twice that as XML references. */
  pageBytes: 16_777_216,
  /** Bytes of an answer that is not data; a longer one is no document of a store. */
  documentBytes: 65_536,
} as const;
