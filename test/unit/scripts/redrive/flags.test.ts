import { afterEach, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../../../scripts/local/options.ts';
import { readCommandLine } from '../../../../scripts/redrive/flags.ts';

afterEach(() => vi.restoreAllMocks());

describe('the command line of redrive', () => {
  it('may be empty', () => {
    expect(readCommandLine([])).toEqual({
      options: {},
      rate: undefined,
      json: false,
      verbose: false,
      endpoints: undefined,
    });
  });

  it('says everything that a request over HTTP can say', () => {
    const line = readCommandLine(
      '--dry-run --code A --code=B --older-than 1h --newer-than 7d --prefix s/a --parked --limit 5'.split(' '),
    );
    expect(line?.options).toEqual({
      dry_run: true,
      codes: ['A', 'B'],
      older_than: '1h',
      newer_than: '7d',
      prefix: 's/a',
      parked: true,
      limit: 5,
    });
  });

  it('has more for a person', () => {
    expect(readCommandLine('--json --verbose --rate 20 --endpoints f.json'.split(' '))).toMatchObject({
      json: true,
      verbose: true,
      rate: 20,
      endpoints: 'f.json',
    });
  });

  it.each([
    ['--older-than x', '--older-than must be an age such as 90s'],
    ['--newer-than 2026-09-01', '--newer-than must be an age such as 90s'],
    ['--limit 0', '--limit takes a whole number from 1'],
    ['--rate 0', '--rate takes a whole number from 1 to 10000'],
    ['--code', "'--code <value>' argument missing"],
    ['--code=', '--code must not be empty'],
    ['--prefix=', '--prefix must not be empty'],
    ['--secret-key x', "Unknown option '--secret-key'"],
    ['words', "Unexpected argument 'words'"],
  ])('%s is refused in one line', (text, message) => {
    expect(() => readCommandLine(text.split(' '))).toThrow(UsageError);
    expect(() => readCommandLine(text.split(' '))).toThrow(message);
    try {
      readCommandLine(text.split(' '));
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });

  it('explains itself', () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    expect(readCommandLine(['--help'])).toBeUndefined();
    const text = String(log.mock.calls[0]?.[0]);
    for (const word of ['--dry-run', '--code CODE', 'Exit code', 'HUAWEICLOUD_SDK_AK', '.local/endpoints.json'])
      expect(text).toContain(word);
  });
});
