import { parseAmzDate } from '../sigv4.ts';

const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d) (?:GMT|UTC|[+-]0000)$/;

/**
 * The time of a request in its header `Date`, `x-amz-date` or `x-obs-date`: RFC 1123 in UTC, or `YYYYMMDDTHHMMSSZ`.
 * @returns milliseconds since the epoch, or undefined for anything else and for a day that is in no calendar
 */
export function parseRequestDate(text: string): number | undefined {
  const date = HTTP_DATE.exec(text)?.[1];
  if (date === undefined) return parseAmzDate(text);
  const time = Date.parse(`${date} GMT`);
  if (Number.isNaN(time) || new Date(time).toUTCString().slice(5, -4) !== date) return undefined;
  return time;
}
