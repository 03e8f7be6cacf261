import type { FactsPage } from '#shared/reconcile/compare/diff.ts';
import type { ObjectFacts } from '#shared/reconcile/compare/verdict.ts';

/** One of so many objects differs in this way. The numbers are prime, so that they seldom fall together. */
const MISSING = 101;
const EXTRA = 211;
const OTHER_SIZE = 503;
const OLDER = 1009;
const OTHER_CONTENT = 2003;

const PAGE = 1000;
const TIME = Date.UTC(2026, 10, 1);
const DIGITS = 12;
const ZEROS = '0'.repeat(DIGITS);
/** 56 characters, and an ETag of 32. */
const KEY = `measurements/2026/station-0042/reading-${ZEROS}.json`;
const ENTRY = `${KEY}${ZEROS}37a0760186574b0282f2`;
const KEY_DIGITS = KEY.indexOf(ZEROS);

/** Writes a number in decimal digits, as a listing in order needs it. */
function writeNumber(into: Buffer, start: number, value: number): void {
  for (let at = start + DIGITS - 1, rest = value; at >= start; at -= 1) {
    const next = Math.trunc(rest / 10);
    into[at] = 0x30 + rest - 10 * next;
    rest = next;
  }
}

/**
 * A listing of at most so many objects, made as it is read. Names and ETags are cut out of the text of a page, as a
 * reader of pages does it: two listings share no text.
 */
export async function* syntheticListing(objects: number, side: 'source' | 'destination'): AsyncGenerator<FactsPage> {
  const isSource = side === 'source';
  const bytes = Buffer.from(ENTRY.repeat(PAGE));
  for (let start = 0; start < objects; start += PAGE) {
    const end = Math.min(objects, start + PAGE);
    for (let index = start; index < end; index += 1) {
      const offset = (index - start) * ENTRY.length;
      writeNumber(bytes, offset + KEY_DIGITS, index);
      writeNumber(bytes, offset + KEY.length, isSource || index % OTHER_CONTENT !== 1 ? index : index + 1);
    }
    const text = bytes.toString('latin1');
    const page: ObjectFacts[] = [];
    for (let index = start; index < end; index += 1) {
      if (index % (isSource ? EXTRA : MISSING) === 1) continue;
      const offset = (index - start) * ENTRY.length;
      page.push({
        key: text.slice(offset, offset + KEY.length),
        size: isSource || index % OTHER_SIZE !== 1 ? 1000 + (index % 100_000) : 1,
        lastModified: isSource ? TIME : TIME + (index % OLDER === 1 ? -60_000 : 60_000),
        etag: text.slice(offset + KEY.length, offset + ENTRY.length),
      });
    }
    yield { objects: page };
  }
}
