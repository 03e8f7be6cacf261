import { describe, expect, it } from 'vitest';
import { isWanted, shortLine } from '../../../scripts/cli/logs/line.ts';
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
  const line = (time: number | undefined, text: string) => ({ function: 'redrive', time, text });

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

describe('a line for people', () => {
  const line = (fields: object | string) =>
    shortLine(
      {
        function: 'redrive',
        time: 1_700_000_000_123,
        text: typeof fields === 'string' ? fields : JSON.stringify(fields),
      },
      8,
      (colour, text) => (colour === 'gray' ? text : `<${colour}>${text}`),
    );
  const error = { name: 'OmsError', message: 'Refused.', code: 'OmsSync.X', stack: ['at one', 'at two'] };

  it('has time, function, level, message and the fields that say something', () => {
    const fields = {
      level: 'info',
      message: 'summary',
      request_id: 'r',
      calls: 2,
      failed: 0,
      keys: { left: 0, accepted: 3 },
    };
    expect(line({ ...fields, path: '/a b', list: [], all: [1] })).toBe(
      '11-14 22:13:20.123  redrive   info   summary  calls=2  keys.accepted=3  path="/a b"  all=[1]',
    );
  });

  it('shows the stack of a defect alone', () => {
    expect(line({ level: 'error', message: 'failed', error })).toMatch(
      / <red>error {2}failed {2}OmsError: Refused\. \(OmsSync\.X\)$/,
    );
    expect(line({ level: 'error', message: 'failed', error: { ...error, name: 'TypeError' } })).toMatch(
      /TypeError: Refused\. \(OmsSync\.X\)\n {4}at one\n {4}at two$/,
    );
  });

  it('commands no terminal', () => {
    expect(line({ level: 'warn', message: '\u001b[2J', key: '\u001b[2J' })).not.toMatch(/\p{Cc}/u);
    expect(line('plain \u001b[2J\n')).toMatch(/info {3}plain \?\[2J$/);
  });
});

describe('the lines that are wanted', () => {
  const text = JSON.stringify({ level: 'warn', message: 'key refused', key: 'a+b', results: [{ key: 'c%2Fd' }] });

  it.each([
    [{ search: 'y ref' }, true],
    [{ search: 'Key' }, false],
    [{ level: 'warn' }, true],
    [{ level: 'error' }, false],
    [{ key: 'a+b' }, true],
    [{ key: 'c/d' }, true],
    [{ key: 'a' }, false],
    [{ level: 'debug', search: 'key', key: 'a+b' }, true],
  ] as const)('%j: %s', (filter, wanted) => {
    expect(isWanted(text, filter)).toBe(wanted);
  });

  it('takes a line of the platform that tells of an error for one', () => {
    expect(isWanted('Error: timed out', { level: 'error' })).toBe(true);
    expect(isWanted('Start invoke request', { level: 'warn' })).toBe(false);
  });
});
