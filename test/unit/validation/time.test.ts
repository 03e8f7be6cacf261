import { describe, expect, it } from 'vitest';
import { readTime } from '#shared/validation/time.ts';

describe('readTime', () => {
  it.each([
    ['1700000000000', 1_700_000_000_000],
    ['2026-09-01T00:00:00Z', Date.UTC(2026, 8, 1)],
    ['2026-09-01T08:00+08:00', Date.UTC(2026, 8, 1)],
    ['2026-08-31T18:30:15.5-05:30', Date.UTC(2026, 8, 1, 0, 0, 15, 500)],
    ['2024-02-29T23:59:59.999999999Z', Date.UTC(2024, 1, 29, 23, 59, 59, 999)],
    ['2001-09-09T01:46:40Z', 1_000_000_000_000],
  ])('reads %s', (text, expected) => {
    expect(readTime(text)).toBe(expected);
  });

  it.each([
    ['seconds', '1700000000'],
    ['14 digits', '17000000000000'],
    ['a leading zero', '0700000000000'],
    ['a fraction', '1700000000000.5'],
    ['a sign', '+1700000000000'],
    ['spaces', ' 1700000000000'],
    ['nothing', ''],
    ['a word', 'now'],
    ['a date without a time', '2026-09-01'],
    ['a time without a zone', '2026-09-01T00:00:00'],
    ['a zone whose plus became a space', '2026-09-01T00:00:00 08:00'],
    ['a space for the T', '2026-09-01 00:00:00Z'],
    ['small letters', '2026-09-01t00:00:00z'],
    ['a day that the month has not', '2026-02-30T00:00:00Z'],
    ['a leap day of a common year', '2026-02-29T00:00:00Z'],
    ['a thirteenth month', '2026-13-01T00:00:00Z'],
    ['a day zero', '2026-09-00T00:00:00Z'],
    ['hour 24', '2026-09-01T24:00:00Z'],
    ['a leap second', '2026-06-30T23:59:60Z'],
    ['a zone without a colon', '2026-09-01T00:00:00+0800'],
    ['a zone of 24 hours', '2026-09-01T00:00:00+24:00'],
    ['a year of five digits', '12026-09-01T00:00:00Z'],
    ['a time of twelve digits', '1999-01-01T00:00:00Z'],
    ['a time of fourteen digits', '2300-01-01T00:00:00Z'],
    ['two lines', '1700000000000\n'],
  ])('refuses %s', (_name, text) => {
    expect(readTime(text)).toBeUndefined();
  });
});
