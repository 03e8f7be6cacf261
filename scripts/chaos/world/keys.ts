import { HOSTILE_KEYS } from '../../local/hostile-keys.ts';
import type { Random } from '../kernel/random.ts';

/** Bytes. https://support.huaweicloud.com/intl/en-us/productdesc-obs/obs_03_0360.html */
const LONGEST = 1024;

/** Names of which one is another's decoding, encoding, prefix or last-but-one character. */
const NEIGHBOURS = ['a+b', 'a b', 'a%2Bb', 'a%20b', 'a%252Bb', 'a', 'a/', 'a//b', 'A+B', 'a%2bb'];

/** A name that an object may have, below a prefix: legal, and a trap as often as not. */
export function drawKey(random: Random, prefix: string): string {
  const kind = random.next();
  let name: string;
  if (kind < 0.5) name = random.pick(HOSTILE_KEYS);
  else if (kind < 0.65) name = random.pick(NEIGHBOURS);
  else if (kind < 0.7) name = longest(random, prefix);
  else
    name = `${random.pick(['logs', 'img 1', 'données', '__proto__', '..', 'x%2Fy'])}/${random.int(0, 99)}${random.pick(['', '.gz', '+', ' ', '\n', '%', '😀', '"', '\\'])}`;
  const key = `${prefix}${name}`;
  return Buffer.byteLength(key) <= LONGEST ? key : `${prefix}short`;
}

/** Exactly as long as a name may be, in characters of one to four bytes. */
function longest(random: Random, prefix: string): string {
  const char = random.pick(['k', 'é', '汉', '😀', '%', '+']);
  const room = LONGEST - Buffer.byteLength(prefix);
  const size = Buffer.byteLength(char);
  return char.repeat(Math.floor(room / size)) + 'x'.repeat(room % size);
}
