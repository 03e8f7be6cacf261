/**
 * Characters that a terminal takes for commands, or shows as nothing or as something else: controls, directions, lone
 * halves.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * A name for a person, in quotes, so that blanks at its ends are seen; a JSON string, so that it can be copied whatever
 * it holds.
 */
export function quoted(name: string): string {
  return JSON.stringify(name).replace(INVISIBLE, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** A text that somebody else has written, for a terminal. */
export function printable(text: string): string {
  return text.replace(INVISIBLE, '?');
}
