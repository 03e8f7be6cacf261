import { KeyEncodingError } from './errors.ts';
import { inspectKey, KEY_LIMITS } from './inspect.ts';
import { isObjectKey, type ObjectKey } from './object-key.ts';
import { encodeStrictly } from './percent.ts';

/** Characters that are neither unreserved (RFC 3986, section 2.3) nor a slash. */
const NEEDS_ENCODING = /[^\w.~\-/]/;
const SUB_DELIMITER = /[!'()*]/;
/** Printable ASCII: space to tilde. */
const NOT_PRINTABLE_ASCII = /[^\x20-\x7e]/;

/** `/` to `%2F` in a key of unreserved characters; measured faster than `replaceAll` and than `encodeURIComponent`. */
function encodeSlashes(key: string): string {
  let slash = key.indexOf('/');
  if (slash < 0) return key;
  let encoded = '';
  let start = 0;
  while (slash >= 0) {
    encoded += `${key.slice(start, slash)}%2F`;
    start = slash + 1;
    slash = key.indexOf('/', start);
  }
  return encoded + key.slice(start);
}

/**
 * Encodes a key for OMS's `object_keys`: UTF-8, every byte but `A-Za-z0-9-_.~` as `%XX`.
 * Space is `%20`, plus `%2B`, slash `%2F`, and never a bare `+`: so a form decoder and an RFC 3986 decoder read the
 * same key, and the vendor's page does not say which of the two OMS is.
 *
 * @param key the real name; checked again where it is not an `ObjectKey` yet
 * @throws KeyEncodingError with the position in `key`
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html
 */
export function encodeOmsKey(key: ObjectKey | string): string {
  if (!NEEDS_ENCODING.test(key)) {
    // ASCII: as many bytes as characters.
    if (key.length === 0 || key.length > KEY_LIMITS.maxBytes) inspectKey(key, false);
    return encodeSlashes(key);
  }
  if (!isObjectKey(key)) inspectKey(key, false);
  return SUB_DELIMITER.test(key) ? encodeStrictly(key) : encodeURIComponent(key);
}

/**
 * Checks a key that a caller encoded, to be forwarded to OMS unchanged: printable ASCII (space to tilde), two
 * hexadecimal digits after every `%`, and 1 to 1024 bytes of UTF-8 when decoded. A `+` may stand for a plus or a space:
 * both are one byte, so the answer is the same. The vendor's 1 to 16384 characters follow, since `%XX` is three for a
 * byte.
 *
 * @throws KeyEncodingError with the position in `value`
 * @see https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html
 */
export function checkEncodedOmsKey(value: string): void {
  const foreign = value.search(NOT_PRINTABLE_ASCII);
  if (foreign >= 0) throw new KeyEncodingError('not_ascii', foreign);
  // An ASCII key without a `%` has as many bytes as characters.
  if (value.length > 0 && value.length <= KEY_LIMITS.maxBytes && !value.includes('%')) return;
  inspectKey(value, true);
}
