/** RFC 8259, section 2: white space. */
const SPACE = /[\t\n\r ]*/y;
const LITERAL = /true|false|null/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING_CHARACTERS = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/**
 * Where a text stops being JSON (RFC 8259). Only called for a text that `JSON.parse` refused, for its message does not
 * always name the position.
 *
 * @returns UTF-16 index of the first character that cannot be; the text's length where it ends too early
 */
export function findSyntaxError(text: string): number {
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return false;
    at += found[0].length;
    return true;
  };
  const take = (character: string): boolean => {
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const string = (): boolean => take('"') && skip(STRING_CHARACTERS) && take('"');
  const name = (): boolean => string() && skip(SPACE) && take(':');

  // Closing brackets that are still to come; a stack of our own, so that depth costs no call stack.
  const open: string[] = [];
  for (;;) {
    skip(SPACE);
    const opened = text[at] === '{' ? '}' : text[at] === '[' ? ']' : undefined;
    if (opened !== undefined) {
      at += 1;
      skip(SPACE);
      if (!take(opened)) {
        open.push(opened);
        if (opened === '}' && !name()) return at;
        continue;
      }
    } else if (!(text[at] === '"' ? string() : skip(LITERAL) || skip(NUMBER))) {
      return at;
    }
    for (;;) {
      skip(SPACE);
      const closing = open.at(-1);
      if (closing === undefined) return at;
      if (take(closing)) {
        open.pop();
        continue;
      }
      if (!take(',')) return at;
      skip(SPACE);
      if (closing === '}' && !name()) return at;
      break;
    }
  }
}
