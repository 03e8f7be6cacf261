/** Bytes of the record that ends a zip without a comment; its last two are the comment's length. */
const END = 22;
const SIGNATURE = 0x06054b50;

/**
 * The same zip with a comment, which makes it another one for whoever compares bytes.
 *
 * @throws TypeError where the zip has a comment already
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT section 4.3.16
 */
export function withZipComment(zip: Buffer, comment: string): Buffer {
  const text = Buffer.from(comment, 'ascii');
  if (zip.length < END || zip.readUInt32LE(zip.length - END) !== SIGNATURE)
    throw new TypeError('not a zip without a comment');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return Buffer.concat([zip.subarray(0, -2), length, text]);
}
