/** Thirteen digits reach from 2001 to 2286; twelve would be a time in the last century, or seconds. */
const MILLISECONDS = /^[1-9]\d{12}$/;
/** RFC 3339 with optional seconds. The zone is required, because a time without one is ambiguous. */
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Reads a moment: 13-digit milliseconds since the epoch, or ISO 8601 with a time zone.
 *
 * @returns milliseconds since the epoch; undefined where the text is neither, names no day of the calendar or needs
 *   more or fewer digits than 13
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export function readTime(text: string): number | undefined {
  if (MILLISECONDS.test(text)) return Number(text);
  const [, year, month, day] = ISO.exec(text) ?? [];
  if (year === undefined) return undefined;
  // Date.parse takes February 30 for March 2.
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  const time = Date.parse(text);
  return MILLISECONDS.test(String(time)) ? time : undefined;
}
