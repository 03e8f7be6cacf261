/** Controls, directions of writing, line and paragraph separators. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text of a document for a terminal, which takes control characters for commands. */
export function printable(text: string): string {
  return text.replace(CONTROL, '?');
}
