import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CliCommand, type Flags, PROJECT_FLAGS } from '../cli/command.ts';
import { COMMANDS } from '../cli/commands.ts';
import { flagsOf } from '../cli/program.ts';
import { ROOT } from '../serverless/config.ts';

/** Where the reference is published. */
export const COMMAND_LINE_FILE = join(ROOT, 'docs', 'reference', 'command-line.md');

/** Flags that mean the same in every command, and are explained once. */
const COMMON: Flags = flagsOf({ flags: PROJECT_FLAGS });

const INTRODUCTION = `# Command line

Written by \`npm run docs\` from the commands themselves. \`npx oms-sync COMMAND --help\` has the same with explanations and
examples.

A command works on the local cloud while one runs in this folder; for an account, name the stage. Credentials and settings come
from the environment, never from flags ([Deployment](deploy.md), [Configuration](configuration.md)). Exit codes: 0 done, or as it
should be; 1 something is not as it should be; 2 a mistake or an error, so nothing is known; 130 interrupted.

Flags of several commands:`;

/** Every command with its flags, for readers. */
export function commandLineMarkdown(): string {
  return `${[INTRODUCTION, list(COMMON), ...COMMANDS.flatMap(section)].join('\n\n')}\n`;
}

function section({ name, summary, words = [], flags }: CliCommand): string[] {
  const usage = ['oms-sync', name, ...words.map(([word]) => word)].join(' ');
  const own = Object.entries(flags).filter(([flag]) => !Object.hasOwn(COMMON, flag));
  const common = Object.keys(flagsOf({ flags })).filter((flag) => Object.hasOwn(COMMON, flag));
  return [
    `## ${name}`,
    `\`${usage}\`: ${summary}. Takes ${common.map((flag) => `\`--${flag}\``).join(', ')}.`,
    ...(own.length > 0 ? [list(Object.fromEntries(own))] : []),
  ];
}

/** Aligned as in a help text. */
function list(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, { short, value, help, choices }]): [string, string] => [
    `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
    `${help}${choices ? `: ${choices.join(', ')}` : ''}`,
  ]);
  const width = Math.max(...rows.map(([flag]) => flag.length)) + 2;
  return ['```', ...rows.map(([flag, help]) => flag.padEnd(width) + help), '```'].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(COMMAND_LINE_FILE, commandLineMarkdown());
  console.log(COMMAND_LINE_FILE);
}
