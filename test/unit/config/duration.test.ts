import { describe, expect, it } from 'vitest';
import { durationVariable, readDuration } from '#shared/config/duration.ts';

describe('a duration', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['500ms', 500],
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ])('%s is %i milliseconds', (text, milliseconds) => {
    expect(readDuration(text)).toBe(milliseconds);
  });

  it.each(['', '15', 's', '1.5m', '-1s', '1 m', '1M', '1w', '1m30s', '9999999999s'])('%j is none', (text) => {
    expect(readDuration(text)).toBeUndefined();
  });

  it('as a variable has its bounds, and its problem quotes no value', () => {
    const variable = durationVariable('X', { hint: 'a time', min: 1_000, max: 60_000 });

    expect([variable.read(undefined), variable.read('1s'), variable.read('1m')]).toEqual([undefined, 1_000, 60_000]);
    expect(() => variable.read('999ms')).toThrow('is too short or too long');
    expect(() => variable.read('61s')).toThrow('is too short or too long');
    expect(() => variable.read('soon')).toThrow(/^must be a duration/);
  });
});
