import { expect, it } from 'vitest';
import { parseCommand, UsageError } from '../../../scripts/build/command-line.ts';

const options = {
  objects: { type: 'string' },
  only: { type: 'string', multiple: true },
  'dry-run': { type: 'boolean' },
} as const;
const parse = (...argv: string[]) => parseCommand({ help: '', options }, argv);

it.each([
  [['--objects', '-5'], '-5'],
  [['--objects=-5'], '-5'],
  [['--objects', '-0.5e3', '--dry-run'], '-0.5e3'],
  [['--objects', '5'], '5'],
])('reads %j as a value, whether it is a right one or not', (argv, value) => {
  expect(parse(...argv)?.values.objects).toBe(value);
});

it('gives values their own names, and undefined for what is left out', () => {
  expect(parse('--dry-run', '--only', 'a', '--only', 'b')?.values).toEqual({ 'dry-run': true, only: ['a', 'b'] });
});

it('gives bare words where a command takes some', () => {
  const parsed = parseCommand({ help: '', options, positionals: true }, ['a', '--dry-run', 'b']);
  expect(parsed).toMatchObject({ positionals: ['a', 'b'], values: { 'dry-run': true } });
});

const HELP = 'Run the command with --help to see what it takes.';

it.each([
  [['--object', '5'], "Unknown option '--object'. Did you mean --objects?"],
  [['--obejcts=5'], "Unknown option '--obejcts=5'. Did you mean --objects?"],
  [['--dryrun'], "Unknown option '--dryrun'. Did you mean --dry-run?"],
  [['--secret-key', 'x'], `Unknown option '--secret-key'. ${HELP}`],
  [['-x'], `Unknown option '-x'. ${HELP}`],
  [['--objects'], `Option '--objects <value>' argument missing. ${HELP}`],
  [['--objects', '--dry-run'], '--objects needs a value, and --dry-run is a flag.'],
  [['--dry-run=yes'], `Unknown option '--dry-run=yes'. ${HELP}`],
  [['word'], "Unexpected argument 'word'."],
])('says what is wrong with %j', (argv, message) => {
  expect(() => parse(...argv)).toThrow(new UsageError(message));
});
