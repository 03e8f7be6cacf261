import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseFlags, UsageError, wholeNumber } from '../../../scripts/local/options.ts';

const FLAGS = {
  'port-base': { type: 'string', value: 'N', help: 'first port' },
  quiet: { type: 'boolean', help: 'say less' },
} as const;

describe('parseFlags', () => {
  afterEach(() => vi.restoreAllMocks());

  it('reads values and switches', () => {
    expect(parseFlags('usage', FLAGS, ['--port-base', '9000', '--quiet'])).toMatchObject({
      'port-base': '9000',
      quiet: true,
    });
  });

  it.each([
    ['an unknown flag', ['--prot-base', '1'], '--prot-base'],
    ['a missing value', ['--port-base'], '--port-base'],
    ['a stray word', ['now'], 'now'],
  ])('refuses %s in one line that names it', (_, argv, named) => {
    const attempt = () => parseFlags('usage', FLAGS, argv);
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(named);
    expect(attempt).toThrow(/^[^\n]*--help[^\n]*$/);
  });

  it('prints every flag with --help and returns nothing', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    expect(parseFlags('usage of it', FLAGS, ['--help'])).toBeUndefined();
    const text = log.mock.calls.join('\n');
    expect(text).toContain('usage of it');
    expect(text).toContain('--port-base N');
    expect(text).toContain('say less');
  });
});

describe('wholeNumber', () => {
  it('reads a number in the range', () => expect(wholeNumber('port-base', '0', 0, 10)).toBe(0));

  it.each(['-1', '11', '1.5', 'x', '', ' 1'])('refuses %j, naming flag and range', (value) => {
    expect(() => wholeNumber('port-base', value, 0, 10)).toThrow('--port-base takes a whole number from 0 to 10');
  });
});
