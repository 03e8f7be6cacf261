import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../scripts/cli/commands.ts';
import { COMMAND_LINE_FILE, commandLineMarkdown } from '../../../scripts/docs/command-line.ts';

describe('docs/reference/command-line.md', () => {
  it('is what the commands say (npm run docs writes it anew)', () => {
    expect(readFileSync(COMMAND_LINE_FILE, 'utf8')).toBe(commandLineMarkdown());
  });

  it.each(COMMANDS)('names every flag of $name', ({ flags }) => {
    expect(Object.keys(flags).filter((flag) => !commandLineMarkdown().includes(`--${flag}`))).toEqual([]);
  });
});
