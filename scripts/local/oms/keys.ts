/**
 * `object_keys` are "URL-encoded names"; the vendor does not say which flavour, so it is an option.
 * https://support.huaweicloud.com/intl/en-us/api-oms/CreateSyncEvents.html
 *
 * `form`: `+` is a space (as java.net.URLDecoder does, and as OBS writes keys in its notifications).
 * `rfc3986`: `+` is itself.
 */
export type KeyDecoding = 'form' | 'rfc3986';

/** Printable ASCII without the space, and every `%` followed by two hexadecimal digits. */
const URL_ENCODED = /^(?:[!-$&-~]|%[0-9a-fA-F]{2})+$/;

/** The object's name, or undefined where the text is not URL-encoded UTF-8. One that is too long fails when copied. */
export function decodeObjectKey(encoded: string, decoding: KeyDecoding): string | undefined {
  if (!URL_ENCODED.test(encoded)) return undefined;
  try {
    return decodeURIComponent(decoding === 'form' ? encoded.replaceAll('+', ' ') : encoded);
  } catch {
    return undefined;
  }
}

export function keysOf(body: Uint8Array, decoding: KeyDecoding): string[] {
  try {
    const { object_keys: keys } = JSON.parse(Buffer.from(body).toString('utf8')) as { object_keys?: unknown };
    return (Array.isArray(keys) ? keys : []).flatMap((key) => decodeObjectKey(String(key), decoding) ?? []);
  } catch {
    return [];
  }
}
