import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../scripts/cli/errors.ts';
import { type CommandLine, readCommandLine } from '../../../../scripts/cli/redrive/flags.ts';
import { redrive } from '../../../../scripts/cli/redrive.ts';
import { contextOf, helpOf } from '../../../helpers/cli.ts';

const read = async (argv: readonly string[]): Promise<CommandLine> => readCommandLine(await contextOf(redrive, argv));

describe('the command line of redrive', () => {
  it('may be empty', async () => {
    expect(await read([])).toEqual({
      options: {},
      rate: undefined,
      json: false,
      verbose: false,
    });
  });

  it('says everything that a request over HTTP can say', async () => {
    const line = await read(
      '--dry-run --code A --code=B --older-than 1h --newer-than 7d --prefix s/a --parked --limit 5'.split(' '),
    );
    expect(line.options).toEqual({
      dry_run: true,
      codes: ['A', 'B'],
      older_than: '1h',
      newer_than: '7d',
      prefix: 's/a',
      parked: true,
      limit: 5,
    });
  });

  it('has more for a person', async () => {
    expect(await read('--json --verbose --rate 20 --endpoints f.json'.split(' '))).toMatchObject({
      json: true,
      verbose: true,
      rate: 20,
    });
  });

  it.each([
    ['--older-than x', '--older-than must be an age such as 90s'],
    ['--newer-than 2026-09-01', '--newer-than must be an age such as 90s'],
    ['--limit 0', '--limit takes a whole number from 1'],
    ['--rate 0', '--rate takes a whole number from 1 to 10000'],
    ['--code', "Option '--code <CODE>' argument missing"],
    ['--code=', '--code must not be empty'],
    ['--prefix=', '--prefix must not be empty'],
    ['--secret-key x', "Unknown option '--secret-key'"],
    ['words', 'Too many arguments'],
  ])('%s is refused in one line', async (text, message) => {
    const error: unknown = await read(text.split(' ')).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('\n');
  });

  it('explains itself', async () => {
    const text = await helpOf(redrive);
    for (const word of ['--dry-run', '--code <CODE>', 'Exit code', 'HUAWEICLOUD_SDK_AK']) expect(text).toContain(word);
  });
});
