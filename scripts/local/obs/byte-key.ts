/**
 * A key as the store holds it: one character per byte of its UTF-8 form. Comparing two of them with `<` compares
 * bytes, which is the order that S3 lists in; comparing plain strings compares UTF-16 units, which puts an emoji
 * before U+FF5E.
 */
export type ByteKey = string & { readonly __brand: 'ByteKey' };

const ASCII = /^[\x00-\x7f]*$/;

export function toByteKey(text: string): ByteKey {
  return (ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')) as ByteKey;
}

export function fromByteKey(key: string): string {
  return ASCII.test(key) ? key : Buffer.from(key, 'latin1').toString('utf8');
}

/** The smallest byte string that is greater than every string with this prefix; undefined when there is none. */
export function afterPrefix(prefix: string): string | undefined {
  for (let end = prefix.length; end > 0; end--) {
    const byte = prefix.charCodeAt(end - 1);
    if (byte < 0xff) return prefix.slice(0, end - 1) + String.fromCharCode(byte + 1);
  }
  return undefined;
}
