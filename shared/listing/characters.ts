/**
 * Characters as digits. Keys are compared by the bytes of their UTF-8, which is the order of their code points, so a
 * key is a number whose digits are code points, and what lies between two keys is found digit by digit.
 *
 * Halving the code points themselves would look for the middle of a bucket of file names somewhere in plane 8. So each
 * block of characters has a weight, by how often keys have them, and half is half of the weight. The weights make
 * halving quick; nothing depends on them being right.
 */
const BLOCKS: readonly (readonly [first: number, last: number, weight: number])[] = [
  [0x20, 0x2f, 16],
  [0x30, 0x39, 60],
  [0x3a, 0x40, 3],
  [0x41, 0x5a, 52],
  [0x5b, 0x60, 6],
  [0x61, 0x7a, 104],
  [0x7b, 0x7e, 2],
  [0xa0, 0x2fff, 12],
  [0x3000, 0x9fff, 24],
  [0xa000, 0xd7ff, 4],
  [0xe000, 0xfdcf, 1],
  [0xfdf0, 0xfffd, 1],
  [0x1_0000, 0x1_fffd, 4],
  [0x2_0000, 0x3_fffd, 1],
  [0x4_0000, 0x10_fffd, 0.5],
];

/** Lies above every character that is used to ask for something; a key may have one above it. */
export const BEYOND = 0x10_fffe;

/** The last of the characters: private use, and so in hardly any key. */
export const LAST_CHARACTER = '\u{10fffd}';

/** The weight of all characters below one. */
function weightBelow(codePoint: number): number {
  let sum = 0;
  for (const [first, last, weight] of BLOCKS) {
    if (codePoint <= first) break;
    sum += codePoint > last ? weight : (weight * (codePoint - first)) / (last - first + 1);
  }
  return sum;
}

/** The first character that is not below a weight. */
function characterAt(wanted: number): number {
  let sum = 0;
  for (const [first, last, weight] of BLOCKS) {
    if (wanted < sum + weight) return first + Math.floor(((wanted - sum) / weight) * (last - first + 1));
    sum += weight;
  }
  return BLOCKS.at(-1)?.[1] ?? BEYOND;
}

/**
 * A character between two others, in the middle by weight. It is one that every store and every XML document can
 * carry: no control character, no surrogate, no noncharacter.
 *
 * @param low code point, exclusive; -1 for the end of a key, which comes before all characters
 * @param high code point, exclusive
 * @returns undefined where there is none
 */
export function characterBetween(low: number, high: number): number | undefined {
  const middle = usableFrom(characterAt((weightBelow(low + 1) + weightBelow(high)) / 2));
  if (middle > low && middle < high) return middle;
  // The neighbours serve at the edge of a block, or where no block is.
  for (const [first, last] of BLOCKS) {
    const lowest = usableFrom(Math.max(first, low + 1));
    if (lowest <= last && lowest < high) return lowest;
  }
  return undefined;
}

/** The last two code points of every plane are no characters. */
function usableFrom(codePoint: number): number {
  return (codePoint & 0xfffe) === 0xfffe ? (codePoint | 1) + 1 : codePoint;
}
