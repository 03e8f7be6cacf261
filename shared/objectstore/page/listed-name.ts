/**
 * Decodes a name of a page that says `<EncodingType>url</EncodingType>`: form style, where `+` is a space. Stores that
 * write `%20` do not write a bare plus, so that this is right for both.
 *
 * @returns undefined where a `%` is malformed or the bytes are not UTF-8
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function decodeListedName(name: string): string | undefined {
  const spaced = name.includes('+') ? name.replaceAll('+', ' ') : name;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return undefined;
  }
}
