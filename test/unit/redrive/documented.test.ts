import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { redriveOptions } from '#shared/redrive/options.ts';

const guide = readFileSync(new URL('../../../docs/reference/redrive.md', import.meta.url), 'utf8');

describe('docs/reference/redrive.md', () => {
  it.each(Object.keys(redriveOptions.shape))('names the option %s, as a field and as a flag', (name) => {
    expect(guide).toContain(`\`${name}\``);
    expect(guide).toContain(name === 'codes' ? '--code CODE' : `--${name.replace('_', '-')}`);
  });
});
