const DIGIT_0 = 0x30;
const MS_PER_DAY = 86_400_000;

/** ISO 8601 with a zone, to any fraction of a second: what the usual form below is not. */
const ISO = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads a time of a listing.
 *
 * @returns milliseconds since the epoch; undefined for what is no such time
 */
export function readTimestamp(text: string): number | undefined {
  const [matched, year, month, day] = ISO.exec(text) ?? [];
  if (matched === undefined) return undefined;
  // Date.parse takes a 30th of February for the 2nd of March.
  if (Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * The same for the form in which all listings are: `2026-09-30T11:24:42.533Z`, as bytes. Fast because a listing has a
 * time for each object: no string, no Date, and days are computed once for objects of the same day.
 */
export class TimestampReader {
  /** The last day that was read, as a number like 20260930, and its milliseconds. */
  #date = 0;
  #ms = 0;

  /** @returns milliseconds since the epoch; undefined for another form, and for what is no time */
  read(bytes: Buffer, start: number, end: number): number | undefined {
    if (end - start !== 24) return undefined;
    const separators =
      bytes[start + 4] === 0x2d &&
      bytes[start + 7] === 0x2d &&
      bytes[start + 10] === 0x54 &&
      bytes[start + 13] === 0x3a &&
      bytes[start + 16] === 0x3a &&
      bytes[start + 19] === 0x2e &&
      bytes[start + 23] === 0x5a;
    if (!separators) return undefined;
    const year = digits(bytes, start, 4);
    const month = digits(bytes, start + 5, 2);
    const day = digits(bytes, start + 8, 2);
    const hour = digits(bytes, start + 11, 2);
    const minute = digits(bytes, start + 14, 2);
    const second = digits(bytes, start + 17, 2);
    const ms = digits(bytes, start + 20, 3);
    if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0 || ms < 0) return undefined;
    if (hour > 23 || minute > 59 || second > 59) return undefined;
    const midnight = this.#midnight(year, month, day);
    return midnight === undefined ? undefined : midnight + ((hour * 60 + minute) * 60 + second) * 1000 + ms;
  }

  #midnight(year: number, month: number, day: number): number | undefined {
    const date = (year * 100 + month) * 100 + day;
    if (date === this.#date) return this.#ms;
    // Date.UTC takes 0 to 99 for years of the twentieth century, and a 31st of June for the 1st of July.
    const ms = new Date(0).setUTCFullYear(year, month - 1, day);
    const read = new Date(ms);
    if (read.getUTCMonth() !== month - 1 || read.getUTCDate() !== day || ms % MS_PER_DAY !== 0) return undefined;
    this.#date = date;
    this.#ms = ms;
    return ms;
  }
}

function digits(bytes: Buffer, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at++) {
    const digit = (bytes[at] ?? 0) - DIGIT_0;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
