import { describe, expect, it } from 'vitest';
import type { CliCommand, Environment, Run } from '../../../scripts/cli/command.ts';
import { COMMANDS } from '../../../scripts/cli/commands.ts';
import { CliError } from '../../../scripts/cli/errors.ts';
import { runProgram } from '../../../scripts/cli/program.ts';
import { helpOf } from '../../helpers/cli.ts';

const work: CliCommand = {
  name: 'work',
  summary: 's',
  text: 't',
  examples: [['work --dry-run', 'nothing']],
  words: [['[what]', 'w', ['this', 'that']]],
  flags: {
    'dry-run': { type: 'boolean', help: 'h' },
    count: { type: 'string', value: 'N', help: 'h' },
    code: { type: 'string', value: 'C', help: 'h', repeatable: true },
    yes: { type: 'boolean', help: 'h' },
    prefix: { type: 'string', value: 'P', help: 'h' },
  },
  module: './work.ts',
};

const run: Run = async (context) => {
  context.note('noted');
  if (context.values['count'] === 'bad') throw new CliError('broken', 'It broke.', 'Mend it.');
  if (context.values['count'] === 'defect') throw new TypeError('x is not a function');
  context.say('said');
  if (context.json) context.print({ words: context.words, values: context.values });
  return context.values['dry-run'] === true ? 1 : 0;
};

const call = async (argv: readonly string[], env: Environment = {}) => {
  const text = { out: '', err: '' };
  const code = await runProgram(argv, [work], {
    env,
    load: () => ({ run }),
    stdout: (one) => {
      text.out += one;
    },
    stderr: (one) => {
      text.err += one;
    },
  });
  return { code, ...text };
};

describe('a command line', () => {
  it('runs a command, whose exit code it ends with', async () => {
    expect(await call(['work'])).toEqual({ code: 0, out: 'said\n', err: 'noted\n' });
    expect((await call(['work', '--dry-run'])).code).toBe(1);
  });

  it('has one document on stdout with --json, by the names of the flags', async () => {
    const { code, out } = await call(['work', 'this', '--json', '--code', 'a', '--code=b', '--count', '-5']);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ words: ['this'], values: { code: ['a', 'b'], count: '-5', json: true } });
  });

  it.each([
    [['work', '--dry-rn'], "Unknown option '--dry-rn'. Did you mean --dry-run?"],
    [['wrok'], "Unknown command 'wrok'. Did you mean work?"],
    [['work', 'other'], 'Allowed choices are this, that.'],
    [['work', 'this', 'that'], 'Too many arguments'],
    [['work', '--count'], "Option '--count <N>' argument missing."],
    [['work', '--count', '--dry-run'], '--count needs a value, and --dry-run is a flag.'],
    [['work', '--count', 'bad'], 'It broke. Mend it.'],
  ])('%j is refused in one line, and as a document with --json', async (argv, message) => {
    const { code, out, err } = await call(argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trimEnd().split('\n').at(-1)).toContain(message);

    const { error } = JSON.parse((await call([...argv, '--json'])).out) as { error: Record<string, string> };
    expect(Object.keys(error)).toEqual(['code', 'message', 'remedy']);
  });

  it('shows the stack of a defect alone', async () => {
    const { code, err } = await call(['work', '--count', 'defect']);

    expect(code).toBe(2);
    expect(err).toMatch(/TypeError: x is not a function\n {4}at /);
  });

  it('explains itself, and ends with 2 where no command is given', async () => {
    expect((await call([])).code).toBe(2);
    expect(await call(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('oms-sync COMMAND') });
    expect(await call(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('refuses flags that npm has kept for itself', async () => {
    const swallowed = { npm_config_dry_run: 'true', npm_lifecycle_event: 'work' };
    expect(await call(['work'], swallowed)).toMatchObject({
      code: 2,
      err: expect.stringContaining('Write -- before the flags: npm run work -- --dry-run'),
    });
    expect((await call(['work'], { npm_config_yes: 'true', npm_command: 'exec' })).code).toBe(0);
    expect((await call(['work'], { npm_config_prefix: '/usr/local' })).code).toBe(0);
  });
});

describe('every command', () => {
  it.each(COMMANDS.map((command) => [command.name, command] as const))('%s explains itself', async (name, command) => {
    const text = await helpOf(command);

    expect(text).toContain(`Usage: oms-sync ${name} [options]`);
    expect(text).toContain('Examples:');
    expect(text).toContain('Exit code');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(125);
  });
});
