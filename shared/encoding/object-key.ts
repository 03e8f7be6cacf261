import { inspectKey, KEY_LIMITS } from './inspect.ts';

/** A checked object key: Unicode scalar values only, 1 to 1024 bytes of UTF-8, never normalised. */
export type ObjectKey = string & { readonly __brand: 'ObjectKey' };

const ANY_SURROGATE = /[\ud800-\udfff]/;
/** Finds unpaired surrogates only: the `u` flag makes a pair one character. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Tells quickly whether a string is an object key, without the position of a fault. */
export function isObjectKey(value: string): value is ObjectKey {
  const { length } = value;
  if (length === 0 || length > KEY_LIMITS.maxBytes) return false;
  if (length > KEY_LIMITS.surelyFitsLength && Buffer.byteLength(value) > KEY_LIMITS.maxBytes) return false;
  return !(ANY_SURROGATE.test(value) && LONE_SURROGATE.test(value));
}

/**
 * Checks that a string is an object key.
 *
 * @param value the real (decoded) name
 * @returns the same string, as an `ObjectKey`
 * @throws KeyEncodingError `empty`, `too_long` or `lone_surrogate`
 * @see https://support.huaweicloud.com/intl/en-us/devg-obs/obs_06_0026.html
 */
export function checkObjectKey(value: string): ObjectKey {
  if (!isObjectKey(value)) inspectKey(value, false);
  return value as ObjectKey;
}
