import { compareUtf8 } from '#shared/encoding/utf8-order.ts';
import { BEYOND, characterBetween, LAST_CHARACTER } from './characters.ts';

export interface SplitPoint {
  /** Lies above the key that was given; at least one key of the range is above it. */
  readonly at: string;
  /** The first key above it. */
  readonly next: string;
}

/**
 * Asks for the first key of the range behind a name.
 *
 * @param after exclusive
 * @returns undefined where there is none
 */
export type Probe = (after: string) => Promise<string | undefined>;

/** A name that is longer is no key, and a store may refuse to be asked for it. */
const MAX_BYTES = 1024;

/**
 * Finds a name that splits the keys behind a given one in two parts, neither of them empty, and neither much wider than
 * the other: how many keys are where, nobody knows.
 *
 * First it tries the middle. Where all keys are below it, they may have a long beginning in common, such as a folder:
 * then the length of that is found by halving it, and a middle of what comes behind it.
 *
 * @param low a key of the range: the split is behind it
 * @param until end of the range, inclusive; undefined for the end of the bucket
 * @param prefix that all keys of the range have
 * @param probe at most 10 of them for 1024 bytes of a common beginning, and up to 30 for the character behind it
 * @returns undefined where there is nothing to split
 */
export async function findSplit(
  low: string,
  until: string | undefined,
  prefix: string,
  probe: Probe,
): Promise<SplitPoint | undefined> {
  const key = [...low];
  const end = until === undefined ? undefined : [...until];
  const common = end ? commonLength(key, end) : 0;
  const shared = Math.max(common, [...prefix].length);
  // The end of the range bounds the first character in which it differs from the key, and no other.
  let high = end && common === shared ? (end[shared]?.codePointAt(0) ?? -1) : BEYOND;
  const tried = await tryBelow(key, shared, high, probe);
  if (typeof tried === 'object') return tried;
  high = tried ?? high;

  // The longest beginning that all keys behind have in common with this one.
  let length = shared;
  let longest = key.length;
  let beside: SplitPoint | undefined;
  while (length < longest) {
    const middle = Math.ceil((length + longest) / 2);
    const at = key.slice(0, middle).join('') + LAST_CHARACTER;
    // A key may have characters above the last one that is asked for.
    const next = isAskable(at) && compareUtf8(low, at) < 0 ? await probe(at) : undefined;
    if (next === undefined) {
      length = middle;
      continue;
    }
    longest = Math.min(middle - 1, commonLength(key, [...next]));
    beside = { at, next };
  }
  // All keys behind it begin with the whole of this key: what they have in common is told by the first of them.
  if (length === key.length && length > shared) {
    const next = await probe(low);
    return next === undefined ? undefined : ((await findSplit(next, until, low, probe)) ?? { at: low, next });
  }
  if (length > shared) high = BEYOND;
  for (;;) {
    const found = await tryBelow(key, length, high, probe);
    if (found === undefined) return beside;
    if (typeof found === 'object') return found;
    high = found;
  }
}

/**
 * Tries the middle between a key and what is bounded by a character at one place of it.
 *
 * @returns the split; the character, where nothing is behind it; undefined where there is no middle
 */
async function tryBelow(
  key: readonly string[],
  place: number,
  high: number,
  probe: Probe,
): Promise<SplitPoint | number | undefined> {
  const middle = characterBetween(key[place]?.codePointAt(0) ?? -1, high);
  if (middle === undefined) return undefined;
  const at = key.slice(0, place).join('') + String.fromCodePoint(middle);
  const next = isAskable(at) ? await probe(at) : undefined;
  return next === undefined ? middle : { at, next };
}

const isAskable = (name: string): boolean => Buffer.byteLength(name) <= MAX_BYTES;

function commonLength(one: readonly string[], other: readonly string[]): number {
  const longest = Math.min(one.length, other.length);
  for (let index = 0; index < longest; index++) if (one[index] !== other[index]) return index;
  return longest;
}
