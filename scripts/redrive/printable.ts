const CONTROL = /\p{Cc}/gu;

/** A text of a document for a terminal, which takes control characters for commands. */
export function printable(text: string): string {
  return text.replace(CONTROL, '?');
}
