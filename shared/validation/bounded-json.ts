import { ValidationError } from './errors.ts';
import { parseJson } from './json.ts';

/** A value and its size, or the reason why it is not read. */
export type BoundedJson = { readonly value: unknown; readonly values: number } | { readonly reason: string };

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/**
 * Parses foreign JSON that does not have too many values: a value of two bytes takes up to 60 bytes of memory, and the
 * objects made of it far more.
 */
export function readBoundedJson(text: string, maxValues: number): BoundedJson {
  const values = countValues(text, maxValues);
  if (values > maxValues) return { reason: `It has more than ${maxValues} values.` };
  try {
    return { value: parseJson(text), values };
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const rule = error.details?.[0]?.rule;
    if (rule === 'duplicate') return { reason: 'It has a member twice.' };
    return { reason: rule === 'depth' ? 'It is nested too deeply.' : 'It is not JSON.' };
  }
}

/** Estimates the number of values in a JSON text without parsing it: the true number, or up to twice as many. */
function countValues(text: string, most: number): number {
  let values = 1;
  for (let at = 0; at < text.length && values <= most; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === BRACKET || code === BRACE) values += 1;
    else if (code === QUOTE)
      for (at += 1; at < text.length && text.charCodeAt(at) !== QUOTE; at++)
        if (text.charCodeAt(at) === BACKSLASH) at += 1;
  }
  return values;
}
