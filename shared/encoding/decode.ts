import { inspectKey, KEY_LIMITS } from './inspect.ts';
import { checkObjectKey, isObjectKey, type ObjectKey } from './object-key.ts';

/**
 * Encoding of the keys that a source writes. It is a setting of the source and never guessed: `a+b` and `a%20b` are
 * both legal keys and legal encodings of other keys.
 */
export type KeyEncoding = 'form' | 'rfc3986' | 'raw';

/**
 * @param text the key with its percent-encoding
 * @param input the same as it was received, to which positions refer; of the same length
 */
function decodePercent(text: string, input: string): ObjectKey {
  // Longer than any encoded key: let the bounded inspection name the place instead of decoding megabytes.
  if (input.length > KEY_LIMITS.maxEncodedLength) inspectKey(input, true);
  let key: string;
  try {
    key = decodeURIComponent(text);
  } catch (error) {
    inspectKey(input, true);
    throw error;
  }
  if (!isObjectKey(key)) inspectKey(input, true);
  return key as ObjectKey;
}

/**
 * Decodes a key from a form position (`application/x-www-form-urlencoded`): `+` is a space, `%2B` a plus.
 * Notifications of OBS and S3 write keys so.
 *
 * @throws KeyEncodingError with the position in `encoded`; never falls back to the undecoded key
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-obs/obs_41_0045.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function decodeFormKey(encoded: string): ObjectKey {
  const text = encoded.includes('+') ? encoded.replaceAll('+', ' ') : encoded;
  if (!encoded.includes('%')) {
    if (!isObjectKey(text)) inspectKey(encoded, true);
    return text as ObjectKey;
  }
  return decodePercent(text, encoded);
}

/**
 * Decodes a key from a position with RFC 3986 percent-encoding, such as a URL path: `+` is a plus.
 *
 * @throws KeyEncodingError with the position in `encoded`; never falls back to the undecoded key
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-2.1
 */
export function decodeRfc3986Key(encoded: string): ObjectKey {
  return encoded.includes('%') ? decodePercent(encoded, encoded) : checkObjectKey(encoded);
}

const DECODERS = { form: decodeFormKey, rfc3986: decodeRfc3986Key, raw: checkObjectKey } as const;

/**
 * Decodes a key as its source's setting says.
 *
 * @throws KeyEncodingError with the position in `value`
 */
export function decodeKey(encoding: KeyEncoding, value: string): ObjectKey {
  return DECODERS[encoding](value);
}
