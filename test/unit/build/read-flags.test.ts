import { expect, it } from 'vitest';
import { readFlags } from '../../../scripts/build/read-flags.ts';

const OPTIONS = {
  objects: { type: 'string' },
  'dry-run': { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
} as const;

it.each([
  [['--objects', '-5'], '-5'],
  [['--objects=-5'], '-5'],
  [['--objects', '-0.5e3', '--dry-run'], '-0.5e3'],
  [['--objects', '5'], '5'],
])('reads %j as a value, whether it is a right one or not', (argv, value) => {
  expect(readFlags(OPTIONS, argv).values.objects).toBe(value);
});

it.each([
  [['--object', '5'], "Unknown option '--object'; did you mean --objects?"],
  [['--obejcts=5'], "Unknown option '--obejcts'; did you mean --objects?"],
  [['--dryrun'], "Unknown option '--dryrun'; did you mean --dry-run?"],
  [['--secret-key', 'x'], "Unknown option '--secret-key'"],
  [['-x'], "Unknown option '-x'"],
  [['-5'], "Unknown option '-5'"],
  [['--objects'], "Option '--objects <value>' argument missing"],
  [['--objects', '--dry-run'], "Option '--objects <value>' argument missing"],
  [['--objects', '-y'], "Option '--objects <value>' argument missing"],
  [['--dry-run=yes'], "Option '--dry-run' does not take an argument"],
  [['--yes=1'], "Option '-y, --yes' does not take an argument"],
])('says in one sentence what is wrong with %j', (argv, message) => {
  expect(() => readFlags(OPTIONS, argv)).toThrow(new Error(message));
});
