import { describe, expect, it } from 'vitest';
import { age, withoutSeen } from '../../../scripts/cli/logs/run.ts';

describe('age', () => {
  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['12h', 43_200_000],
    ['7d', 604_800_000],
  ])('of %s is %d ms', (text, ms) => {
    expect(age(text)).toBe(ms);
  });

  it.each(['', '0s', '5', 'm', '1.5h', '-1m', '1w', ' 1m', '1m '])('refuses %j', (text) => {
    expect(() => age(text)).toThrow('--since takes an age such as 90s, 30m, 12h or 7d');
  });
});

describe('withoutSeen', () => {
  const line = (time: number | undefined, text: string) => ({ time, text });

  it('leaves out what was printed, as often as it was printed', () => {
    const seen = [line(1, 'a'), line(2, 'b'), line(2, 'b')];

    expect(withoutSeen([line(2, 'b'), line(2, 'b'), line(2, 'b'), line(3, 'b')], seen)).toEqual([
      line(2, 'b'),
      line(3, 'b'),
    ]);
  });

  it('tells lines apart by time and by text', () => {
    expect(withoutSeen([line(1, 'b'), line(2, 'a'), line(undefined, 'a')], [line(1, 'a')])).toHaveLength(3);
  });
});
