/** The five entities that XML has without declaring them. https://www.w3.org/TR/xml/#sec-predefined-ent */
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Digits of a reference; more are zeros in front, which nobody writes. */
const NUMERIC = /^#(?:x(?<hexadecimal>[0-9a-f]{1,8})|(?<decimal>[0-9]{1,8}))$/i;

/** `&amp;`, `&#13;`, `&#x1F600;`: the longest is of this many characters between `&` and `;`. */
const LONGEST = 10;

/**
 * Replaces references by what they stand for. A numeric one may stand for any character that a key can have, also for
 * a control character that XML 1.0 has no way to write: servers write them so.
 *
 * @returns undefined where an ampersand begins no reference or one to no Unicode scalar value
 * @see https://www.w3.org/TR/xml/#sec-references
 */
export function unescapeXml(text: string): string | undefined {
  let result = '';
  let done = 0;
  for (let start = text.indexOf('&'); start >= 0; start = text.indexOf('&', done)) {
    const end = text.indexOf(';', start);
    if (end < 0 || end - start - 1 > LONGEST) return undefined;
    const character = referenced(text.slice(start + 1, end));
    if (character === undefined) return undefined;
    result += text.slice(done, start) + character;
    done = end + 1;
  }
  return result + text.slice(done);
}

function referenced(name: string): string | undefined {
  if (Object.hasOwn(NAMED, name)) return NAMED[name];
  const { hexadecimal, decimal } = NUMERIC.exec(name)?.groups ?? {};
  if (hexadecimal === undefined && decimal === undefined) return undefined;
  const codePoint = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  const isScalarValue = codePoint <= 0x10ffff && !(codePoint >= 0xd800 && codePoint <= 0xdfff);
  return isScalarValue ? String.fromCodePoint(codePoint) : undefined;
}
