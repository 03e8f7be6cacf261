import { ValidationError } from './errors.ts';
import { parseJson } from './json.ts';

/** A value, or the rule that the text breaks. */
export type BoundedJson = { readonly value: unknown } | { readonly rule: 'too_many_values' | 'not_json' };

const [QUOTE, COMMA, BACKSLASH, BRACKET, BRACE] = [0x22, 0x2c, 0x5c, 0x5b, 0x7b];

/**
 * Parses JSON of anybody's, where its values are not too many: a value of two bytes takes up to 60 bytes of memory, and
 * what is made of it far more.
 */
export function readBoundedJson(text: string, maxValues: number): BoundedJson {
  if (hasMoreValues(text, maxValues)) return { rule: 'too_many_values' };
  try {
    return { value: parseJson(text) };
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return { rule: 'not_json' };
  }
}

/** Counts without reading: no fewer values than there are, and at most twice as many. */
function hasMoreValues(text: string, most: number): boolean {
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === BRACKET || code === BRACE) {
      values += 1;
      if (values > most) return true;
    } else if (code === QUOTE)
      for (at += 1; at < text.length && text.charCodeAt(at) !== QUOTE; at++)
        if (text.charCodeAt(at) === BACKSLASH) at += 1;
  }
  return false;
}
