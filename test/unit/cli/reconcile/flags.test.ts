import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../scripts/cli/errors.ts';
import { type CommandLine, readCommandLine } from '../../../../scripts/cli/reconcile/flags.ts';
import { reconcile } from '../../../../scripts/cli/reconcile.ts';
import { contextOf, helpOf } from '../../../helpers/cli.ts';

const read = async (argv: readonly string[]): Promise<CommandLine> => readCommandLine(await contextOf(reconcile, argv));

const BOTH = ['--source', 's3://one', '--destination', 's3://two'];

describe('the command line of reconcile', () => {
  it('may be empty: the local cloud, nothing submitted, a quarter of an hour of grace', async () => {
    expect(await read([])).toEqual({
      source: {},
      destination: {},
      task: undefined,
      dryRun: false,
      grace: 900_000,
      graceText: '15m',
      workers: 4,
      rate: undefined,
      listVersion: undefined,
      compareETags: true,
      sourceIsEmpty: false,
      expected: undefined,
      keys: 10,
      json: false,
      verbose: false,
    });
  });

  it('says where both sides are', async () => {
    const line = await read([
      ...['--source', 's3://one/a/../b', '--source-provider', 'AWS', '--source-region', 'us-east-1'],
      ...['--source-endpoint', 'https://s3.example.com', '--source-addressing', 'path'],
      ...['--destination', 's3://two/a/../b', '--destination-region', 'cn-east-3'],
      ...['--destination-endpoint', 'https://obs.example.com', '--destination-addressing', 'virtual'],
    ]);
    expect(line.source).toEqual({
      location: { bucket: 'one', prefix: 'a/../b' },
      provider: 'AWS',
      region: 'us-east-1',
      endpoint: 'https://s3.example.com',
      addressing: 'path',
    });
    expect(line.destination).toEqual({
      location: { bucket: 'two', prefix: 'a/../b' },
      region: 'cn-east-3',
      endpoint: 'https://obs.example.com',
      addressing: 'virtual',
    });
  });

  it('says what is to be done', async () => {
    const text = '--task t --dry-run --grace 90s --workers 8 --rate 20 --list-version 1 --ignore-etags --keys 0';
    const more = '--source-is-empty --expect 1000 --json --verbose --endpoints f.json';
    expect(await read(`${text} ${more}`.split(' '))).toMatchObject({
      task: 't',
      dryRun: true,
      grace: 90_000,
      workers: 8,
      rate: 20,
      listVersion: 1,
      compareETags: false,
      keys: 0,
      sourceIsEmpty: true,
      expected: 1000,
      json: true,
      verbose: true,
    });
    expect((await read(['--list-version', '2'])).listVersion).toBe(2);
  });

  it.each([
    ['0', 0],
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['12h', 43_200_000],
    ['7d', 604_800_000],
    ['30d', 2_592_000_000],
  ])('--grace %s is %d ms', async (text, ms) => {
    expect((await read(['--grace', text])).grace).toBe(ms);
  });

  it.each([
    ['--grace soon', '--grace must be 0 or an age'],
    ['--grace 15', '--grace must be 0 or an age'],
    ['--grace 31d', 'at most 30d'],
    ['--grace=', '--grace must not be empty'],
    ['--workers 0', '--workers takes a whole number from 1 to 64'],
    ['--workers 65', '--workers takes a whole number from 1 to 64'],
    ['--rate 0', '--rate takes a whole number from 1'],
    ['--keys 101', '--keys takes a whole number from 0 to 100'],
    ['--expect 0', '--expect takes a whole number from 1'],
    ['--list-version 3', '--list-version takes 1 or 2'],
    ['--source-addressing host', '--source-addressing takes path or virtual'],
    ['--source-provider S3', '--source-provider takes the name of a cloud'],
    ['--task --dry-run', '--task needs a value, and --dry-run is a flag'],
    ['--task=', '--task must not be empty'],
    ['--source=', '--source must not be empty'],
    ['--source one', '--source must be s3://bucket'],
    ['--source s3://one', '--destination is missing'],
    ['--destination s3://one', '--source is missing'],
    [
      '--source s3://one/a --destination s3://two/b',
      'must have the prefix of --source, for OMS keeps names: "s3://two/a"',
    ],
    ['--source s3://one/a --destination s3://two', 'must have the prefix of --source'],
    ['--destination-provider AWS', "Unknown option '--destination-provider'"],
    ['--source-secret-key x', "Unknown option '--source-secret-key'"],
    ['--remember f --max-submissions 0', '--max-submissions takes a whole number from 1 to 1000'],
    ['--max-submissions 3', '--max-submissions needs --remember'],
    ['--task', "Option '--task <ID>' argument missing"],
    ['words', 'Too many arguments'],
  ])('%s is refused in one line', async (text, message) => {
    const error: unknown = await read(text.split(' ')).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('\n');
  });

  it('takes two buckets of the same prefix', async () => {
    expect((await read(BOTH)).destination.location).toEqual({ bucket: 'two', prefix: '' });
  });

  it('explains itself: what is compared, each verdict, keys, examples, exit codes', async () => {
    const text = await helpOf(reconcile);
    const words = ['missing', 'size differs', 'destination older', 'checksum differs', 'in flight', 'ignored by OMS'];
    const more = ['unmigratable', 'extra', 'SRC_ACCESS_KEY', 'DST_SECRET_KEY', 'HUAWEICLOUD_SDK_AK', 'Exit code 0'];
    for (const word of [...words, ...more, '--dry-run', '--task <ID>', '--source-is-empty', 'oms-sync reconcile'])
      expect(text).toContain(word);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });
});
