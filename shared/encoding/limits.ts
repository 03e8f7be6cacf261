/**
 * Limits of OBS and S3 for the name of an object.
 * https://support.huaweicloud.com/intl/en-us/devg-obs/obs_06_0026.html (UTF-8, 1 to 1024 bytes)
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
 */
export const KEY_LIMITS = {
  /** Counts bytes of UTF-8, not characters. */
  maxBytes: 1024,
  /** A character of an encoded key stands for at least a third of a byte: `%XX`. */
  maxEncodedLength: 3 * 1024,
  /** A UTF-16 unit takes at most three bytes of UTF-8, so a key of this length fits without counting. */
  surelyFitsLength: Math.floor(1024 / 3),
} as const;
