import { describe, expect, it } from 'vitest';
import { readMoment, readRedriveOptions, toFilter } from '#shared/redrive/options.ts';
import { ValidationError } from '#shared/validation/errors.ts';

const NOW = Date.parse('2026-10-01T12:00:00Z');

function problemsOf(value: unknown): [path: string, rule: string][] {
  try {
    readRedriveOptions(value, 'The body');
  } catch (error) {
    if (error instanceof ValidationError) return error.details.map(({ path, rule }) => [path, rule]);
  }
  return [];
}

describe('the options of a redrive', () => {
  it('may all be left out', () => {
    expect(readRedriveOptions({}, 'The body')).toEqual({});
    expect(toFilter({}, NOW)).toEqual({});
  });

  it('become a filter', () => {
    const options = readRedriveOptions(
      {
        dry_run: true,
        codes: ['OmsSync.NoRoute', 'OmsSync.KeyRefused'],
        older_than: '1h',
        newer_than: '2026-09-01T00:00:00Z',
        prefix: 'source/a',
        parked: true,
        limit: 5,
      },
      'The body',
    );

    expect(toFilter(options, NOW)).toEqual({
      codes: new Set(['OmsSync.NoRoute', 'OmsSync.KeyRefused']),
      until: NOW - 3_600_000,
      since: Date.parse('2026-09-01T00:00:00Z'),
      prefix: 'source/a',
      parked: true,
      limit: 5,
    });
  });

  it('are refused with every problem at once', () => {
    const wrong = { dryrun: true, codes: [], older_than: 'yesterday', prefix: '', parked: 'yes', limit: 0.5 };
    expect(problemsOf(wrong).toSorted()).toEqual([
      ['codes', 'not_empty'],
      ['dryrun', 'unknown_field'],
      ['limit', 'type'],
      ['older_than', 'age'],
      ['parked', 'type'],
      ['prefix', 'not_empty'],
    ]);
  });

  it.each([[[]], ['all'], [null], [7]])('are an object, not %j', (value) => {
    expect(problemsOf(value)).toEqual([['', 'type']]);
  });

  it.each([
    [{ limit: 0 }, ['limit', 'minimum']],
    [{ limit: 10_000_001 }, ['limit', 'maximum']],
    [{ codes: [''] }, ['codes[0]', 'not_empty']],
    [{ codes: Array(101).fill('a') }, ['codes', 'max_length']],
    [{ newer_than: '1 h' }, ['newer_than', 'age']],
    [{ newer_than: 3600 }, ['newer_than', 'type']],
  ])('%j is refused', (value, problem) => {
    expect(problemsOf(value)).toEqual([problem]);
  });
});

describe('a moment', () => {
  it.each([
    ['90s', NOW - 90_000],
    ['30m', NOW - 1_800_000],
    ['12h', NOW - 43_200_000],
    ['7d', NOW - 604_800_000],
    ['2026-09-01T00:00:00+08:00', Date.parse('2026-08-31T16:00:00Z')],
    ['1788220800000', 1_788_220_800_000],
  ])('%s is read', (text, time) => {
    expect(readMoment(text, NOW)).toBe(time);
  });

  it.each(['', '0h', '-1h', '1.5h', '1w', 'h', '1H', '2026-09-01', '2026-09-01T00:00:00', '12345'])(
    '%s is none',
    (text) => {
      expect(readMoment(text, NOW)).toBeUndefined();
    },
  );
});
