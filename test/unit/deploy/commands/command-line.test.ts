import { describe, expect, it } from 'vitest';
import { frameworkArguments, helpText, readCommandLine } from '../../../../scripts/deploy/commands/command-line.ts';
import { COMMANDS } from '../../../../scripts/deploy/commands/definitions.ts';

function lineOf(...argv: string[]): string[] {
  const asked = readCommandLine(argv);
  if ('help' in asked) throw new Error('help was asked for');
  return frameworkArguments(asked.line);
}

describe('the command line of npm run deploy', () => {
  it.each([
    [[], ['deploy']],
    [['deploy'], ['deploy']],
    [
      ['--stage', 'local', '--dry-run'],
      ['deploy', '--stage=local', '--dry-run'],
    ],
    [
      ['-s', 'local'],
      ['deploy', '--stage=local'],
    ],
    [
      ['function', 'redrive'],
      ['deploy', 'function', '--function=redrive'],
    ],
    [
      ['function', '--function', 'redrive'],
      ['deploy', 'function', '--function=redrive'],
    ],
    [
      ['deploy', 'function', 'redrive', '--dry-run'],
      ['deploy', 'function', '--dry-run', '--function=redrive'],
    ],
    [
      ['invoke', 'local', 'redrive', '-d', '{"a":1}'],
      ['invoke', 'local', '--data={"a":1}', '--function=redrive'],
    ],
    [
      ['invoke', '-f', 'redrive', '--data=-1'],
      ['invoke', '--function=redrive', '--data=-1'],
    ],
    [
      ['rollback', '--to', '3', '-f', 'redrive'],
      ['rollback', '--to=3', '--function=redrive'],
    ],
    [
      ['remove', '-y'],
      ['remove', '--yes'],
    ],
    [
      ['logs', 'redrive', '-t'],
      ['logs', '--tail', '--function=redrive'],
    ],
  ])('understands %j', (argv, expected) => {
    expect(lineOf(...argv)).toEqual(expected);
  });

  it.each([
    [['bogus'], /there is no command bogus; there are deploy, deploy function, info/],
    [['--bogus'], /Unknown option '--bogus' \(npm run deploy -- --help lists the flags\)/],
    [['info', '--prune'], /Unknown option '--prune' \(npm run deploy -- info --help/],
    [['--stage'], /argument missing/],
    [['--dry-run=yes'], /does not take an argument/],
    [['--stage', 'prod', 'info'], /The command comes first: npm run deploy -- info \[flags\]/],
    [['deploy', 'redrive'], /Unexpected word 'redrive'/],
    [['package', 'redrive', 'reconcile'], /Unexpected word 'reconcile'/],
    [['function', 'redrive', '-f', 'reconcile'], /Unexpected word 'redrive'/],
  ])('refuses %j as a mistake of its user', (argv, message) => {
    expect(() => readCommandLine(argv)).toThrow(
      expect.objectContaining({ name: 'CommandUsageError', message: expect.stringMatching(message) }),
    );
  });

  it('explains itself, and each command', () => {
    const help = (...argv: string[]) => {
      const asked = readCommandLine(argv);
      return 'help' in asked ? helpText(asked.help) : '';
    };
    expect(help('--help')).toContain('npm run deploy -- --stage local --dry-run');
    for (const { name, flags } of COMMANDS) {
      expect(help('--help')).toContain(`  ${name}  `);
      const own = help(...name.split(' '), '--help');
      for (const flag of Object.keys(flags)) expect(own).toContain(`--${flag}`);
      expect(help('help', ...name.split(' '))).toBe(own);
      expect(Math.max(...own.split('\n').map((line) => line.length))).toBeLessThanOrEqual(130);
    }
    expect(help('function', '-h')).toBe(help('deploy', 'function', '--help'));
  });

  it('never takes a key as a flag', () => {
    const flags = COMMANDS.flatMap((command) => Object.keys(command.flags));
    expect(flags.filter((name) => /key|secret|token|ak|sk/.test(name))).toEqual([]);
  });
});
