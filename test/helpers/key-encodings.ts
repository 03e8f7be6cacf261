import type { KeyEncoding } from '#shared/encoding/decode.ts';
import { type KeyEncodings, SOURCES } from '#shared/events/sources.ts';

/** One encoding for every source, whichever there are. */
export function everySource(encoding: KeyEncoding): KeyEncodings {
  return Object.fromEntries(SOURCES.map(({ name }) => [name, encoding])) as KeyEncodings;
}

export const FORM = everySource('form');
